/** An object as a strategy sees it, with the fields a test is about replaced. */
import type { ObjectView } from "../../src/core/strategy.ts";
import { GB_BYTES, MS_PER_DAY } from "../../src/core/units.ts";

/** The instant of these views. */
export const VIEW_DAY = 20_000;

export function objectView(changes: Partial<ObjectView> = {}): ObjectView {
  const ageDays = changes.ageDays === undefined ? 100 : changes.ageDays;
  return {
    atMs: VIEW_DAY * MS_PER_DAY,
    bucket: "data",
    key: "reports/2025.csv",
    sizeBytes: GB_BYTES,
    storageClass: "STANDARD",
    ageDays,
    idleDays: ageDays,
    createdDay: VIEW_DAY - Math.ceil(ageDays ?? 100),
    daysInClass: 100,
    windowReads: 0,
    lifetimeReads: 0,
    rate: { readsPerMonth: 0, readDaysPerMonth: 0 },
    readDays: [],
    decayedReadDays: 0,
    ...changes,
  };
}
