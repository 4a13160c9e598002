/** The use a bill is expected for, from what is known of an object. */
import type { ExpectedUse } from "./bill.ts";
import type { IdleWindow } from "./inner-tiers.ts";
import type { ObjectView } from "../strategy.ts";

/**
 * The object's own decayed rate, in a class that it stays in or enters now. Where the provider cools an object by idle
 * time, the clock goes on in the present class and begins anew in another.
 */
export function expectedUse(view: ObjectView, storageClass: string, horizonDays: number): ExpectedUse {
  const isPresent = storageClass === view.storageClass;
  const { readsPerMonth, readDaysPerMonth } = view.rate;
  return useAt(view.sizeBytes, readsPerMonth, readDaysPerMonth, {
    idleDays: isPresent ? presentIdleDays(view) : 0,
    horizonDays,
  });
}

/** Where the clock of the present class stands that cools by idle time. */
export function presentIdleDays({ daysInClass, idleDays }: ObjectView): number {
  return Math.min(daysInClass, idleDays ?? 0);
}

/** A use at a stated rate; all of one shape, as a batch makes a few for every object. */
export function useAt(
  sizeBytes: number,
  readsPerMonth: number,
  readDaysPerMonth: number,
  window: IdleWindow,
): ExpectedUse {
  return { sizeBytes, readsPerMonth, readDaysPerMonth, window };
}
