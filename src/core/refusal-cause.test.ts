import { describe, expect, it } from "vitest";
import { AWS } from "../../test/support/prices.ts";
import { objectView } from "../../test/support/views.ts";
import { DEFAULT_GUARDS, type Refusal, moveSums } from "./decide.ts";
import { refusalCause } from "./refusal-cause.ts";
import type { ObjectView } from "./strategy.ts";
import { KIB } from "./units.ts";

function causeOf(refusal: Refusal, to: string, changes: Partial<ObjectView>, noncurrentDays = 0) {
  const view = objectView(changes);
  const sums = moveSums(view, to, { prices: AWS, noncurrentDays, guards: DEFAULT_GUARDS });
  return refusalCause(refusal, sums, { to, sizeBytes: view.sizeBytes }, AWS);
}

describe("the cause of a refusal that is about money", () => {
  it.each([
    ["billed_minimum", "STANDARD_IA", { sizeBytes: 16 * KIB }, 128 * KIB],
    ["not_cooled", "INTELLIGENT_TIERING", { sizeBytes: 100 * KIB }, 128 * KIB],
    ["overhead", "DEEP_ARCHIVE", { sizeBytes: 2 * KIB }, null],
    ["reads", "GLACIER_IR", { rate: { readsPerMonth: 20, readDaysPerMonth: 20 } }, null],
    ["dearer", "STANDARD", { storageClass: "STANDARD_IA" }, null],
    [
      "monitoring",
      "INTELLIGENT_TIERING",
      { sizeBytes: 130 * KIB, rate: { readsPerMonth: 1, readDaysPerMonth: 1 } },
      null,
    ],
  ] as const)("without a saving is %s into %s", (cause, to, changes, limitBytes) => {
    expect(causeOf("saving_under_fee", to, changes)).toEqual({ cause, limitBytes });
  });

  it.each([
    ["requests", "STANDARD_IA", { sizeBytes: 150 * KIB }, 0],
    ["retrieval", "STANDARD", { storageClass: "GLACIER_IR" }, 0],
    ["early_deletion", "DEEP_ARCHIVE", { storageClass: "STANDARD_IA", daysInClass: 1 }, 0],
    ["noncurrent", "GLACIER", {}, 180],
  ] as const)("of a late payback is %s", (cause, to, changes, noncurrentDays) => {
    expect(causeOf("payback", to, changes, noncurrentDays)).toEqual({ cause, limitBytes: null });
  });

  it("is none for other reasons, or without sums", () => {
    expect(causeOf("legal_hold", "GLACIER", {})).toBeNull();
    expect(causeOf("payback", "NO_SUCH_CLASS", {})).toBeNull();
  });
});
