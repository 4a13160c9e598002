import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decideWith, policyRules } from "../../../test/support/policies.ts";
import { AWS } from "../../../test/support/prices.ts";
import { objectView } from "../../../test/support/views.ts";
import { decide } from "../decide.ts";
import { isAstraError } from "../errors.ts";
import { compilePolicies, constraintsOf } from "./policy-constraints.ts";
import type { ObjectView } from "../strategy.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB, MS_PER_DAY } from "../units.ts";

/** `→ CLASS`, `stay`, or the reason of a refusal; with a `!` where a policy orders it. */
function verdict(
  lines: readonly string[],
  view: Partial<ObjectView> = {},
  strategy: "matrix" | "cost" = "matrix",
): string {
  const decision = decide(objectView(view), null, decideWith(policyRules(...lines), strategy));
  if (decision.kind === "refuse") return decision.refusal;
  if (decision.kind === "stay") return "stay";
  return `→ ${decision.proposal.storageClass}${decision.policy.orderedBy === null ? "" : "!"}`;
}

const OLD = { ageDays: 400, idleDays: 400 };
const YOUNG = { ageDays: 5, idleDays: 5 };
const TINY = { sizeBytes: 16 * KIB };
const IN = (storageClass: string) => ({ storageClass });

/** What `cost` does with an old object that nobody reads. */
const BY_COST = verdict([], OLD, "cost");

describe("an action", () => {
  it.each<[string, readonly string[], Partial<ObjectView>, string]>([
    ["none", [], OLD, "→ DEEP_ARCHIVE"],
    ["a hold keeps what would go down", ["- { name: h, never_tier_down: true }"], OLD, "stay"],
    [
      "a hold lets up",
      ["- { name: h, never_tier_down: true }"],
      { ...IN("GLACIER_IR"), windowReads: 12, rate: { readsPerMonth: 9, readDaysPerMonth: 9 } },
      "→ STANDARD",
    ],
    ["a hold of another object", ["- { name: h, pattern: legal-*, never_tier_down: true }"], OLD, "→ DEEP_ARCHIVE"],
    ["a hold that has run out", ["- { name: h, never_tier_down: true, duration: 1 year }"], OLD, "→ DEEP_ARCHIVE"],
    ["a hold that has not", ["- { name: h, never_tier_down: true, duration: 2 years }"], OLD, "stay"],
    ["a hold until a day past", ["- { name: h, never_tier_down: true, until: 2020-01-01 }"], OLD, "→ DEEP_ARCHIVE"],
    ["a hold until a day to come", ["- { name: h, never_tier_down: true, until: 2030-01-01 }"], OLD, "stay"],
    ["pin to where it is", ["- { name: p, pin: hot }"], OLD, "stay"],
    ["pin down", ["- { name: p, pin: warm }"], YOUNG, "→ STANDARD_IA!"],
    ["pin down at a loss", ["- { name: p, pin: warm }"], { ...YOUNG, ...TINY }, "→ STANDARD_IA!"],
    ["pin up at a loss", ["- { name: p, pin: hot }"], { ...OLD, ...IN("DEEP_ARCHIVE") }, "→ STANDARD!"],
    ["pin to a class", ["- { name: p, pin: ONEZONE_IA }"], OLD, "→ ONEZONE_IA!"],
    ["pin to auto", ["- { name: p, pin: auto }"], OLD, "→ INTELLIGENT_TIERING!"],
    ["floor stops at the tier", ["- { name: f, floor: warm }"], OLD, "→ STANDARD_IA"],
    ["floor brings up", ["- { name: f, floor: warm }"], { ...OLD, ...IN("GLACIER") }, "→ STANDARD_IA!"],
    ["ceiling brings down", ["- { name: c, ceiling: cold }"], YOUNG, "→ GLACIER!"],
    ["ceiling lets further down", ["- { name: c, ceiling: warm }"], OLD, "→ DEEP_ARCHIVE!"],
    ["max_latency stops before a wait", ["- { name: m, max_latency: instant }"], OLD, "→ STANDARD_IA"],
    ["max_latency allows so much wait", ["- { name: m, max_latency: hours }"], OLD, "→ GLACIER"],
    [
      "max_latency orders nothing",
      ["- { name: m, max_latency: instant }"],
      { ...OLD, ...IN("GLACIER") },
      "saving_under_fee",
    ],
    ["after idle, not yet", ["- { name: a, after: { idle: 90d, to: cold } }"], YOUNG, "stay"],
    ["after idle", ["- { name: a, after: { idle: 90d, to: cold } }"], { ageDays: 100, idleDays: 90 }, "→ GLACIER!"],
    [
      "after idle, read since",
      ["- { name: a, after: { idle: 90d, to: archive } }"],
      { ageDays: 100, idleDays: 89 },
      "→ GLACIER",
    ],
    [
      "after age at a loss",
      ["- { name: a, after: { age: 90d, to: archive } }"],
      { ...OLD, ...TINY },
      "→ DEEP_ARCHIVE!",
    ],
    [
      "after orders nothing up",
      ["- { name: a, after: { age: 90d, to: warm } }"],
      { ...OLD, ...IN("GLACIER"), windowReads: 20 },
      "saving_under_fee",
    ],
    [
      "after takes the last step that is due",
      ["- { name: a, after: [{ age: 30d, to: warm }, { age: 1 year, to: archive }] }"],
      OLD,
      "→ DEEP_ARCHIVE!",
    ],
    [
      "after takes the first step while the next is not due",
      ["- { name: a, after: [{ age: 30d, to: warm }, { age: 2 years, to: archive }] }"],
      { ...OLD, windowReads: 20 },
      "→ STANDARD_IA!",
    ],
    ["ignore", ["- { name: i, ignore: true }"], OLD, "ignored_by_policy"],
    ["strategy", ["- { name: s, strategy: cost }"], OLD, BY_COST],
    ["create_in says nothing of an object that is there", ["- { name: n, create_in: archive }"], YOUNG, "stay"],
  ])("%s", (_, lines, view, expected) => {
    expect(verdict(lines, view)).toBe(expected);
  });
});

