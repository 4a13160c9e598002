import { expect, test } from "vitest";
import { sharedPath } from "../support/shared.ts";
import { storageCases } from "../support/storage-cases.ts";

test("storage agrees with the shared reference sums to 1e-9", async () => {
  const cases = await storageCases(sharedPath("cases", "daily-bill.json") ?? "");
  expect(cases.length).toBeGreaterThan(20);
  for (const each of cases) expect(each.actualDollars / each.expectedDollars, each.storageClass).toBeCloseTo(1, 9);
});
