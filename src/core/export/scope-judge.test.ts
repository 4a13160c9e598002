import fc from "fast-check";
import { expect, test } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import type { PlannedMove } from "../plan.ts";
import { mayTransition } from "../pricing/waterfall.ts";
import { MS_PER_DAY } from "../units.ts";
import type { AgeScope } from "./age-ladder.ts";
import { type AgedObject, DEFAULT_LEAST_BYTES, type ExactRule, ScopeJudge } from "./scope-judge.ts";

const NOW_MS = Date.UTC(2026, 2, 2);
const STEPS = [
  { days: 30, to: "STANDARD_IA" },
  { days: 90, to: "GLACIER" },
];
const SCOPE: AgeScope = { source: "matrix", prefix: "logs/", fromBytes: null, belowBytes: null, steps: STEPS };

const objects: fc.Arbitrary<AgedObject[]> = fc.uniqueArray(
  fc.record({
    key: fc
      .tuple(fc.constantFrom("logs/", "logs/x/", "data/"), fc.integer({ max: 40, min: 0 }))
      .map((parts) => parts.join("")),
    sizeBytes: fc.constantFrom(0, 1000, 131_072, 200_000, 1_000_000),
    lastModifiedMs: fc.constantFrom(1, 29, 31, 60, 91, 200).map((days) => NOW_MS - days * MS_PER_DAY),
    storageClass: fc.constantFrom("STANDARD", "STANDARD", "STANDARD_IA", "GLACIER"),
  }),
  { selector: ({ key }) => key, maxLength: 25 },
);

/** What S3 does with such rules on one day: the coldest class whose rule speaks of the object. */
function carriedOut(rules: readonly ExactRule[], object: AgedObject): string | null {
  let to: string | null = null;
  for (const rule of rules.toSorted((a, b) => a.days - b.days)) {
    const isOld = object.lastModifiedMs + rule.days * MS_PER_DAY <= NOW_MS;
    const isLarge =
      rule.largerThan === null ? object.sizeBytes >= DEFAULT_LEAST_BYTES : object.sizeBytes > rule.largerThan;
    const isOpen = mayTransition(AWS, object.storageClass, rule.to);
    if (object.key.startsWith(rule.prefix) && isOld && isLarge && isOpen) to = rule.to;
  }
  return to;
}

function verdictFor(all: readonly AgedObject[], planned: ReadonlyMap<string, string>): readonly ExactRule[] | null {
  const judge = new ScopeJudge(SCOPE, AWS);
  for (const { key, sizeBytes, storageClass: from } of all) {
    const to = planned.get(key);
    if (to === undefined) continue;
    const sums = { feeMicros: 1, savingMicrosPerMonth: 2, breakEvenMs: 0, worstCaseMicros: null };
    const words = { toTier: "cold", mechanism: "copy", rule: "matrix:age", why: "", createdMs: null } as const;
    const move: PlannedMove = { bucket: "b", key, sizeBytes, etag: "e", from, to, ...words, ...sums };
    judge.planned(move);
  }
  for (const object of all) judge.listed(object, NOW_MS);
  return judge.verdict();
}

test("rules that are given move just what the plan moves", () => {
  fc.assert(
    fc.property(objects, fc.integer({ min: 0, max: 250_000 }), fc.boolean(), fc.nat(), (all, least, isOdd, place) => {
      const planned = new Map<string, string>();
      for (const object of all) {
        const due = STEPS.findLast(
          ({ days, to }) =>
            object.lastModifiedMs + days * MS_PER_DAY <= NOW_MS && mayTransition(AWS, object.storageClass, to),
        );
        if (object.key.startsWith("logs/") && due && object.sizeBytes >= least) planned.set(object.key, due.to);
      }
      // A plan that is not by age alone.
      const odd = all[place % Math.max(1, all.length)];
      if (isOdd && odd && !planned.delete(odd.key)) planned.set(odd.key, "GLACIER");
      const rules = verdictFor(all, planned);
      if (rules === null) return;
      for (const object of all.filter(({ key }) => key.startsWith("logs/")))
        expect(carriedOut(rules, object), object.key).toBe(planned.get(object.key) ?? null);
      const inScope = [...planned.keys()].filter((key) => key.startsWith("logs/"));
      expect(rules.reduce((sum, { moves }) => sum + moves, 0)).toBe(inScope.length);
    }),
    { numRuns: 1000 },
  );
});

test("a plan by age alone gets its rules", () => {
  const old = { lastModifiedMs: NOW_MS - 100 * MS_PER_DAY, storageClass: "STANDARD", sizeBytes: 1_000_000 };
  const all = [
    { ...old, key: "logs/a" },
    { ...old, key: "logs/b", lastModifiedMs: NOW_MS - 40 * MS_PER_DAY },
    { ...old, key: "logs/small", sizeBytes: 300 },
    { ...old, key: "data/other" },
  ];
  const planned = new Map([
    ["logs/a", "GLACIER"],
    ["logs/b", "STANDARD_IA"],
  ]);
  expect(verdictFor(all, planned)).toMatchObject([
    { to: "STANDARD_IA", days: 30, moves: 1, bytes: 1_000_000, largerThan: null, hasSmaller: true },
    { to: "GLACIER", days: 90, moves: 1, feeMicros: 1, savingMicrosPerMonth: 2, largerThan: null },
  ]);
  expect(verdictFor(all, new Map([["logs/a", "DEEP_ARCHIVE"]]))).toBeNull();
  // The older one beside it would be moved as well.
  expect(verdictFor(all, new Map([["logs/b", "STANDARD_IA"]]))).toBeNull();
});
