/** What is wrong with rules before anything runs: those that can never act, contradict each other, or are sure to lose money. */
import { durationDays } from "./duration.ts";
import type { GlobEffort } from "./glob-relations.ts";
import type { PolicyFinding } from "./policy-finding.ts";
import { moneyFindings } from "./policy-money.ts";
import { covers, overlaps } from "./policy-overlap.ts";
import { type PolicyRule, actionText, placeOf } from "./policy.ts";
import type { CompiledRule, PolicySet } from "./policy-constraints.ts";
import type { PriceBook } from "../pricing/price-book.ts";

/** Steps of patterns that a whole check looks at: some ten seconds of the most tangled ones, far more than plain ones need. */
const MOST_STEPS = 60_000_000;

/** All findings, in the order of the rules. Where patterns are too tangled to compare all rules, a finding says from which on. */
export function policyFindings(
  set: PolicySet,
  prices: PriceBook,
  nowMs: number,
  effort: GlobEffort = { stepsLeft: MOST_STEPS },
): readonly PolicyFinding[] {
  const findings: PolicyFinding[] = [];
  for (const [index, compiled] of set.compiled.entries()) {
    const earlier = set.compiled.slice(0, index);
    const unreachable = unreachableFinding(compiled.rule, nowMs);
    if (unreachable) {
      findings.push(unreachable);
      continue;
    }
    findings.push(
      ...comparedFindings(compiled, earlier, { set, effort }),
      ...moneyFindings(compiled.rule, set, prices),
    );
  }
  return findings;
}

function unreachableFinding(rule: PolicyRule, nowMs: number): PolicyFinding | null {
  const { sizeBytes, age } = rule.match;
  const found = (severity: PolicyFinding["severity"], part: string, message: string, fix: string): PolicyFinding => ({
    severity,
    kind: "unreachable",
    rule: rule.name,
    where: placeOf(rule, part),
    message,
    fix,
  });
  if (sizeBytes.atLeast !== null && sizeBytes.below !== null && sizeBytes.atLeast >= sizeBytes.below)
    return found(
      "error",
      "match",
      "no object is so large and so small at once",
      "Make size.below larger than size.at_least.",
    );
  const from = age.atLeast === null ? 0 : durationDays(age.atLeast);
  if (age.below !== null && from >= durationDays(age.below))
    return found(
      "error",
      "match",
      "no object is so old and so young at once",
      "Make age.below longer than age.at_least.",
    );
  if (rule.duration && from >= durationDays(rule.duration))
    return found(
      "error",
      "duration",
      `objects the rule speaks of are older than its duration of ${rule.duration.text}`,
      "Make duration longer than age.at_least.",
    );
  if (rule.untilMs !== null && rule.untilMs <= nowMs)
    return found("warning", "until", "the rule is not in force any more", "Remove the rule, or set a later date.");
  return afterFinding(rule, found);
}

function afterFinding(
  rule: PolicyRule,
  found: (severity: "error", part: string, message: string, fix: string) => PolicyFinding,
): PolicyFinding | null {
  if (rule.action?.kind !== "after") return null;
  const ends = [rule.duration, rule.match.age.below].filter((end) => end !== null).map(durationDays);
  const end = Math.min(...ends);
  const step = rule.action.steps.find(({ after }) => durationDays(after) >= end);
  if (!step) return null;
  const message = `${step.since} ${step.after.text} is never reached: the rule is in force for a shorter time`;
  return found("error", "action", message, "Shorten the time of the step, or let the rule be in force for longer.");
}

/** A rule whose every object is dealt with by an earlier one. */
function shadowFinding(rule: PolicyRule, earlier: readonly CompiledRule[], effort: GlobEffort): PolicyFinding | null {
  const kind = rule.action?.kind;
  const by = earlier.find(
    (other) =>
      (other.rule.action?.kind === "ignore" || (isFirstOnly(kind) && other.rule.action?.kind === kind)) &&
      !isOutlived(other.rule, rule) &&
      covers(other.rule.match, rule.match, effort) &&
      actsFirst(other.rule, rule),
  );
  if (!by || kind === undefined) return null;
  const isIgnored = by.rule.action?.kind === "ignore";
  const message = isIgnored
    ? `never acts: ${named(by.rule)} at ${by.rule.where} ignores every object it speaks of`
    : `never acts: ${named(by.rule)} at ${by.rule.where} comes first for every object it speaks of`;
  const fix = "Put the narrower rule first, or remove one of them.";
  return { severity: "error", kind: "shadowed", rule: rule.name, where: rule.where, message, fix };
}