describe("several rules", () => {
  const hold = "- { name: hold, never_tier_down: true }";
  it.each<[string, readonly string[], Partial<ObjectView>, string]>([
    [
      "are intersected",
      ["- { name: f, floor: cold }", "- { name: c, ceiling: warm }", "- { name: m, max_latency: instant }"],
      { ...OLD, ...IN("STANDARD_IA") },
      "stay",
    ],
    [
      "leave the object where it is when nothing is left",
      ["- { name: a, pin: hot }", "- { name: b, pin: cold }"],
      OLD,
      "policy_conflict",
    ],
    ["hold against pin", [hold, "- { name: p, pin: archive }"], OLD, "policy_conflict"],
    ["hold against after", [hold, "- { name: a, after: { age: 1d, to: archive } }"], OLD, "stay"],
    [
      "two holds: the longer counts",
      ["- { name: a, never_tier_down: true, duration: 1d }", "- { name: b, never_tier_down: true, duration: 9 years }"],
      OLD,
      "stay",
    ],
    ["the first strategy counts", ["- { name: a, strategy: cost }", "- { name: b, strategy: matrix }"], OLD, BY_COST],
    [
      "the first due after counts",
      ["- { name: a, after: { age: 900d, to: warm } }", "- { name: b, after: { age: 90d, to: cold } }"],
      OLD,
      "→ GLACIER!",
    ],
    [
      "ignore beats all",
      ["- { name: p, pin: hot }", "- { name: i, ignore: true }"],
      { ...OLD, ...IN("GLACIER") },
      "ignored_by_policy",
    ],
  ])("%s", (_, lines, view, expected) => {
    expect(verdict(lines, view)).toBe(expected);
  });

  it("are named in the decision, with what they order", () => {
    const rules = policyRules(hold, "- { name: up, floor: hot }");
    const decision = decide(objectView({ ...OLD, storageClass: "GLACIER" }), null, decideWith(rules));
    expect(decision).toMatchObject({
      kind: "move",
      proposal: { rule: "policy:up", storageClass: "STANDARD", tier: "hot" },
      policy: { rules: ["hold", "up"], orderedBy: "up", unknownRules: [] },
    });
    expect(decision.proposal?.why).toContain("floor: hot");
  });

  it("collect the readers that don't count", () => {
    const rules = policyRules(
      "- { name: a, reads_excluded_from: [x, y] }",
      "- { name: b, pattern: z, reads_excluded_from: w }",
    );
    expect(constraintsOf(compilePolicies(rules, AWS), objectView(), 0).excludedReaders).toEqual(["x", "y"]);
  });
});

