/** Lifecycle configurations, read into rules and matched against objects. */
import { KIB, MS_PER_DAY } from "../core/units.ts";
import type { ObjectVersion } from "./object-version.ts";
import { type XmlElement, childInteger, childNamed, childText, childrenNamed, malformed, parseXmlRoot } from "./xml.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";

/** When a rule acts: a number of days after creation, or from a date on. */
export type RuleTime = { readonly days: number } | { readonly dateMs: number };

export interface RuleTransition {
  readonly time: RuleTime;
  readonly storageClass: string;
}

export interface NoncurrentAction {
  readonly days: number;
  /** This many newest noncurrent versions are kept out of it. */
  readonly keepNewest: number;
}

export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly tags: readonly (readonly [string, string])[];
  /** Exclusive. */
  readonly largerThanBytes: number | null;
  /** Exclusive. */
  readonly smallerThanBytes: number | null;
  /** Objects under this size are not transitioned by the rule. */
  readonly transitionFromBytes: number;
  /** That limit does not hold for moves into an archive. */
  readonly archivesSmall: boolean;
  readonly transitions: readonly RuleTransition[];
  readonly expiration: RuleTime | null;
  readonly expireLoneDeleteMarkers: boolean;
  readonly noncurrentTransitions: readonly (NoncurrentAction & { readonly storageClass: string })[];
  readonly noncurrentExpiration: NoncurrentAction | null;
  readonly abortUploadsAfterDays: number | null;
}

const MAX_RULES = 1000;
/** The default since September 2024: smaller objects are left where they are unless a rule names a size. */
const DEFAULT_TRANSITION_FROM_BYTES = 128 * KIB;
const INFREQUENT = new Set(["STANDARD_IA", "ONEZONE_IA"]);
const LEAST_DAYS_BEFORE_INFREQUENT = 30;

/**
 * The enabled rules of a configuration.
 * @param knownClasses classes a rule may name
 * @param archivesSmall the configuration was put with `varies_by_storage_class`
 * @throws S3Error MalformedXML, InvalidArgument, InvalidRequest
 */
export function parseLifecycle(
  body: Uint8Array,
  knownClasses: ReadonlySet<string>,
  archivesSmall: boolean,
): LifecycleRule[] {
  const rules = childrenNamed(parseXmlRoot(body, "LifecycleConfiguration"), "Rule");
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformed();
  const ids = new Set<string>();
  const enabled: LifecycleRule[] = [];
  for (const [number, rule] of rules.entries()) {
    const id = childText(rule, "ID") ?? `rule-${number + 1}`;
    if (ids.has(id)) throw invalidArgument("ID", id, "Rule ID must be unique. Found same ID for more than one rule");
    ids.add(id);
    const parsed = { ...parseRule(id, rule, knownClasses), archivesSmall };
    const status = childText(rule, "Status");
    if (status !== "Enabled" && status !== "Disabled") throw malformed();
    if (status === "Enabled") enabled.push(parsed);
  }
  return enabled;
}

function parseRule(
  id: string,
  rule: XmlElement,
  knownClasses: ReadonlySet<string>,
): Omit<LifecycleRule, "archivesSmall"> {
  const expiration = childNamed(rule, "Expiration");
  const noncurrent = childNamed(rule, "NoncurrentVersionExpiration");
  const abort = childNamed(rule, "AbortIncompleteMultipartUpload");
  const parsed: Omit<LifecycleRule, "archivesSmall"> = {
    id,
    ...parseFilter(rule),
    transitions: childrenNamed(rule, "Transition").map((transition) => parseTransition(transition, knownClasses)),
    expiration: expiration && !childNamed(expiration, "ExpiredObjectDeleteMarker") ? parseTime(expiration) : null,
    expireLoneDeleteMarkers: expiration ? childText(expiration, "ExpiredObjectDeleteMarker") === "true" : false,
    noncurrentTransitions: childrenNamed(rule, "NoncurrentVersionTransition").map((action) =>
      Object.assign(parseNoncurrent(action), { storageClass: parseClass(action, knownClasses) }),
    ),
    noncurrentExpiration: noncurrent ? parseNoncurrent(noncurrent) : null,
    abortUploadsAfterDays: abort ? positiveDays(abort, "DaysAfterInitiation") : null,
  };
  const idle =
    parsed.transitions.length === 0 && parsed.noncurrentTransitions.length === 0 && !expiration && !noncurrent;
  if (idle && !abort) {
    throw new S3Error("InvalidRequest", "At least one action needs to be specified in a rule");
  }
  return parsed;
}

