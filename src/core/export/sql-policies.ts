/**
 * Policies as SQL: sets of classes are the same bits as in `policy/policy-classes.ts`, and rules cut them in the same order as
 * `policy/policy-weighing.ts`. Spans of calendar months become an instant, as a query decides at one. Columns that are asked
 * for: `key`, `size`, `storage_class`, `created_ms`, `since_ms`.
 */
import { type Duration, addDuration } from "../policy/duration.ts";
import type { Glob } from "../policy/glob.ts";
import { globSql } from "../policy/glob-sql.ts";
import type { PolicyRule } from "../policy/policy.ts";
import type { CompiledRule, PolicySet } from "../policy/policy-constraints.ts";
import type { SqlDialect } from "../policy/sql-dialect.ts";
import { type SqlStep, cases, whole } from "./sql-text.ts";

/** What a query is made for. */
export interface SqlPolicyTerms {
  readonly policies: PolicySet;
  readonly bucket: string;
  readonly nowMs: number;
  readonly classes: readonly string[];
  readonly dialect: SqlDialect;
}

const NO = "(1 = 0)";
const YES = "(1 = 1)";

/**
 * Steps that end with the columns `mask` (classes allowed), `instant_mask` (without those that are slow), `ordered` (place of
 * the rule that orders a move, -1 for none), `is_timed` and `is_ignored`.
 */
export function policySteps(terms: SqlPolicyTerms): readonly SqlStep[] {
  const { policies, classes, dialect } = terms;
  const { compiled, classes: sets } = policies;
  const matches = Object.fromEntries(compiled.map((each, index) => [`rule_${index}`, matchSql(each.rule, terms)]));
  const own = caseOf(classes, (name) => sets.bit(name));
  const cooler = caseOf(classes, (name) => sets.notColderThan(name));
  const masks = compiled.map((each, index) => cutOf(each, index, sets.all));
  const anded = masks.reduce<string>((sum, mask) => dialect.and(sum, mask), whole(sets.all));
  const named = compiled.map((each, index) => namedOf(each, index, terms));
  const latencies = rulesOf(compiled, "max_latency");
  const ignores = rulesOf(compiled, "ignore");
  const orderers = compiled.flatMap(({ rule, mask }, index): [string, string][] => {
    const kind = rule.action?.kind;
    if (kind !== "pin" && kind !== "floor" && kind !== "ceiling") return [];
    return [[`rule_${index} AND ${dialect.and("own", whole(mask))} = 0`, whole(index)]];
  });
  const usual = named.reduce((sum, bits) => dialect.or(sum, bits), dialect.or(whole(sets.usual), "own"));
  const own0 = { own, cooler, ...matches };
  const cut = {
    cut: anded,
    named: usual,
    is_ignored: any(ignores),
    asks_latency: any(latencies),
    orderer: cases(orderers, "-1"),
  };
  const base = dialect.and("cut", "named");
  const isOut = `${dialect.and(base, "own")} = 0 AND orderer >= 0`;
  const started = { mask_0: base, done_0: isOut, ordered_0: cases([[isOut, "orderer"]], "-1") };
  const after = afterSteps(terms);
  const last = after.length;
  const instant = dialect.and(`mask_${last}`, dialect.or(whole(sets.instant), "own"));
  const isAny = cases([[`asks_latency OR ${instant} = 0`, `mask_${last}`]], instant);
  const result = {
    mask: `mask_${last}`,
    instant_mask: isAny,
    ordered: cases([[`mask_${last} = 0`, "-1"]], `ordered_${last}`),
    is_timed: `(ordered_${last} >= 0 AND ordered_0 < 0)`,
  };
  return [
    { name: "matched", columns: own0 },
    { name: "cut_by_rules", columns: cut },
    { name: "started", columns: started },
    ...after,
    { name: "constrained", columns: result },
  ];
}

function any(conditions: readonly string[]): string {
  return conditions.length === 0 ? NO : `(${conditions.join(" OR ")})`;
}

function rulesOf(compiled: readonly CompiledRule[], kind: string): string[] {
  return compiled.flatMap(({ rule }, index) => (rule.action?.kind === kind ? [`rule_${index}`] : []));
}

/** By the object's present class. */
function caseOf(classes: readonly string[], value: (name: string) => number): string {
  return cases(
    classes.map((name) => [`storage_class = '${name}'`, whole(value(name))]),
    "0",
  );
}

/** What a rule leaves of all classes where it matches. */
function cutOf({ rule, mask }: CompiledRule, index: number, all: number): string {
  const kept = rule.action?.kind === "never_tier_down" ? "cooler" : whole(mask);
  return kept === whole(all) ? kept : `(CASE WHEN rule_${index} THEN ${kept} ELSE ${whole(all)} END)`;
}