function isFirstOnly(kind: string | undefined): boolean {
  return kind === "after" || kind === "create_in" || kind === "strategy";
}

/** Whether the earlier rule ends while the later one goes on. */
function isOutlived(earlier: PolicyRule, later: PolicyRule): boolean {
  return endDays(earlier) < endDays(later) || (earlier.untilMs ?? Infinity) < (later.untilMs ?? Infinity);
}

function endDays({ duration }: PolicyRule): number {
  return duration ? durationDays(duration) : Infinity;
}

/** Of two `after`, the earlier one only stands before the other once its own first step is due. */
function actsFirst(earlier: PolicyRule, later: PolicyRule): boolean {
  if (earlier.action?.kind !== "after" || later.action?.kind !== "after") return true;
  const [first, other] = [earlier.action.steps[0], later.action.steps[0]];
  if (!first || !other) return false;
  // What is idle for so long is at least as old.
  const isSameOrWider = first.since === other.since || first.since === "age";
  return isSameOrWider && durationDays(first.after) <= durationDays(other.after);
}

interface Check {
  readonly set: PolicySet;
  readonly effort: GlobEffort;
}

/** Nothing where an earlier rule has used the effort up: an answer that was given up on would be a finding made up. */
function comparedFindings(compiled: CompiledRule, earlier: readonly CompiledRule[], check: Check): PolicyFinding[] {
  if (check.effort.stepsLeft <= 0) return [];
  const shadowed = shadowFinding(compiled.rule, earlier, check.effort);
  const others = earlier
    .filter((other) => canClash(compiled, other) && overlaps(other.rule.match, compiled.rule.match, check.effort))
    .flatMap((other) => pairFinding(compiled, other, check) ?? []);
  if (check.effort.stepsLeft <= 0) return [uncomparedFinding(compiled.rule)];
  return shadowed ? [shadowed, ...others] : others;
}

/** Whether there is anything to say of two rules that meet. */
function canClash(a: CompiledRule, b: CompiledRule): boolean {
  return (a.mask & b.mask) === 0 || [a, b].some(({ rule }) => rule.action?.kind === "never_tier_down");
}

function uncomparedFinding(rule: PolicyRule): PolicyFinding {
  return {
    severity: "warning",
    kind: "uncompared",
    rule: rule.name,
    where: placeOf(rule, "match"),
    message: "the patterns are too tangled: this rule and those after it were not compared with the others",
    fix: "Write patterns with fewer *, ** and braces, or fewer rules.",
  };
}

function pairFinding(compiled: CompiledRule, other: CompiledRule, { set, effort }: Check): PolicyFinding | null {
  const { rule } = compiled;
  const against = `${named(other.rule)} at ${other.rule.where}`;
  const about = { rule: rule.name, where: placeOf(rule, "action") };
  if ((compiled.mask & other.mask) === 0) {
    const message = `${words(rule)} and ${words(other.rule)} of ${against} leave no class: objects of both stay where they are`;
    return {
      ...about,
      severity: "error",
      kind: "contradictory",
      message,
      fix: "Change one of them, or narrow one match.",
    };
  }
  const kinds = [rule.action?.kind, other.rule.action?.kind];
  if (!kinds.includes("never_tier_down")) return null;
  if (kinds[0] === kinds[1]) {
    const message = `overlaps with the hold ${against}; an object of both is held by each for its own time`;
    return {
      ...about,
      severity: "warning",
      kind: "overlapping",
      message,
      fix: "Keep one of them, or narrow one match.",
    };
  }
  // A hold that takes some objects out of another rule is what holds are for.
  const [hold, down] = kinds[0] === "never_tier_down" ? [compiled, other] : [other, compiled];
  if (!isDownward(down, set) || !covers(hold.rule.match, down.rule.match, effort)) return null;
  const message = `${words(rule)} is against ${words(other.rule)} of ${against}: all it speaks of is held`;
  return { ...about, severity: "warning", kind: "contradictory", message, fix: "Narrow the match of the hold." };
}

/** Whether a rule wants objects out of the hottest tier. */
function isDownward({ rule, mask }: CompiledRule, { classes }: PolicySet): boolean {
  const kind = rule.action?.kind;
  return kind === "after" || ((kind === "pin" || kind === "ceiling") && (mask & classes.floor("hot")) === 0);
}

function named(rule: PolicyRule): string {
  return JSON.stringify(rule.name);
}

function words(rule: PolicyRule): string {
  return rule.action ? actionText(rule.action) : rule.name;
}
