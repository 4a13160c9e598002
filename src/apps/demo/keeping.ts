/** The ways one workload is kept: as it was uploaded, by what S3 offers by itself, and by Astra. */
import type { PriceBook } from "../../core/pricing/price-book.ts";
import { MICROS_PER_DOLLAR } from "../../core/units.ts";
import type { Bill } from "../../core/pricing/ledger.ts";

/** Names as `--json` shows them. */
export type KeepingName = "without" | "lifecycle" | "intelligent-tiering" | "astra";

/** One age rule of a bucket's lifecycle configuration. */
export interface AgeRule {
  /** Days since the object was written. */
  readonly days: number;
  readonly storageClass: "STANDARD_IA" | "GLACIER_IR";
}

/** How the objects of one life are kept. */
export interface Keeping {
  readonly name: KeepingName;
  readonly label: string;
  /** Whether the engine runs at night. */
  readonly engine: boolean;
  /** Class the objects are uploaded into; the configuration's hot class where absent. */
  readonly uploadClass?: string;
  /** Put on the buckets as a real lifecycle configuration and carried out by the store. */
  readonly ageRules: readonly AgeRule[];
}

export const WITHOUT: Keeping = { name: "without", label: "as uploaded, STANDARD", engine: false, ageRules: [] };

/** What a user could switch on instead. Neither makes a reader wait. */
export const RIVALS: readonly Keeping[] = [
  {
    name: "lifecycle",
    label: "S3 Lifecycle, 30 d IA, 90 d Glacier IR",
    engine: false,
    ageRules: [
      { days: 30, storageClass: "STANDARD_IA" },
      { days: 90, storageClass: "GLACIER_IR" },
    ],
  },
  // Uploaded straight into the class: a rule of day 0 would pay for a transition besides.
  {
    name: "intelligent-tiering",
    label: "S3 Intelligent-Tiering",
    engine: false,
    uploadClass: "INTELLIGENT_TIERING",
    ageRules: [],
  },
];

export const ASTRA: Keeping = { name: "astra", label: "Astra", engine: true, ageRules: [] };

const TRANSITION_LINE = / transition$/;

/** Transitions that the store itself billed: their line over the price of one. */
export function billedTransitions(prices: PriceBook, bill: Bill | null): number {
  let transitions = 0;
  for (const [line, micros] of Object.entries(bill?.lines ?? {})) {
    const perThousand = prices.classes[line.replace(TRANSITION_LINE, "")]?.transitionInto?.amount ?? 0;
    if (!TRANSITION_LINE.test(line) || perThousand === 0) continue;
    transitions += Math.round((micros / MICROS_PER_DOLLAR / perThousand) * 1000);
  }
  return transitions;
}
