/** A strategy turns what is known of an object into the class it should be in. One interface, chosen by name. */
import type { DayReads, ReadRate } from "./access-stats.ts";
import type { Tier } from "./tier.ts";

/** One object at one instant, as every strategy sees it. */
export interface ObjectView {
  /** The instant. */
  readonly atMs: number;
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  /** Since creation by the user, fractional days; `null` when it must not be acted on. */
  readonly ageDays: number | null;
  /** Since the later of creation and last access, fractional days; `null` with an age that must not be acted on. */
  readonly idleDays: number | null;
  /** Day of creation, days since 1970-01-01 UTC. */
  readonly createdDay: number;
  /** Days in the present class, as far as known. */
  readonly daysInClass: number;
  /** Days since a move of ours last took it to a hotter class; absent or `null` where none did. */
  readonly daysSincePromotion?: number | null;
  /** Accesses inside the strategy's window. */
  readonly windowReads: number;
  readonly lifetimeReads: number;
  readonly rate: ReadRate;
  /** Days with reads within the kept window, newest last. Shared with the state: never change it. */
  readonly readDays: readonly DayReads[];
  /** Days with reads, each weighted by its age with the half-life of the rates, as of `atMs`. */
  readonly decayedReadDays: number;
  /** Whom the object belongs to; absent where it isn't known. */
  readonly tenant?: string;
  /**
   * Bit i is set where the key matches the key globs of the i-th rule of the policies in force, for the rules that have a
   * bit (`CompiledRule.keyBit`); absent where it was not worked out beforehand, and the key is asked.
   */
  readonly ruleBits?: number | undefined;
  /** Tags of the object; absent where they aren't known. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Classes a strategy may choose from, by the provider's names. Sets are shared: never change one. */
export type AllowedClasses = ReadonlySet<string>;

/** What a strategy with a model of the future expects of the object; a person can check it against what came true. */
export interface Prediction {
  /** Chance of at least one read within the horizon, 0 to 1. */
  readonly readChance: number;
  readonly horizonDays: number;
  /** Days until the choice should be looked at again if nothing is read; `null` where it stands for good. */
  readonly reviewInDays: number | null;
  /** Days of history behind it. */
  readonly observedDays: number;
  /**
   * Micro-dollars a month that the proposed class saves against the present one under the strategy's own model, reads
   * included, the fee of the move not: what the payback guard goes by.
   */
  readonly savingMicrosPerMonth: number;
  /** Every class looked at, with its expected bill over the horizon in micro-dollars, fee of getting there included. */
  readonly options: readonly { readonly storageClass: string; readonly expectedMicros: number }[];
}

export interface Proposal {
  readonly tier: Tier;
  /** Class in the provider's own name. */
  readonly storageClass: string;
  /** The rule that chose it, in the strategy's words. */
  readonly rule: string;
  /** One sentence with the numbers; may only be put together when it is read. */
  readonly why: string;
  /** Of strategies that predict; its numbers may only be worked out when they are read. */
  readonly prediction?: Prediction | undefined;
}

/** Chooses a class; never looks at guards or money limits, which are the decision's. */
export interface Strategy {
  readonly name: string;
  /** Slow classes are offered even where no rule asks for them: the strategy was chosen with its own map of classes. */
  readonly followsOwnMap?: true;
  /** @param allowed never empty; the proposal must be one of them */
  propose(view: ObjectView, allowed: AllowedClasses): Proposal;
}