describe("what is not known of an object", () => {
  const tagged = (action: string) => [`- { name: t, match: { tags: { hold: "yes" } }, ${action} }`];
  it.each<[string, readonly string[], Partial<ObjectView>, string]>([
    ["holds it", tagged("never_tier_down: true"), OLD, "policy_match_unknown"],
    ["holds it where it might be pinned", tagged("pin: archive"), OLD, "policy_match_unknown"],
    ["holds it where it might be ignored", tagged("ignore: true"), OLD, "policy_match_unknown"],
    ["limits it", tagged("max_latency: instant"), OLD, "→ STANDARD_IA"],
    ["orders nothing", tagged("after: { age: 1d, to: archive }"), YOUNG, "stay"],
    ["names no strategy", tagged("strategy: cost"), OLD, "→ DEEP_ARCHIVE"],
    ["is known once the tags are", tagged("never_tier_down: true"), { ...OLD, tags: { hold: "no" } }, "→ DEEP_ARCHIVE"],
    ["is known once the tags say yes", tagged("never_tier_down: true"), { ...OLD, tags: { hold: "yes" } }, "stay"],
    [
      "matters only where all else agrees",
      ["- { name: t, pattern: x, match: { tags: { a: b } }, never_tier_down: true }"],
      OLD,
      "→ DEEP_ARCHIVE",
    ],
    ["a tenant", ["- { name: t, match: { tenant: acme }, never_tier_down: true }"], OLD, "policy_match_unknown"],
    [
      "a tenant that is another",
      ["- { name: t, match: { tenant: acme }, never_tier_down: true }"],
      { ...OLD, tenant: "x" },
      "→ DEEP_ARCHIVE",
    ],
    [
      "an age",
      ["- { name: t, never_tier_down: true, duration: 1d }"],
      { ageDays: null, idleDays: null, windowReads: 5, key: "monthly_x" },
      "policy_match_unknown",
    ],
  ])("%s", (_, lines, view, expected) => {
    expect(verdict(lines, view)).toBe(expected);
  });
});

test("an object that would stay anyway is not counted as not known, one that would not is priced", () => {
  const rules = policyRules('- { name: t, match: { tags: { hold: "yes" } }, never_tier_down: true }');
  expect(decide(objectView(YOUNG), null, decideWith(rules)).kind).toBe("stay");
  expect(decide(objectView(OLD), null, decideWith(rules))).toMatchObject({
    refusal: "policy_match_unknown",
    detail: "t",
    proposal: { storageClass: "DEEP_ARCHIVE" },
    sums: { paybackDays: expect.any(Number) },
  });
});

describe("classes with a wait, and those nobody asked for", () => {
  it.each<[string, readonly string[], Partial<ObjectView>, string]>([
    ["cost uses none of its own accord", ["- { name: c, ceiling: cold }"], OLD, "→ GLACIER_IR!"],
    ["cost uses them within max_latency", ["- { name: m, max_latency: half-day }"], OLD, "→ GLACIER"],
    ["cost uses them where they are ordered", ["- { name: p, pin: archive }"], OLD, "→ DEEP_ARCHIVE!"],
    ["cost takes the instant one of a tier", ["- { name: p, pin: cold }"], YOUNG, "→ GLACIER_IR!"],
    ["cost stays in one", [], { ...OLD, ...IN("DEEP_ARCHIVE") }, "stay"],
  ])("%s", (_, lines, view, expected) => {
    expect(verdict(lines, view, "cost")).toBe(expected);
  });

  it("one zone only where it is named", () => {
    const { classes } = compilePolicies([], AWS);
    expect(classes.names(classes.usual).has("ONEZONE_IA")).toBe(false);
    expect(classes.names(classes.all).has("EXPRESS_ONEZONE")).toBe(false);
    expect(compilePolicies([], AWS, ["ONEZONE_IA"]).classes.usual & classes.bit("ONEZONE_IA")).not.toBe(0);
  });
});

test.each([
  ["pin: tepid", "policies.yaml:3:10"],
  ["pin: EXPRESS_ONEZONE", "policies.yaml:3:10"],
  ["floor: auto", "policies.yaml:3:12"],
  ["ceiling: GLACIER", "policies.yaml:3:14"],
  ["after: { idle: 1d, to: Glacier }", "policies.yaml:3:12"],
  ["create_in: Hot", "policies.yaml:3:16"],
])("a rule that names no class there is, %s, is refused with its place", (action, where) => {
  const rules = policyRules("- name: r", `  ${action}`);
  try {
    compilePolicies(rules, AWS);
    expect.unreachable();
  } catch (error) {
    expect(isAstraError(error, "ASTRA_POLICY_INVALID") && error.where).toBe(where);
  }
});

