import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type MoveGroup, PlanTally, type PlannedMove } from "./plan.ts";

const MOVE: PlannedMove = {
  bucket: "b",
  key: "logs/a",
  sizeBytes: 1000,
  etag: "e",
  from: "STANDARD",
  to: "GLACIER",
  toTier: "cold",
  mechanism: "copy",
  rule: "r",
  why: "w",
  createdMs: 0,
  feeMicros: 30,
  savingMicrosPerMonth: 12.5,
  breakEvenMs: 0,
  worstCaseMicros: 50,
  policy: null,
  orderedByPolicy: false,
};

function breakdown(moves: readonly PlannedMove[]) {
  const tally = new PlanTally();
  for (const move of moves) tally.moves(move);
  const totals = tally.totals();
  if (!totals.breakdown) throw new Error("no breakdown");
  return { totals, ...totals.breakdown };
}

describe("the breakdown of a plan", () => {
  it("groups by policy, prefix and class", () => {
    const { policies, prefixes, classes } = breakdown([
      MOVE,
      { ...MOVE, key: "top", policy: "p", to: "GLACIER_IR", feeMicros: 1 },
      { ...MOVE, key: "logs/b/c", policy: "p", orderedByPolicy: true },
      { ...MOVE, key: "/slash", savingMicrosPerMonth: -99 },
    ]);
    expect(policies.map(({ policy, moves }) => [policy, moves])).toEqual([
      [null, 2],
      ["p", 2],
    ]);
    expect(prefixes.map(({ prefix, moves }) => [prefix, moves])).toEqual([
      ["logs/", 2],
      ["", 1],
      ["/", 1],
    ]);
    expect(classes).toEqual([
      { from: "STANDARD", to: "GLACIER", moves: 3, bytes: 3000, feeMicros: 90, savingMicrosPerMonth: -74 },
      { from: "STANDARD", to: "GLACIER_IR", moves: 1, bytes: 1000, feeMicros: 1, savingMicrosPerMonth: 12.5 },
    ]);
  });

  it("pays the fees in the first month and saves in each of twelve", () => {
    const { cashFlowMicros } = breakdown([MOVE, MOVE]);
    expect(cashFlowMicros).toEqual([25 - 60, ...Array.from({ length: 11 }, () => 25)]);
    expect(breakdown([]).cashFlowMicros).toEqual(Array.from({ length: 12 }, () => 0));
  });

  it("adds up the worst case only where all of it is known", () => {
    expect(breakdown([MOVE, MOVE]).worstCaseMicros).toBe(100);
    expect(breakdown([MOVE, { ...MOVE, worstCaseMicros: null }, MOVE]).worstCaseMicros).toBeNull();
  });

  it("shows the fifty prefixes that save most, the rest as one", () => {
    const moves = Array.from({ length: 60 }, (_, index) => ({
      ...MOVE,
      key: `p${index}/x`,
      savingMicrosPerMonth: index,
    }));
    const { prefixes } = breakdown(moves);
    expect(prefixes).toHaveLength(51);
    expect(prefixes[0]?.prefix).toBe("p59/");
    expect(prefixes.at(-1)).toMatchObject({ prefix: "other", moves: 10, savingMicrosPerMonth: 45 });
  });

  it("counts what the bucket's own rules hold back", () => {
    const tally = new PlanTally();
    const held = { refusal: "native_rule_conflict", sizeBytes: 5, savingMicrosPerMonth: 1, feeMicros: 2 } as const;
    tally.refused({ ...held, detail: "expire-logs" });
    tally.refused({ ...held, detail: "expire-logs" });
    tally.refused({ ...held, refusal: "payback" });
    expect(tally.totals().breakdown?.nativeRules).toEqual([{ id: "expire-logs", objects: 2 }]);
  });
});

