/** The use a bill is expected for, from what is known of an object. */
import type { ExpectedUse } from "./bill.ts";
import type { ObjectView } from "../strategy.ts";

/**
 * The object's own decayed rate, in a class that it stays in or enters now. Where the provider cools an object by idle
 * time, the clock goes on in the present class and begins anew in another.
 */
export function expectedUse(view: ObjectView, storageClass: string, horizonDays: number): ExpectedUse {
  const isPresent = storageClass === view.storageClass;
  const idleDays = isPresent ? Math.min(view.daysInClass, view.idleDays ?? 0) : 0;
  return { sizeBytes: view.sizeBytes, ...view.rate, window: { idleDays, horizonDays } };
}
