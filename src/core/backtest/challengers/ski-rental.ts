/**
 * `ski-rental`: the deterministic rule for renting or buying. An object stays until the rent that the cheapest class would
 * have saved has reached what a mistake costs (there, one day with a read, and back); then it goes, and it comes back with
 * the next read. Against an adversary its regret is bounded by a constant factor, whatever is read.
 *
 * Source: the two-state rule of competitive analysis (A. Karlin, M. Manasse, L. Rudolph, D. Sleator, "Competitive snoopy
 * caching", 1988), with the class that is cheapest at rest as the second state.
 */
import type { DailyTariff } from "../daily-tariff.ts";
import type { ObjectPolicy } from "../object-policy.ts";
import { followIdleRule, type IdleRule, NEVER_IDLE } from "./idle-rule.ts";

/** The rule of one object: idle days until going pays even if it was a mistake. */
export function skiRule(tariff: DailyTariff): IdleRule {
  const rentFirst = tariff.rentPerDay[0] ?? 0;
  let coldest = 0;
  tariff.rentPerDay.forEach((rent, storageClass) => {
    if (storageClass !== tariff.auto && rent < (tariff.rentPerDay[coldest] ?? 0)) coldest = storageClass;
  });
  if (coldest === 0) return NEVER_IDLE;
  const there = tariff.moveCost[coldest] ?? 0;
  const back = tariff.moveCost[coldest * tariff.count] ?? 0;
  const oneRead =
    (tariff.readCost[coldest] ?? 0) +
    (tariff.restoreCost[coldest] ?? 0) +
    (tariff.retrievalPerGb[coldest] ?? 0) * tariff.sizeGb;
  const savedPerDay = rentFirst - (tariff.rentPerDay[coldest] ?? 0);
  return { idleDays: Math.ceil((there + back + oneRead) / savedPerDay), storageClass: coldest, returns: true };
}

/** Every object under its own rule. */
export function skiRentalPolicy(): ObjectPolicy {
  return {
    name: "ski-rental",
    follow(account, object, input) {
      followIdleRule(account, object, input, skiRule(account.tariff));
    },
  };
}