describe("rules and refusals of a plan", () => {
  it("groups moves by the rule and the classes", () => {
    const { rules } = breakdown([
      MOVE,
      { ...MOVE, key: "x" },
      { ...MOVE, policy: "p", orderedByPolicy: true, rule: "policy:p" },
    ]);
    expect(rules).toEqual([
      {
        policy: null,
        rule: "r",
        from: "STANDARD",
        to: "GLACIER",
        toTier: "cold",
        orderedByPolicy: false,
        moves: 2,
        bytes: 2000,
        feeMicros: 60,
        savingMicrosPerMonth: 25,
      },
      expect.objectContaining({ policy: "p", rule: "policy:p", orderedByPolicy: true, moves: 1 }),
    ]);
  });

  it("keeps no more rules apart than can be read, and loses none of their money", () => {
    const moves = Array.from({ length: 600 }, (_, index) => ({ ...MOVE, rule: `r${index}` }));
    const { rules } = breakdown(moves);
    expect(rules).toHaveLength(501);
    expect(rules.at(-1)).toMatchObject({ rule: "other", moves: 100 });
  });

  it("tells refusals apart by cause, class and name", () => {
    const tally = new PlanTally(120);
    const refused = {
      refusal: "saving_under_fee",
      sizeBytes: 5,
      savingMicrosPerMonth: -1,
      feeMicros: 2,
      to: "GLACIER",
    } as const;
    tally.refused({ ...refused, cause: { cause: "billed_minimum", limitBytes: 128 } });
    tally.refused({ ...refused, cause: { cause: "billed_minimum", limitBytes: 128 } });
    tally.refused({ ...refused, cause: { cause: "reads", limitBytes: null } });
    tally.refused({ ...refused, refusal: "policy_conflict", to: null, detail: "a, b" });
    const found = tally.totals().breakdown;
    expect(found?.paybackLimitDays).toBe(120);
    expect(found?.refusals).toEqual([
      {
        refusal: "saving_under_fee",
        cause: "billed_minimum",
        to: "GLACIER",
        detail: null,
        limitBytes: 128,
        objects: 2,
        bytes: 10,
        savingMicrosPerMonth: -2,
        feeMicros: 4,
      },
      expect.objectContaining({ cause: "reads", objects: 1 }),
      expect.objectContaining({ refusal: "policy_conflict", cause: null, to: null, detail: "a, b" }),
    ]);
  });

  it("keeps no more names of rules than can be read", () => {
    const tally = new PlanTally();
    const refused = { refusal: "policy_conflict", sizeBytes: 1, savingMicrosPerMonth: 0, feeMicros: 0 } as const;
    for (let index = 0; index < 600; index += 1) tally.refused({ ...refused, detail: `rule ${index}` });
    const found = tally.totals().breakdown?.refusals ?? [];
    expect(found).toHaveLength(501);
    expect(found.at(-1)).toMatchObject({ detail: null, objects: 100 });
  });
});

test("every list of groups adds up to the plan, and the plan to its lines", () => {
  const move = fc
    .record({
      key: fc.stringMatching(/^[a-c]{0,2}\/?[a-c]{1,3}$/),
      to: fc.constantFrom("GLACIER", "GLACIER_IR"),
      policy: fc.constantFrom(null, "a", "b"),
      sizeBytes: fc.nat(),
      feeMicros: fc.integer({ min: 0, max: 1e6 }),
      savingMicrosPerMonth: fc.integer({ min: -1e6, max: 1e6 }),
    })
    .map((changes): PlannedMove => ({ ...MOVE, ...changes }));
  const sum = (groups: readonly MoveGroup[]) =>
    groups.reduce(
      (total, { moves, bytes, feeMicros, savingMicrosPerMonth }) => ({
        moves: total.moves + moves,
        bytes: total.bytes + bytes,
        feeMicros: total.feeMicros + feeMicros,
        savingMicrosPerMonth: total.savingMicrosPerMonth + savingMicrosPerMonth,
      }),
      { moves: 0, bytes: 0, feeMicros: 0, savingMicrosPerMonth: 0 },
    );
  fc.assert(
    fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
      const { totals, policies, prefixes, classes, rules } = breakdown(moves);
      const { feeMicros, savingMicrosPerMonth, movedBytes: bytes } = totals;
      const lines = moves.map((each) => ({ ...each, moves: 1, bytes: each.sizeBytes }));
      expect({ moves: totals.moves, bytes, feeMicros, savingMicrosPerMonth }).toEqual(sum(lines));
      for (const groups of [policies, prefixes, classes, rules]) expect(sum(groups)).toEqual(sum(lines));
    }),
  );
});