const classNames = fc.constantFrom(
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
);
const anyView: fc.Arbitrary<ObjectView> = fc
  .record({
    storageClass: classNames,
    sizeBytes: fc.oneof(fc.integer({ min: 0, max: 2 ** 20 }), fc.integer({ min: 0, max: 50 * GB_BYTES })),
    ageDays: fc.integer({ min: 0, max: 4000 }),
    idleShare: fc.double({ min: 0, max: 1, noNaN: true }),
    windowReads: fc.nat(30),
    readsPerMonth: fc.double({ min: 0, max: 40, noNaN: true }),
    daysInClass: fc.nat(400),
    key: fc.constantFrom("a", "backup_x", "monthly_x", "legal-hold-1"),
  })
  .map(({ idleShare, readsPerMonth, ...view }) =>
    objectView({
      ...view,
      idleDays: view.ageDays * idleShare,
      lifetimeReads: view.windowReads,
      rate: { readsPerMonth, readDaysPerMonth: Math.min(readsPerMonth, 30) },
    }),
  );

const COLDNESS: Readonly<Record<string, number>> = {
  STANDARD: 0,
  STANDARD_IA: 2,
  ONEZONE_IA: 2,
  GLACIER_IR: 3,
  GLACIER: 4,
  DEEP_ARCHIVE: 5,
  INTELLIGENT_TIERING: 6,
};
const anyRule = fc.constantFrom(
  "pin: cold",
  "pin: archive",
  "ceiling: cold",
  "floor: warm",
  "max_latency: half-day",
  "after: { idle: 1d, to: archive }",
  "strategy: cost",
  "ignore: true",
);
const anyStrategy = fc.constantFrom("matrix" as const, "cost" as const);

test("no history and no other rule breaks a hold while it is in force", () => {
  fc.assert(
    fc.property(
      anyView,
      fc.array(anyRule, { maxLength: 4 }),
      anyStrategy,
      fc.integer({ min: 1, max: 12 }),
      (view, others, strategy, years) => {
        const hold = `- { name: hold, never_tier_down: true, duration: ${years} years }`;
        const rules = policyRules(...others.map((action, index) => `- { name: r${index}, ${action} }`), hold);
        const decision = decide(view, null, decideWith(rules, strategy));
        const isHeld = (view.ageDays ?? 0) < years * 365;
        if (decision.kind !== "move" || !isHeld) return;
        const isAuto = view.storageClass === "INTELLIGENT_TIERING";
        expect(COLDNESS[decision.proposal.storageClass]).toBeLessThanOrEqual(
          isAuto ? 0 : (COLDNESS[view.storageClass] ?? 0),
        );
      },
    ),
    { numRuns: 400 },
  );
});

test("a decision costs no more than staying within the payback limit, unless a policy orders it", () => {
  fc.assert(
    fc.property(anyView, fc.array(anyRule, { maxLength: 3 }), anyStrategy, (view, others, strategy) => {
      const rules = policyRules(...others.map((action, index) => `- { name: r${index}, ${action} }`));
      const context = decideWith(rules, strategy);
      const decision = decide(view, null, context);
      if (decision.kind !== "move" || decision.policy.orderedBy !== null) return;
      const { billNow, billThen, fee } = decision.sums;
      const months = context.guards.maxPaybackDays / DAYS_PER_MONTH;
      const moved = billThen.totalMicros * months + fee.totalMicros;
      const stayed = billNow.totalMicros * months;
      expect(moved).toBeLessThanOrEqual(stayed * (1 + 1e-12) + 1e-9);
    }),
    { numRuns: 1000 },
  );
});

test("the strategy is only offered what the policies allow, and what it proposes beyond that is not done", () => {
  const stubborn = {
    name: "stubborn",
    propose: () => ({ tier: "archive", storageClass: "DEEP_ARCHIVE", rule: "r", why: "w" }) as const,
  };
  const rules = policyRules("- { name: hold, never_tier_down: true }");
  const decision = decide(objectView(OLD), null, decideWith(rules, stubborn));
  expect(decision).toMatchObject({ kind: "refuse", refusal: "policy_conflict", detail: "hold" });
});

test("a duration counts to the millisecond", () => {
  const rules = policyRules("- { name: hold, never_tier_down: true, duration: 400d }");
  const at = (ms: number) =>
    decide(objectView({ ageDays: 400 + ms / MS_PER_DAY, windowReads: 0 }), null, decideWith(rules)).kind;
  expect(at(-1)).toBe("stay");
  expect(at(0)).toBe("move");
});
