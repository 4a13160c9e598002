/** Reads a policy file into rules, each fault named where it stands. */
import { AstraError } from "../core/errors.ts";
import { type Duration, parseDuration } from "../core/policy/duration.ts";
import { type Glob, isGlobFault, parseGlob, parseKeyGlob } from "../core/policy/glob.ts";
import type { AfterStep, PolicyAction, PolicyMatch, PolicyRule, Span } from "../core/policy/policy.ts";
import { parseSizeBytes } from "../core/units.ts";
import { type FaultKind, faultsError } from "./faults.ts";
import { type ParsedMatch, type ParsedRule, namedActions, policyFileSchema, untilMs } from "./policy-schema.ts";
import { schemaFaults } from "./schema-faults.ts";
import { type YamlFile, parseYamlFile } from "./yaml-file.ts";

/** How faults of policy files are told. */
export const POLICY_FAULT: FaultKind = {
  code: "ASTRA_POLICY_INVALID",
  fix: "Correct the named place; `astra policy schema` and docs/policies.md show the form.",
};

/** @throws AstraError ASTRA_POLICY_INVALID with every fault's line and column */
export function parsePolicies(name: string, text: string): readonly PolicyRule[] {
  const file = parseYamlFile(name, text, POLICY_FAULT);
  const parsed = policyFileSchema.safeParse(file.value);
  if (!parsed.success) throw faultsError(schemaFaults(parsed.error, policyFileSchema, file), POLICY_FAULT);
  return parsed.data.policies.map((rule, index) => ruleOf(rule, index, file));
}

function ruleOf(rule: ParsedRule, index: number, file: YamlFile): PolicyRule {
  const at = (...path: readonly PropertyKey[]): string => {
    const { line, column } = file.positionOf(["policies", index, ...path]);
    return `${file.name}:${line}:${column}`;
  };
  const outer = namedActions(rule)[0];
  const matchPart = rule.pattern === undefined ? "match" : "pattern";
  return {
    name: rule.name,
    where: at(),
    places: { match: at(matchPart), action: at(outer ?? "action"), duration: at("duration"), until: at("until") },
    match: matchOf(rule.match ?? {}, rule.pattern),
    action: actionOf(rule),
    duration: rule.duration === undefined ? null : durationOf(rule.duration),
    untilMs: rule.until === undefined ? null : untilMs(rule.until),
    readsExcludedFrom: listOf(rule.reads_excluded_from),
  };
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function matchOf(match: ParsedMatch, pattern: string | undefined): PolicyMatch {
  const { size = {}, age = {} } = match;
  return {
    buckets: listOf(match.bucket).map((source) => globOf(parseGlob(source))),
    keys: listOf(pattern ?? match.key).map((source) => globOf(parseKeyGlob(source))),
    sizeBytes: spanOf(size.at_least, size.below, bytesOf),
    age: spanOf(age.at_least, age.below, durationOf),
    tags: Object.entries(match.tags ?? {}).map(([name, value]) => ({ name, value: globOf(parseGlob(value)) })),
    classes: listOf(match.class),
    tenants: listOf(match.tenant).map((source) => globOf(parseGlob(source))),
  };
}

function spanOf<S, T>(atLeast: S | undefined, below: S | undefined, parse: (value: S) => T): Span<T> {
  return {
    atLeast: atLeast === undefined ? null : parse(atLeast),
    below: below === undefined ? null : parse(below),
  };
}

function actionOf(rule: ParsedRule): PolicyAction | null {
  if (typeof rule.action === "string") return { kind: rule.action };
  const from = rule.action ?? rule;
  const [kind] = namedActions(from);
  switch (kind) {
    case undefined:
      return null;
    case "never_tier_down":
    case "ignore":
      return { kind };
    case "max_latency":
      return from.max_latency === undefined ? null : { kind, latency: from.max_latency };
    case "strategy":
      return from.strategy === undefined ? null : { kind, strategy: from.strategy };
    case "after":
      return { kind, steps: listOf(from.after).map(stepOf) };
    default:
      return { kind, to: from[kind] ?? "" };
  }
}

function stepOf(step: { idle?: string | undefined; age?: string | undefined; to: string }): AfterStep {
  return {
    since: step.idle === undefined ? "age" : "idle",
    after: durationOf(step.idle ?? step.age ?? ""),
    to: step.to,
  };
}

function bytesOf(size: number | string): number {
  return typeof size === "number" ? size : readable(parseSizeBytes(size), size);
}

function durationOf(text: string): Duration {
  return readable(parseDuration(text), text);
}

function globOf(glob: ReturnType<typeof parseGlob>): Glob {
  return isGlobFault(glob) ? readable<Glob>(null, glob.fault) : glob;
}

/** The schema has let the text pass, so it can be read. */
function readable<T>(value: T | null, text: string): T {
  if (value === null) throw new AstraError("ASTRA_INTERNAL", `${JSON.stringify(text)} passed the schema of policies`);
  return value;
}
