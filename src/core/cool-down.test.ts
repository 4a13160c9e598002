import { expect, test } from "vitest";
import { AWS } from "../../test/support/prices.ts";
import { coolsDown } from "./cool-down.ts";

test.each([
  ["STANDARD", 29.99, "GLACIER", 30, true],
  ["STANDARD", 30, "GLACIER", 30, false],
  ["STANDARD", 0, "GLACIER", 0, false],
  ["STANDARD", null, "GLACIER", 30, false],
  // The minimum duration of the present class: 30 and 90 days.
  ["STANDARD_IA", 29, "DEEP_ARCHIVE", 5, true],
  ["GLACIER_IR", 89, "DEEP_ARCHIVE", 30, true],
  ["GLACIER_IR", 90, "DEEP_ARCHIVE", 30, false],
  ["STANDARD_IA", 40, "GLACIER", 60, true],
  // Up is always open, and so is what the book does not know.
  ["STANDARD_IA", 1, "STANDARD", 30, false],
  ["OUTPOSTS", 1, "GLACIER", 30, false],
])("from %s, promoted %s days ago, to %s with %d days: %s", (storageClass, days, target, coolDownDays, holds) => {
  expect(coolsDown({ storageClass, daysSincePromotion: days }, target, AWS, coolDownDays)).toBe(holds);
});
