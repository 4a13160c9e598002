import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../test/support/prices.ts";
import { objectView } from "../../test/support/views.ts";
import { type DecideContext, DEFAULT_GUARDS, type KnownHold, decide, moveSums } from "./decide.ts";
import { compilePolicies } from "./policy/policy-constraints.ts";
import type { Strategy } from "./strategy.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB } from "./units.ts";

/** Proposes one class for everything. */
function always(storageClass: string): Strategy {
  const proposal = { tier: "cold", storageClass, rule: "always", why: "always" } as const;
  return { name: "always", followsOwnMap: true, propose: () => proposal };
}

function context(storageClass: string, changes: Partial<DecideContext> = {}): DecideContext {
  const prices = changes.prices ?? AWS;
  return {
    strategy: always(storageClass),
    strategyNamed: () => always(storageClass),
    policies: compilePolicies([], prices),
    prices,
    guards: DEFAULT_GUARDS,
    noncurrentDays: 0,
    nativeRules: [],
    ...changes,
  };
}

/** `move`, `stay`, or the reason of a refusal. */
function verdict(
  view: Parameters<typeof objectView>[0],
  hold: KnownHold,
  to: string,
  changes: Partial<DecideContext> = {},
) {
  const decision = decide(objectView(view), hold, context(to, changes));
  return decision.kind === "refuse" ? decision.refusal : decision.kind;
}

