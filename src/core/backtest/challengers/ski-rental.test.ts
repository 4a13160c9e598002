import { expect, it } from "vitest";
import { AWS } from "../../../../test/support/prices.ts";
import { ALL, SYNC } from "../../../../test/support/traces.ts";
import { dailyTariff } from "../daily-tariff.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB } from "../../units.ts";
import { NEVER_IDLE } from "./idle-rule.ts";
import { skiRule } from "./ski-rental.ts";

it("waits until the rent saved would have paid for there, one read and back", () => {
  // There 0.02/1000; one read (0.01 − 0.0004)/1000 + 0.03; back 0.005/1000 + 0.03 + 0.01/1000.
  const wrong = 0.02 / 1000 + 0.0096 / 1000 + 0.03 + 0.005 / 1000 + 0.03 + 0.01 / 1000;
  const idleDays = Math.ceil(wrong / ((0.023 - 0.004) / DAYS_PER_MONTH));
  expect(skiRule(dailyTariff(AWS, SYNC, GB_BYTES))).toEqual({ idleDays, storageClass: 2, returns: true });
  expect(idleDays).toBe(97);
});

it("takes the class that is cheapest at rest", () => {
  expect(skiRule(dailyTariff(AWS, ALL, GB_BYTES)).storageClass).toBe(ALL.names.indexOf("DEEP_ARCHIVE"));
});

it("never leaves where no class is cheaper at rest", () => {
  expect(skiRule(dailyTariff(AWS, SYNC, 4 * KIB))).toEqual(NEVER_IDLE);
});
