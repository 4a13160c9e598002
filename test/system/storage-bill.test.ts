import { resolve } from "node:path";
import { expect, test } from "vitest";
import { storageCases } from "../support/storage-cases.ts";

test("storage agrees with the reference sums of this project to 1e-9", async () => {
  const cases = await storageCases(resolve(import.meta.dirname, "../cases/daily-bill.json"));
  expect(cases).toHaveLength(25);
  for (const each of cases) expect(each.actualDollars / each.expectedDollars, each.storageClass).toBeCloseTo(1, 9);
});
