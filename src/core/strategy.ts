/** A strategy turns what is known of an object into the class it should be in. One interface, chosen by name. */
import type { ReadRate } from "./access-stats.ts";
import type { Tier } from "./tier.ts";

/** One object at one instant, as every strategy sees it. */
export interface ObjectView {
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  /** Since creation by the user, fractional days; `null` when it must not be acted on. */
  readonly ageDays: number | null;
  /** Days in the present class, as far as known. */
  readonly daysInClass: number;
  /** Accesses inside the strategy's window. */
  readonly windowReads: number;
  readonly lifetimeReads: number;
  readonly rate: ReadRate;
}

export interface Proposal {
  readonly tier: Tier;
  /** Class in the provider's own name. */
  readonly storageClass: string;
  /** The rule that chose it, in the strategy's words. */
  readonly rule: string;
  /** One sentence with the numbers. */
  readonly why: string;
}

/** Chooses a class; never looks at guards or money limits, which are the decision's. */
export interface Strategy {
  readonly name: string;
  propose(view: ObjectView): Proposal;
}
