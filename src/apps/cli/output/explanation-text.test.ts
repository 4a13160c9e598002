import { describe, expect, it } from "vitest";
import { AWS } from "../../../../test/support/prices.ts";
import { objectView } from "../../../../test/support/views.ts";
import { monthlyBill } from "../../../core/pricing/bill.ts";
import { DEFAULT_GUARDS, moveSums } from "../../../core/decide.ts";
import type { Prediction, Proposal } from "../../../core/strategy.ts";
import { GB_BYTES } from "../../../core/units.ts";
import type { ClassOption, Explanation } from "../../../services/explain-object.ts";
import { explanationText } from "./explanation-text.ts";

const EVIL = "\u001b[31m<b>";
const NO_POLICY = { rules: [], orderedBy: null, unknownRules: [] };
const PREDICTION: Prediction = {
  readChance: 0.034,
  horizonDays: 90,
  reviewInDays: 12.4,
  observedDays: 207.9,
  savingMicrosPerMonth: 17_500,
  options: [
    { storageClass: "STANDARD", expectedMicros: 68_000 },
    { storageClass: "GLACIER_IR", expectedMicros: 15_000 },
  ],
};
const PROPOSAL: Proposal = { tier: "cold", storageClass: "GLACIER_IR", rule: "predictive", why: `rarely read ${EVIL}` };
const SUMS = moveSums(objectView(), "GLACIER_IR", { prices: AWS, noncurrentDays: 0, guards: DEFAULT_GUARDS });

function option(storageClass: string, changes: Partial<ClassOption> = {}): ClassOption {
  return {
    storageClass,
    tier: AWS.classes[storageClass]?.tier ?? "hot",
    latency: AWS.classes[storageClass]?.latency ?? "instant",
    isCurrent: false,
    isChosen: false,
    exclusion: null,
    bill: monthlyBill(AWS, storageClass, { sizeBytes: GB_BYTES, readsPerMonth: 0, readDaysPerMonth: 0 }),
    sums: null,
    expectedMicros: null,
    ...changes,
  };
}

function explained(changes: Partial<Explanation> = {}): string {
  return explanationText({
    uri: `s3://b/${EVIL}`,
    atMs: Date.UTC(2026, 10, 23),
    sizeBytes: GB_BYTES,
    storageClass: "STANDARD",
    createdMs: Date.UTC(2026, 3, 1),
    ageDays: 236,
    isAgeKnown: true,
    isRemembered: true,
    lastAccessMs: null,
    windowReads: 0,
    lifetimeReads: 0,
    rate: { readsPerMonth: 0, readDaysPerMonth: 0 },
    readsByDay: [0, 1, 8],
    strategy: "predictive",
    hold: null,
    rules: [],
    decision: { kind: "stay", proposal: { ...PROPOSAL, storageClass: "STANDARD" }, policy: NO_POLICY },
    prediction: null,
    nextChange: null,
    reviewInDays: null,
    classes: [option("STANDARD", { isCurrent: true, isChosen: true })],
    priceBook: "book",
    history: [],
    ...changes,
  });
}

describe("an explanation as text", () => {
  it("states a prediction's chance, its history, its review and every class by its model", () => {
    if (!SUMS) throw new Error("a price is missing");
    const text = explained({
      decision: { kind: "refuse", refusal: "payback", proposal: PROPOSAL, sums: SUMS, detail: null, policy: NO_POLICY },
      prediction: PREDICTION,
      reviewInDays: PREDICTION.reviewInDays,
      classes: [
        option("STANDARD", { isCurrent: true, isChosen: true, expectedMicros: 68_000 }),
        option("GLACIER_IR", { sums: SUMS, expectedMicros: 15_000 }),
        option("ONEZONE_IA", { bill: null }),
      ],
    });
    expect(text).toContain("Stays: payback; GLACIER_IR is proposed. Strategy predictive, predictive: rarely read");
    expect(text).toContain(
      "Confidence: 3.4 % chance of a read within 90 days, learned from 207 days of history; $0.018/month expected by its model.",
    );
    expect(text).toContain("Looked at again: 2026-12-05 (in 13 days), or after the next read.");
    expect(text).toMatch(/saves\/month {2}in 90 days\n/);
    expect(text).toMatch(
      /GLACIER_IR +instant +\$0\.004 +\$0\.00 +\$0\.00 +\$0\.00 +\$0\.004 +\$\S+ +\$0\.019 +\$0\.015/,
    );
    expect(text).toMatch(/ONEZONE_IA +instant +unknown +unknown/);
  });

  it("names what stands in the way", () => {
    const refuse = {
      kind: "refuse",
      refusal: "native_rule_conflict",
      proposal: PROPOSAL,
      sums: null,
      policy: NO_POLICY,
    } as const;
    expect(explained({ decision: { ...refuse, detail: `expire ${EVIL}` } })).toContain(
      String.raw`Stays: native rule conflict (expire \u{1b}[31m<b>); GLACIER_IR is proposed`,
    );
    const ignored = {
      kind: "refuse",
      refusal: "ignored_by_policy",
      proposal: null,
      sums: null,
      detail: "a",
      policy: NO_POLICY,
    } as const;
    expect(explained({ decision: ignored, rules: [{ name: "a", action: null, where: "p.yaml:1:1" }] })).toMatch(
      /Rules that speak of it:\n {2}a {2}excludes readers {2}p\.yaml:1:1[^]*Stays: ignored by policy \(a\)\. Strategy predictive, nothing was proposed\./,
    );
  });

  it("names a hold, and a prediction that stands for good", () => {
    expect(explained({ hold: "legal_hold" })).toContain("(created 2026-04-01), under legal hold");
    expect(explained({ hold: "retention_lock" })).toContain("locked by a retention date");
    expect(explained({ prediction: { ...PREDICTION, reviewInDays: null } })).toContain(
      "nothing changes within two years",
    );
  });

  it("shows nothing that a terminal would act on", () => {
    const text = explained({ rules: [{ name: EVIL, action: EVIL, where: EVIL }], priceBook: EVIL });
    expect(text).not.toContain("\u001b[31m");
    expect(text).toContain("[.18]");
  });
});
