/** Objects, states and terms of every kind, seeded, for engines that are to decide as `decide` does. */
import { recordReads, NO_ACCESS } from "../../src/core/access-stats.ts";
import { costStrategy } from "../../src/core/cost-strategy.ts";
import { type DecideContext, type Decision, decide } from "../../src/core/decide.ts";
import type { SqlStrategy } from "../../src/core/export/decision-sql.ts";
import { matrixStrategy } from "../../src/core/matrix.ts";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import { type StoredObject, knownHold, viewOf } from "../../src/core/object-view.ts";
import { compilePolicies } from "../../src/core/policy/policy-constraints.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { policyRules } from "./policies.ts";
import { AWS } from "./prices.ts";

/** The instant of all decisions; not at a midnight. */
export const DECISION_MS = Date.UTC(2026, 1, 11, 13, 7, 5);
const WINDOW_DAYS = 90;
const BUCKET = "data";

/** One object, and what is known of it. */
export interface DecisionRow {
  readonly stored: StoredObject;
  readonly state: ObjectState | undefined;
}

/** A generator of 32-bit numbers (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FOLDERS = ["logs/", "raw/2025/", 'it\'s "new"/', "a%b_c/", "été/", "tmp\\x/", ""];
const NAMES = ["monthly_", "backup_", "part-", "x", "*?", "line\nend-"];
const CLASSES = [
  "STANDARD",
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "EXPRESS_ONEZONE",
];
const SIZES = [0, 1, 4_000, 131_071, 131_072, 200_000, 1e6, 5e7, 2e9, 5_368_709_120, 6e9, 9e10];

/** @param count of objects; about half are known */
export function decisionRows(count: number, seed = 1): readonly DecisionRow[] {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => {
    const found = values[Math.floor(random() * values.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  };
  return Array.from({ length: count }, (_, index) => {
    const key = `${pick(FOLDERS)}${pick(NAMES)}${index}${pick(["", ".log", ".parquet"])}`;
    const ageDays = pick([0.01, 5, 29.99, 30.01, 60, 91, 200, 400, 900]) * (0.99 + random() / 50);
    const stored: StoredObject = {
      key,
      sizeBytes: Math.round(pick(SIZES) * (random() < 0.3 ? random() : 1)),
      etag: `etag-${index}`,
      lastModifiedMs: Math.round(DECISION_MS - ageDays * MS_PER_DAY),
      storageClass: random() < 0.55 ? "STANDARD" : pick(CLASSES),
    };
    return { stored, state: random() < 0.5 ? stateOf(stored, random, pick) : undefined };
  });
}

function stateOf(stored: StoredObject, random: () => number, pick: <T>(values: readonly T[]) => T): ObjectState {
  let access = NO_ACCESS;
  const reads = pick([0, 0, 1, 3, 6, 12, 40]);
  for (let read = 0; read < reads; read += 1) {
    const daysAgo = random() * pick([2, 40, 120, 300]);
    access = recordReads(access, Math.round(DECISION_MS - daysAgo * MS_PER_DAY), pick([1, 1, 4]), 366);
  }
  const createdMs = random() < 0.8 ? stored.lastModifiedMs - Math.round(random() * 100 * MS_PER_DAY) : null;
  const isHeld = random() < 0.1;
  return {
    ...unknownObject({ bucket: BUCKET, key: stored.key }),
    etag: pick([stored.etag, stored.etag, "other", null]),
    storageClass: pick([stored.storageClass, "STANDARD", null]),
    classSinceMs: random() < 0.7 ? stored.lastModifiedMs + Math.round((random() - 0.5) * 20 * MS_PER_DAY) : null,
    createdMs,
    promotedMs: random() < 0.2 ? DECISION_MS - Math.round(random() * 60 * MS_PER_DAY) : null,
    hold: isHeld
      ? {
          legalHold: random() < 0.5,
          retainUntilMs: random() < 0.5 ? DECISION_MS + Math.round((random() - 0.5) * 9 * MS_PER_DAY) : null,
          seenAtMs: DECISION_MS - Math.round(random() * 60 * MS_PER_DAY),
        }
      : null,
    access,
  };
}

/** Rules of every kind that a query can say. */
const RULES = policyRules(
  "- { name: hot logs, match: { key: 'logs/**/part-*' }, floor: warm }",
  "- { name: pinned, match: { key: '*.parquet', size: { at_least: 1MB } }, pin: cold, until: 2027-01-01 }",
  '- { name: quote, match: { key: "it\'s \\"new\\"/**" }, never_tier_down: true }',
  "- { name: ageing, match: { key: 'raw/**' }, after: [{ age: 30d, to: warm }, { age: 6 months, to: archive }] }",
  "- { name: idle, match: { key: 'été/**', age: { at_least: 10d } }, after: { idle: 60d, to: GLACIER_IR } }",
  "- { name: slow, match: { key: 'a%b_c/*' }, max_latency: hours }",
  "- { name: lid, match: { key: '[lx]*/**', class: STANDARD_IA }, ceiling: warm }",
  "- { name: ours, match: { key: '*_1{2,3}*' }, ignore: true }",
  "- { name: young, match: { key: 'tmp\\\\x/**' }, pin: hot, duration: 2 months }",
);

/** A case: a strategy, and what it decides within. */
export interface DecisionCase {
  readonly strategy: SqlStrategy;
  readonly deciding: DecideContext;
}

/** Strategies with and without rules, versions, ACLs and rules of the bucket. */
export function decisionCases(): readonly (readonly [name: string, DecisionCase])[] {
  const classes = { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" };
  const matrix = { name: "matrix", classes, windowDays: WINDOW_DAYS } as const;
  const plain = { noncurrentDays: 0, readsAcl: false, nativeRules: [], locksCopies: false };
  const odd = {
    noncurrentDays: 20,
    readsAcl: true,
    locksCopies: false,
    nativeRules: [
      { id: "expire", prefix: "logs/", days: 300, kind: "expiration", largerThan: 100_000 },
      { id: "sink", prefix: "raw/", days: 100, kind: "transition", storageClass: "GLACIER" },
    ],
  } as const;
  const cost = { name: "cost", horizonDays: 90 } as const;
  const lifetime = { ...matrix, windowDays: "lifetime" } as const;
  return [
    ["matrix", caseOf(matrix, plain, [])],
    ["matrix over lifetimes, with rules, versions and ACLs", caseOf(lifetime, odd, RULES)],
    ["cost", caseOf(cost, plain, [])],
    ["cost with rules, versions and ACLs", caseOf(cost, odd, RULES)],
  ];
}

function caseOf(
  strategy: SqlStrategy,
  terms: Pick<DecideContext, "noncurrentDays" | "readsAcl" | "nativeRules" | "locksCopies">,
  rules: typeof RULES,
): DecisionCase {
  const { noncurrentDays } = terms;
  const made =
    strategy.name === "matrix"
      ? matrixStrategy(strategy)
      : costStrategy({ prices: AWS, horizonDays: strategy.horizonDays, noncurrentDays });
  const named = strategy.name === "matrix" ? Object.values(strategy.classes) : [];
  const deciding: DecideContext = {
    strategy: made,
    strategyNamed: () => made,
    policies: compilePolicies(rules, AWS, named),
    prices: AWS,
    guards: { maxPaybackDays: 180 },
    ...terms,
  };
  return { strategy, deciding };
}

/** What `decide` says. */
export function decided({ stored, state }: DecisionRow, { deciding }: DecisionCase): Decision {
  const view = viewOf(stored, state, DECISION_MS, WINDOW_DAYS, BUCKET);
  return decide(view, knownHold(state?.hold, DECISION_MS), deciding);
}

/** A row of the query's answer. */
export interface SqlDecision {
  readonly kind: string;
  readonly proposed: string;
  readonly refusal: string | null;
  readonly fee: number | null;
  readonly saving: number | null;
}

/**
 * Where the query differs from `decide`, in words, at most ten. Sums may differ in their last bits, as engines add up in
 * another order; objects that would have to be restored are not the query's.
 */
export function differences(
  rows: readonly DecisionRow[],
  each: DecisionCase,
  said: ReadonlyMap<string, SqlDecision>,
): readonly string[] {
  const found: string[] = [];
  for (const row of rows) {
    const { key, storageClass } = row.stored;
    const ours = decided(row, each);
    const theirs = said.get(key);
    if (!theirs) found.push(`${key} is missing`);
    else if (theirs.kind === "undecided") {
      if (AWS.classes[storageClass]?.restore === undefined) found.push(`${key} is undecided`);
    } else if (!isSame(ours, theirs)) {
      const why = ours.kind === "stay" ? "" : JSON.stringify(ours.sums);
      found.push(
        `${JSON.stringify(row)}: ${ours.kind} ${ours.proposal?.storageClass} ${why}, not ${JSON.stringify(theirs)}`,
      );
    }
  }
  return found.slice(0, 10);
}

function isSame(ours: Decision, theirs: SqlDecision): boolean {
  if (ours.kind !== theirs.kind) return false;
  if (ours.kind === "stay") return true;
  if (ours.kind === "refuse" && ours.refusal !== theirs.refusal) return false;
  if (ours.proposal && ours.proposal.storageClass !== theirs.proposed) return false;
  const { sums } = ours;
  // A move that is barred for other reasons than money may have no sums.
  if (!sums || (ours.kind === "refuse" && ours.refusal !== "payback" && ours.refusal !== "saving_under_fee"))
    return true;
  return isNear(sums.fee.totalMicros, theirs.fee) && isNear(sums.savingMicrosPerMonth, theirs.saving);
}

function isNear(ours: number, theirs: number | null): boolean {
  return theirs !== null && Math.abs(ours - theirs) <= 1e-6 + Math.abs(ours) * 1e-9;
}
