/** The sum anyone can check by hand: half of the data to Glacier, storage only, 1 TB taken as 1,000 GB. */
import { MICROS_PER_DOLLAR } from "../../core/units.ts";
import type { WorkedExample } from "./report.ts";

/** S3 us-east-1: STANDARD in its first band, and GLACIER at the price the example was first published with. */
const HOT_USD_PER_GB = 0.023;
const COLD_USD_PER_GB = 0.004;
const MONTHS = 12;

export function workedExample(label: string, gb: number): WorkedExample {
  const before = gb * HOT_USD_PER_GB;
  const after = (gb / 2) * HOT_USD_PER_GB + (gb / 2) * COLD_USD_PER_GB;
  return {
    label,
    beforeMicrosPerMonth: micros(before),
    afterMicrosPerMonth: micros(after),
    savingPercent: Math.round(((before - after) / before) * 100),
    savingMicrosPerYear: micros((before - after) * MONTHS),
  };
}

/** To whole micros: the sums above are decimal fractions that doubles hold only nearly. */
function micros(usd: number): number {
  return Math.round(usd * MICROS_PER_DOLLAR);
}