describe("a decision", () => {
  it.each<{ case: string; from: string; sizeBytes: number; hold: KnownHold; to: string; verdict: string }>([
    {
      case: "a large object to a cheap class",
      from: "STANDARD",
      sizeBytes: GB_BYTES,
      hold: null,
      to: "GLACIER",
      verdict: "move",
    },
    { case: "the class it is in", from: "STANDARD", sizeBytes: GB_BYTES, hold: null, to: "STANDARD", verdict: "stay" },
    {
      case: "a held object where it is",
      from: "STANDARD",
      sizeBytes: 1,
      hold: "legal_hold",
      to: "STANDARD",
      verdict: "stay",
    },
    {
      case: "a held object",
      from: "STANDARD",
      sizeBytes: GB_BYTES,
      hold: "legal_hold",
      to: "GLACIER",
      verdict: "legal_hold",
    },
    {
      case: "a locked object",
      from: "STANDARD",
      sizeBytes: GB_BYTES,
      hold: "retention_lock",
      to: "GLACIER",
      verdict: "retention_lock",
    },
    {
      case: "an unmanaged class, held or not",
      from: "EXPRESS_ONEZONE",
      sizeBytes: GB_BYTES,
      hold: "legal_hold",
      to: "GLACIER",
      verdict: "class_not_managed",
    },
    { case: "an unknown class", from: "FOO", sizeBytes: GB_BYTES, hold: null, to: "FOO", verdict: "class_not_managed" },
    {
      case: "to an unknown class",
      from: "STANDARD",
      sizeBytes: GB_BYTES,
      hold: null,
      to: "FOO",
      verdict: "unknown_price",
    },
    {
      case: "to an unknown class, held",
      from: "STANDARD",
      sizeBytes: GB_BYTES,
      hold: "legal_hold",
      to: "FOO",
      verdict: "legal_hold",
    },
    {
      case: "an object that would cost more",
      from: "STANDARD",
      sizeBytes: 16 * KIB,
      hold: null,
      to: "STANDARD_IA",
      verdict: "saving_under_fee",
    },
    {
      case: "an object that would pay back late",
      from: "STANDARD",
      sizeBytes: 150 * KIB,
      hold: null,
      to: "STANDARD_IA",
      verdict: "payback",
    },
    {
      case: "an empty object",
      from: "STANDARD",
      sizeBytes: 0,
      hold: null,
      to: "DEEP_ARCHIVE",
      verdict: "saving_under_fee",
    },
    {
      case: "up, without reads to pay for it",
      from: "GLACIER_IR",
      sizeBytes: GB_BYTES,
      hold: null,
      to: "STANDARD",
      verdict: "saving_under_fee",
    },
  ])("on $case: $verdict", ({ from, sizeBytes, hold, to, verdict: expected }) => {
    expect(verdict({ storageClass: from, sizeBytes }, hold, to)).toBe(expected);
  });

  it("moves up where reads pay for it", () => {
    const rate = { readsPerMonth: 3, readDaysPerMonth: 3 };
    expect(verdict({ storageClass: "GLACIER_IR", rate }, null, "STANDARD")).toBe("move");
  });

  it("does not move down what is read too often", () => {
    expect(verdict({ rate: { readsPerMonth: 1.2, readDaysPerMonth: 1 } }, null, "STANDARD_IA")).toBe(
      "saving_under_fee",
    );
    expect(verdict({ rate: { readsPerMonth: 0.9, readDaysPerMonth: 1 } }, null, "STANDARD_IA")).toBe("move");
  });

  it("refuses what has no known price rather than taking it for free", () => {
    expect(verdict({}, null, "GLACIER", { prices: withClass("GLACIER", { put: null }) })).toBe("unknown_price");
    expect(verdict({}, null, "GLACIER", { prices: withClass("STANDARD", { get: null }) })).toBe("unknown_price");
  });

  it("stands exactly at the payback limit", () => {
    const sums = moveSums(objectView(), "GLACIER", { prices: AWS, noncurrentDays: 0, guards: DEFAULT_GUARDS });
    const paybackDays = sums?.paybackDays ?? Number.NaN;
    expect(verdict({}, null, "GLACIER", { guards: { maxPaybackDays: paybackDays } })).toBe("move");
    expect(verdict({}, null, "GLACIER", { guards: { maxPaybackDays: paybackDays - 1e-6 } })).toBe("payback");
  });

  it("lets an object stay out its minimum duration where leaving does not pay", () => {
    const young = { storageClass: "STANDARD_IA", daysInClass: 1, sizeBytes: 64 * 1024 * KIB };
    const strict = { guards: { maxPaybackDays: 60 } };
    expect(verdict(young, null, "GLACIER_IR", strict)).toBe("payback");
    expect(verdict({ ...young, daysInClass: 30 }, null, "GLACIER_IR", strict)).toBe("move");
  });

  it("counts the noncurrent version that a copy leaves behind", () => {
    expect(verdict({}, null, "STANDARD_IA", { noncurrentDays: 30 })).toBe("move");
    expect(verdict({}, null, "STANDARD_IA", { noncurrentDays: 365 })).toBe("payback");
  });

  it("carries the sums that led to it", () => {
    const decision = decide(objectView(), null, context("GLACIER"));
    expect(decision.kind).toBe("move");
    if (decision.kind !== "move") return;
    const { billNow, billThen, fee, savingMicrosPerMonth, paybackDays } = decision.sums;
    expect(savingMicrosPerMonth).toBe(billNow.totalMicros - billThen.totalMicros);
    expect(((paybackDays ?? 0) / DAYS_PER_MONTH) * savingMicrosPerMonth).toBeCloseTo(fee.totalMicros, 9);
    expect(decision.proposal.rule).toBe("always");
  });

  it("goes by the strategy's own prediction where it has one", () => {
    const prediction = {
      readChance: 0.5,
      horizonDays: 90,
      reviewInDays: 12,
      observedDays: 400,
      savingMicrosPerMonth: -1,
      options: [],
    };
    const proposal = { tier: "cold", storageClass: "GLACIER_IR", rule: "r", why: "w" } as const;
    const predicting = (saving: number): Strategy => ({
      name: "predicting",
      propose: () => ({ ...proposal, prediction: { ...prediction, savingMicrosPerMonth: saving } }),
    });
    const decided = (saving: number) => decide(objectView(), null, context("", { strategy: predicting(saving) }));
    expect(decided(-1)).toMatchObject({ refusal: "saving_under_fee", sums: { savingMicrosPerMonth: -1 } });
    expect(decided(0.001)).toMatchObject({ refusal: "payback" });
    expect(decided(20_000)).toMatchObject({ kind: "move", sums: { savingMicrosPerMonth: 20_000 } });
  });

  describe("against the bucket's own rules", () => {
    const rule = { id: "old", prefix: "reports/", days: 365 };
    const transition = (storageClass: string) => ({ ...rule, kind: "transition" as const, storageClass });
    it.each([
      {
        case: "an expiration to come",
        rules: [{ ...rule, kind: "expiration" as const }],
        verdict: "native_rule_conflict",
      },
      { case: "another prefix", rules: [{ ...rule, prefix: "x", kind: "expiration" as const }], verdict: "move" },
      {
        case: "a larger size",
        rules: [{ ...rule, kind: "expiration" as const, largerThan: GB_BYTES }],
        verdict: "move",
      },
      {
        case: "a smaller size",
        rules: [{ ...rule, kind: "expiration" as const, smallerThan: GB_BYTES }],
        verdict: "move",
      },
      { case: "a transition further down", rules: [transition("DEEP_ARCHIVE")], verdict: "native_rule_conflict" },
      { case: "a transition to the same class", rules: [transition("GLACIER")], verdict: "move" },
      { case: "a transition less far", rules: [transition("GLACIER_IR")], verdict: "move" },
      { case: "a transition to a class not known", rules: [transition("FOO")], verdict: "native_rule_conflict" },
    ])("$case: $verdict", ({ rules, verdict: expected }) => {
      expect(verdict({}, null, "GLACIER", { nativeRules: rules })).toBe(expected);
    });

    it("names the rule, and says what staying costs", () => {
      const decision = decide(objectView(), null, context("GLACIER", { nativeRules: [transition("DEEP_ARCHIVE")] }));
      expect(decision).toMatchObject({
        kind: "refuse",
        detail: "old",
        sums: { savingMicrosPerMonth: expect.any(Number) },
      });
    });
  });
});
