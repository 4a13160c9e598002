/** An object as a strategy sees it, with the fields a test is about replaced. */
import type { ObjectView } from "../../src/core/strategy.ts";
import { GB_BYTES } from "../../src/core/units.ts";

export function objectView(changes: Partial<ObjectView> = {}): ObjectView {
  return {
    key: "reports/2025.csv",
    sizeBytes: GB_BYTES,
    storageClass: "STANDARD",
    ageDays: 100,
    daysInClass: 100,
    windowReads: 0,
    lifetimeReads: 0,
    rate: { readsPerMonth: 0, readDaysPerMonth: 0 },
    ...changes,
  };
}
