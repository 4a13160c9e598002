/**
 * Lifecycle rules in the words of the providers.
 *
 * Sources: S3 API reference `PutBucketLifecycleConfiguration` and user guide "Lifecycle configuration elements" (minimum days,
 * size filters); Azure "Configure a lifecycle management policy" (`daysAfterCreationGreaterThan`, whole days passed, no
 * filter by size); Google Cloud Storage "Object Lifecycle Management" (`age`, `matchesPrefix`, no condition on sizes).
 */
import { type PriceBook, managedClass } from "../pricing/price-book.ts";
import type { Provider, Tier } from "../tier.ts";
import type { ExactRule } from "./scope-judge.ts";

/** A lifecycle document, and the rules that it can't hold. */
export interface NativeDocument {
  readonly document: Readonly<Record<string, unknown>>;
  readonly written: readonly ExactRule[];
  readonly refused: readonly { readonly rule: ExactRule; readonly why: NativeRefusal }[];
}

/** Why a provider's rules can't say what ours do. */
export type NativeRefusal = "minimum_days" | "size_filter" | "no_such_tier" | "too_many_rules";

/** In words for people. */
export const NATIVE_REFUSAL_WORDS: Readonly<Record<NativeRefusal, string>> = {
  minimum_days: "the provider moves nothing there as early",
  size_filter: "the provider's rules know no size",
  no_such_tier: "the provider has no class of that tier",
  too_many_rules: "the bucket can't hold more rules",
};

interface DocumentTerms {
  readonly bucket: string;
  /** Book of the bucket the plan is of: what its classes are. */
  readonly prices: PriceBook;
  /** What the bucket has already, in the provider's own form: all of it stays. */
  readonly existing: readonly Readonly<Record<string, unknown>>[];
}

/** S3 refuses earlier transitions into these classes. */
const S3_MINIMUM_DAYS: Readonly<Record<string, number>> = { STANDARD_IA: 30, ONEZONE_IA: 30 };
const S3_MOST_RULES = 1000;

/** The document for a provider. */
export function nativeDocument(provider: Provider, rules: readonly ExactRule[], terms: DocumentTerms): NativeDocument {
  if (provider === "s3") return s3Document(rules, terms);
  return provider === "azure" ? azureDocument(rules, terms) : gcsDocument(rules, terms);
}

function s3Document(rules: readonly ExactRule[], { existing }: DocumentTerms): NativeDocument {
  const names = new Set(existing.map((rule) => rule["ID"]));
  const room = Math.max(0, S3_MOST_RULES - existing.length);
  const early = rules.filter((rule) => rule.days < (S3_MINIMUM_DAYS[rule.to] ?? 0));
  const possible = rules.filter((rule) => !early.includes(rule));
  const refusedRules = [
    ...early.map((rule) => ({ rule, why: "minimum_days" as const })),
    ...possible.slice(room).map((rule) => ({ rule, why: "too_many_rules" as const })),
  ];
  const { written, refused } = withoutUndercut(possible.slice(0, room), refusedRules);
  const own = written.map((rule) => ({
    ID: uniqueName(names, nameOf(rule)),
    Status: "Enabled",
    Filter: s3Filter(rule),
    Transitions: [{ Days: rule.days, StorageClass: rule.to }],
  }));
  return { document: { Rules: [...existing, ...own] }, written, refused };
}

/** Where the rule for a colder class is refused, one for a warmer class would move its objects there: that is in no plan. */
function withoutUndercut(
  possible: readonly ExactRule[],
  refused: NativeDocument["refused"],
): Pick<NativeDocument, "written" | "refused"> {
  const all = [...refused];
  let written = possible;
  // Those refused here refuse others in their turn.
  for (let at = 0; at < all.length; at += 1) {
    const { rule: missing, why } = all[at] ?? {};
    if (!missing || !why) continue;
    const undercut = written.filter((rule) => rule.days < missing.days && overlap(rule, missing));
    written = written.filter((rule) => !undercut.includes(rule));
    all.push(...undercut.map((rule) => ({ rule, why })));
  }
  return { written, refused: all };
}