type RuleFilter = Pick<
  LifecycleRule,
  "prefix" | "tags" | "largerThanBytes" | "smallerThanBytes" | "transitionFromBytes"
>;

function parseFilter(rule: XmlElement): RuleFilter {
  const filter = childNamed(rule, "Filter");
  const oldPrefix = childText(rule, "Prefix");
  if ((filter === undefined) === (oldPrefix === undefined)) throw malformed();
  if (filter && !childNamed(filter, "And") && filter.children.length > 1) throw malformed();
  const from = (filter && childNamed(filter, "And")) ?? filter ?? rule;
  const largerThanBytes = childInteger(from, "ObjectSizeGreaterThan") ?? null;
  const smallerThanBytes = childInteger(from, "ObjectSizeLessThan") ?? null;
  const namesSize = largerThanBytes !== null || smallerThanBytes !== null;
  return {
    prefix: childText(from, "Prefix") ?? "",
    tags: filter
      ? childrenNamed(from, "Tag").map((tag) => [childText(tag, "Key") ?? "", childText(tag, "Value") ?? ""])
      : [],
    largerThanBytes,
    smallerThanBytes,
    transitionFromBytes: namesSize ? 0 : DEFAULT_TRANSITION_FROM_BYTES,
  };
}

function parseTransition(transition: XmlElement, knownClasses: ReadonlySet<string>): RuleTransition {
  const storageClass = parseClass(transition, knownClasses);
  const time = parseTime(transition, 0);
  if (INFREQUENT.has(storageClass) && "days" in time && time.days < LEAST_DAYS_BEFORE_INFREQUENT) {
    throw invalidArgument(
      "Days",
      String(time.days),
      `'Days' in Transition action must be greater than or equal to 30 for storageClass '${storageClass}'`,
    );
  }
  return { time, storageClass };
}

function parseClass(action: XmlElement, knownClasses: ReadonlySet<string>): string {
  const storageClass = childText(action, "StorageClass") ?? "";
  if (!knownClasses.has(storageClass)) throw malformed();
  return storageClass;
}

function parseTime(action: XmlElement, leastDays = 1): RuleTime {
  const days = childInteger(action, "Days");
  const date = childText(action, "Date");
  if ((days === undefined) === (date === undefined)) throw malformed();
  if (days !== undefined) {
    if (days < leastDays)
      throw invalidArgument("Days", String(days), "'Days' for the action must be a positive integer");
    return { days };
  }
  const dateMs = Date.parse(date ?? "");
  if (Number.isNaN(dateMs) || dateMs % MS_PER_DAY !== 0) {
    throw invalidArgument("Date", date ?? "", "'Date' must be at midnight GMT");
  }
  return { dateMs };
}

function positiveDays(action: XmlElement, name: string): number {
  const days = childInteger(action, name);
  if (days === undefined) throw malformed();
  if (days < 1) throw invalidArgument(name, String(days), `'${name}' must be a positive integer`);
  return days;
}

function parseNoncurrent(action: XmlElement): NoncurrentAction {
  return {
    days: positiveDays(action, "NoncurrentDays"),
    keepNewest: childInteger(action, "NewerNoncurrentVersions") ?? 0,
  };
}

/** Whether a rule's filter takes in a version. */
export function ruleMatches(rule: LifecycleRule, version: ObjectVersion): boolean {
  if (!version.key.startsWith(rule.prefix)) return false;
  if (rule.largerThanBytes !== null && version.sizeBytes <= rule.largerThanBytes) return false;
  if (rule.smallerThanBytes !== null && version.sizeBytes >= rule.smallerThanBytes) return false;
  return rule.tags.every(([name, value]) => version.tags.some(([n, v]) => n === name && v === value));
}

/** First midnight UTC at or after `ms`. */
export function midnightFrom(ms: number): number {
  return Math.ceil(ms / MS_PER_DAY) * MS_PER_DAY;
}

/** When a rule's time has come for something that began at `fromMs`. */
export function ruleDue(time: RuleTime, fromMs: number): number {
  return "days" in time ? midnightFrom(fromMs + time.days * MS_PER_DAY) : time.dateMs;
}