/** Classes that a rule allows because it names them; of steps, the last that is due. */
function namedOf({ rule, named, steps }: CompiledRule, index: number, terms: SqlPolicyTerms): string {
  const due = dueSteps(rule, terms).map(({ step, when }): [string, string] => [
    `rule_${index} AND ${when}`,
    whole(steps[step]?.target ?? 0),
  ]);
  const branches = named === 0 ? due : [...due, [`rule_${index}`, whole(named)] as const];
  return branches.length === 0 ? "0" : `(${cases(branches, "0")})`;
}

/** Steps of a rule that moves by time, the last one first, each with the condition that it is due. */
function dueSteps({ action }: PolicyRule, { nowMs }: SqlPolicyTerms): { step: number; when: string }[] {
  if (action?.kind !== "after") return [];
  return action.steps
    .map(({ since, after }, step) => ({
      step,
      when: reachedSql(since === "idle" ? "since_ms" : "created_ms", after, nowMs),
    }))
    .toReversed();
}

/** One step of the query for each rule that moves by time: the first with a step that is due and possible decides. */
function afterSteps(terms: SqlPolicyTerms): SqlStep[] {
  const { policies, dialect } = terms;
  const timed = [...policies.compiled.entries()].filter(([, { rule }]) => rule.action?.kind === "after");
  return timed.map(([index, { rule, steps }], place) => {
    const [mask, done, ordered] = [`mask_${place}`, `done_${place}`, `ordered_${place}`];
    const toMask: [string, string][] = [];
    const toDone: [string, string][] = [];
    const toOrdered: [string, string][] = [];
    // Once a step is the last one due, the rule's earlier ones are not asked.
    for (const { step, when } of dueSteps(rule, terms)) {
      const { target = 0, atOrColder = 0 } = steps[step] ?? {};
      const isDue = `NOT ${done} AND rule_${index} AND ${when}`;
      const narrowed = dialect.and(mask, whole(atOrColder));
      const isThere = `${isDue} AND ${dialect.and(narrowed, "own")} <> 0`;
      const hit = dialect.and(mask, whole(target));
      toMask.push([isThere, narrowed], [`${isDue} AND ${hit} <> 0`, hit], [isDue, mask]);
      toDone.push([isThere, YES], [`${isDue} AND ${hit} <> 0`, YES], [isDue, done]);
      toOrdered.push([isThere, ordered], [`${isDue} AND ${hit} <> 0`, whole(index)], [isDue, ordered]);
    }
    const next = place + 1;
    const columns = {
      [`mask_${next}`]: cases(toMask, mask),
      [`done_${next}`]: cases(toDone, done),
      [`ordered_${next}`]: cases(toOrdered, ordered),
    };
    return { name: `timed_${next}`, columns };
  });
}

/** Whether a rule speaks of the object now; rules by tags and tenants are not for a query. */
function matchSql({ match, duration, untilMs }: PolicyRule, { bucket, nowMs, dialect }: SqlPolicyTerms): string {
  if (untilMs !== null && nowMs >= untilMs) return NO;
  if (match.buckets.length > 0 && !match.buckets.some((glob) => glob.matches(bucket))) return NO;
  const { sizeBytes, age, classes, keys } = match;
  const conditions = [
    ...(sizeBytes.atLeast === null ? [] : [`size >= ${whole(sizeBytes.atLeast)}`]),
    ...(sizeBytes.below === null ? [] : [`size < ${whole(sizeBytes.below)}`]),
    ...(classes.length === 0 ? [] : [any(classes.map((name) => `storage_class = '${name}'`))]),
    ...(keys.length === 0 ? [] : [anyGlob(keys, dialect)]),
    ...(duration === null ? [] : [`NOT ${reachedSql("created_ms", duration, nowMs)}`]),
    ...(age.atLeast === null ? [] : [reachedSql("created_ms", age.atLeast, nowMs)]),
    ...(age.below === null ? [] : [`NOT ${reachedSql("created_ms", age.below, nowMs)}`]),
  ];
  return conditions.length === 0 ? YES : `(${conditions.join(" AND ")})`;
}

function anyGlob(globs: readonly Glob[], dialect: SqlDialect): string {
  return any(globs.map((glob) => globSql(glob, "object_key", dialect)));
}

/** Whether a span has passed since the instant in a column: that is not after the last instant for which it has. */
function reachedSql(column: string, span: Duration, nowMs: number): string {
  let passed = nowMs - span.ms - (span.months + 2) * 32 * 86_400_000;
  let not = nowMs + 1;
  while (not - passed > 1) {
    const middle = Math.floor((passed + not) / 2);
    if (addDuration(middle, span) <= nowMs) passed = middle;
    else not = middle;
  }
  return `(${column} <= ${whole(passed)})`;
}
