import fc from "fast-check";
import { expect, test } from "vitest";
import { REFUSALS } from "./decide.ts";
import { PlanTally, type PlannedMove, type RefusedMove } from "./plan.ts";
import { REFUSAL_CAUSES } from "./refusal-cause.ts";

const money = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((micros) => micros + 1e-6);
const storageClass = fc.constantFrom("STANDARD", "GLACIER", "__proto__");
const sizeBytes = fc.nat(2 ** 40);

const move = fc
  .record({
    key: fc.constantFrom("logs/a", "logs/b", "img/c", "top"),
    sizeBytes,
    from: storageClass,
    to: storageClass,
    rule: fc.constantFrom("matrix:age", "policy:p"),
    feeMicros: money,
    savingMicrosPerMonth: money,
    worstCaseMicros: fc.option(money, { freq: 50 }),
    policy: fc.constantFrom(null, "p", "q"),
  })
  .map((drawn): PlannedMove => ({
    ...drawn,
    bucket: "b",
    etag: "e",
    toTier: "cold",
    mechanism: "copy",
    why: "w",
    createdMs: 0,
    breakEvenMs: 0,
  }));

const refused: fc.Arbitrary<RefusedMove> = fc.record({
  refusal: fc.constantFrom(...REFUSALS),
  sizeBytes,
  savingMicrosPerMonth: money,
  feeMicros: money,
  to: fc.option(storageClass, { nil: null }),
  detail: fc.constantFrom(null, "rule a", "rule b"),
  cause: fc.option(fc.record({ cause: fc.constantFrom(...REFUSAL_CAUSES), limitBytes: fc.constant(null) }), {
    nil: null,
  }),
});

const step = fc.oneof(
  move.map((of) => ({ from: of.from, sizeBytes: of.sizeBytes, to: (tally: PlanTally) => tally.moves(of) })),
  refused.map((of) => ({ from: "STANDARD", sizeBytes: of.sizeBytes, to: (tally: PlanTally) => tally.refused(of) })),
  sizeBytes.map((bytes) => ({ from: "GLACIER", sizeBytes: bytes, to: (tally: PlanTally) => tally.stays() })),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function tallyOf(steps: readonly Step[]): PlanTally {
  const tally = new PlanTally();
  for (const { from, sizeBytes: bytes, to } of steps) {
    tally.seen(from, bytes);
    to(tally);
  }
  return tally;
}

/** As near as doubles of that size come that were added in another order: counts and bytes, which are whole, must be the same. */
function near(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(near);
  if (typeof value === "number") return expect.closeTo(value, 2);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, near(each)]));
}

test("the tallies of parts, kept as JSON and added up in order, are the tally of the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 5 }), (parts) => {
      const whole = tallyOf(parts.flat());
      const merged = new PlanTally();
      for (const part of parts) merged.merge(JSON.parse(JSON.stringify(tallyOf(part).snapshot())));
      const [expected, found] = [whole.totals(), merged.totals()];
      expect(found).toEqual(near(expected));
    }),
  );
});

test("a snapshot does not change with its tally", () => {
  const tally = new PlanTally();
  tally.seen("STANDARD", 5);
  tally.refused({ refusal: "payback", sizeBytes: 5, savingMicrosPerMonth: 1, feeMicros: 2 });
  const before = tally.snapshot();
  const kept = structuredClone(before);
  tally.seen("STANDARD", 5);
  tally.refused({ refusal: "payback", sizeBytes: 5, savingMicrosPerMonth: 1, feeMicros: 2 });
  expect(before).toEqual(kept);
});