function overlap(a: ExactRule, b: ExactRule): boolean {
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

/** One condition stands by itself, several under `And`. */
function s3Filter({ prefix, largerThan, smallerThan }: ExactRule): Readonly<Record<string, unknown>> {
  const conditions = {
    ...(prefix !== "" && { Prefix: prefix }),
    ...(largerThan !== null && { ObjectSizeGreaterThan: largerThan }),
    ...(smallerThan !== null && { ObjectSizeLessThan: smallerThan }),
  };
  const count = Object.keys(conditions).length;
  if (count === 0) return { Prefix: "" };
  return count === 1 ? conditions : { And: conditions };
}

const AZURE_ACTIONS: Readonly<Partial<Record<Tier, string>>> = {
  warm: "tierToCool",
  cold: "tierToCold",
  archive: "tierToArchive",
};
const AZURE_MOST_RULES = 100;

function azureDocument(rules: readonly ExactRule[], { bucket, prices, existing }: DocumentTerms): NativeDocument {
  const names = new Set(existing.map((rule) => rule["name"]));
  const { written, refused } = withoutSizes(rules, prices, AZURE_ACTIONS, AZURE_MOST_RULES - existing.length);
  const own = written.map((rule) => {
    const action = AZURE_ACTIONS[tierOf(rule, prices)] ?? "";
    return {
      enabled: true,
      name: uniqueName(names, nameOf(rule)),
      type: "Lifecycle",
      definition: {
        filters: { blobTypes: ["blockBlob"], prefixMatch: [`${bucket}/${rule.prefix}`] },
        actions: { baseBlob: { [action]: { daysAfterCreationGreaterThan: rule.days } } },
      },
    };
  });
  return { document: { rules: [...existing, ...own] }, written, refused };
}

const GCS_CLASSES: Readonly<Partial<Record<Tier, string>>> = { warm: "NEARLINE", cold: "COLDLINE", archive: "ARCHIVE" };
const GCS_MOST_RULES = 100;
/** Classes a rule may take an object from, by where it leads. */
const GCS_FROM: Readonly<Record<string, readonly string[]>> = {
  NEARLINE: ["STANDARD"],
  COLDLINE: ["STANDARD", "NEARLINE"],
  ARCHIVE: ["STANDARD", "NEARLINE", "COLDLINE"],
};

function gcsDocument(rules: readonly ExactRule[], { prices, existing }: DocumentTerms): NativeDocument {
  const { written, refused } = withoutSizes(rules, prices, GCS_CLASSES, GCS_MOST_RULES - existing.length);
  const own = written.map((rule) => {
    const storageClass = GCS_CLASSES[tierOf(rule, prices)] ?? "";
    return {
      action: { type: "SetStorageClass", storageClass },
      condition: {
        age: rule.days,
        ...(rule.prefix !== "" && { matchesPrefix: [rule.prefix] }),
        matchesStorageClass: GCS_FROM[storageClass] ?? [],
      },
    };
  });
  return { document: { rule: [...existing, ...own] }, written, refused };
}

/** Rules that ask for no size, into tiers that the provider has. */
function withoutSizes(
  rules: readonly ExactRule[],
  prices: PriceBook,
  tiers: Readonly<Partial<Record<Tier, string>>>,
  room: number,
): Pick<NativeDocument, "written" | "refused"> {
  const written: ExactRule[] = [];
  const refused: NativeDocument["refused"][number][] = [];
  for (const rule of rules) {
    if (tiers[tierOf(rule, prices)] === undefined) refused.push({ rule, why: "no_such_tier" });
    else if (rule.smallerThan !== null || rule.hasSmaller) refused.push({ rule, why: "size_filter" });
    else if (written.length >= room) refused.push({ rule, why: "too_many_rules" });
    else written.push(rule);
  }
  return withoutUndercut(written, refused);
}

function tierOf({ to }: ExactRule, prices: PriceBook): Tier {
  return managedClass(prices, to)?.tier ?? "hot";
}

/** `astra-logs-30d-standard_ia`: letters, digits, `-` and `_`, as every provider allows. */
function nameOf({ prefix, days, to }: ExactRule): string {
  const place = prefix.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return ["astra", ...(place === "" ? [] : [place.slice(0, 100)]), `${days}d`, to.toLowerCase()].join("-");
}

function uniqueName(taken: Set<unknown>, wanted: string): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}
