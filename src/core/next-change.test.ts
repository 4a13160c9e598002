import { describe, expect, it } from "vitest";
import { decideWith, policyRules } from "../../test/support/policies.ts";
import { VIEW_DAY, objectView } from "../../test/support/views.ts";
import { nextChange } from "./next-change.ts";

const WINDOW = 90;

describe("the next change of a decision", () => {
  it("is the day on which the matrix takes another tier", () => {
    const young = objectView({ ageDays: 10, daysInClass: 10 });
    expect(nextChange(young, null, decideWith([]), WINDOW)).toEqual({ inDays: 20, to: "STANDARD_IA" });
  });

  it("is the day the last counted read leaves the window", () => {
    const readDays = [{ day: VIEW_DAY - 40, reads: 12 }];
    const read = objectView({ ageDays: 800, windowReads: 12, readDays });
    // Day 50 from now is the first whose window of 90 days begins after the read.
    expect(nextChange(read, null, decideWith([]), WINDOW)).toEqual({ inDays: 50, to: "DEEP_ARCHIVE" });
  });

  it("is the day a rule is due", () => {
    const rules = policyRules("- { name: a, after: { age: 200d, to: cold } }");
    const context = decideWith(rules, "cost");
    const found = nextChange(objectView({ ageDays: 150, storageClass: "GLACIER_IR" }), null, context, WINDOW);
    expect(found).toBeNull();
    const small = objectView({ ageDays: 150, sizeBytes: 10 });
    expect(nextChange(small, null, context, WINDOW)).toEqual({ inDays: 50, to: "GLACIER_IR" });
  });

  it("is none for what is held", () => {
    expect(nextChange(objectView({ ageDays: 10 }), "legal_hold", decideWith([]), WINDOW)).toBeNull();
  });
});
