/** What the demo tells: one value, rendered as text by render.ts and as one JSON line by the command. */
import type { Tier } from "../../core/tier.ts";
import type { StrategyName } from "../../core/policy/policy.ts";
import type { Bill } from "../../core/pricing/ledger.ts";
import type { Keeping, KeepingName } from "./keeping.ts";

export interface DemoOptions {
  readonly objects: number;
  readonly days: number;
  readonly seed: number;
  readonly byteScale: number;
  /** What the engine decides by. */
  readonly strategy: StrategyName;
  /** HOST:PORT of a broker; the embedded log where absent. */
  readonly kafka?: string;
  /** A store to use instead of the sandbox in this process. */
  readonly s3Endpoint?: string;
  readonly progress?: (done: number, total: number | null, unit: string) => void;
  readonly signal?: AbortSignal;
}

export type TierCounts = Readonly<Record<Tier, number>>;

export interface SpendPoint {
  readonly day: number;
  /** Spent since day 0, as the ledger stood at the end of the day. */
  readonly withAstraMicros: number;
  readonly withoutMicros: number;
  /** `null` where that life was not lived. */
  readonly lifecycleMicros: number | null;
  readonly intelligentTieringMicros: number | null;
}

export interface BigSaving {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly from: string;
  readonly to: string;
  /** Saving a month at the decision's own expectation × months since the move − fee. */
  readonly savedMicros: number;
}

export interface WorkedExample {
  readonly label: string;
  readonly beforeMicrosPerMonth: number;
  readonly afterMicrosPerMonth: number;
  readonly savingPercent: number;
  readonly savingMicrosPerYear: number;
}

/** What one life of the workload came to. */
export interface LifeReport {
  readonly keeping: Keeping;
  /** Strategy of the engine, as configured. */
  readonly strategy: string;
  readonly objects: number;
  readonly eventsProduced: number;
  readonly eventsConsumed: number;
  readonly deadLettered: number;
  /** Of the engine, or billed by the store where its own rules moved objects. */
  readonly transitions: number;
  readonly failed: number;
  /** Object-days on which readers had to wait for an archived object. */
  readonly restoresWaited: number;
  readonly tiers: TierCounts;
  /** `null` where the store keeps no ledger. */
  readonly bill: Bill | null;
  /** Cumulative micros at the end of each day; empty without a ledger. */
  readonly spentByDay: readonly number[];
  readonly biggest: readonly BigSaving[];
  /** Refusals of the last plan, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** One way of keeping the workload beside the others. */
export interface LifeSummary {
  readonly name: KeepingName;
  readonly label: string;
  /** `null` where the store keeps no ledger. */
  readonly billMicros: number | null;
  readonly lines: Readonly<Record<string, number>>;
  /** Of the bill without anything, 100 = the same; `null` without a ledger. */
  readonly percentOfWithout: number | null;
  readonly transitions: number;
  /** Object-days on which readers had to wait for a restore. */
  readonly restoresWaited: number;
  /** Days on which no other life spent less. */
  readonly daysCheapest: number;
  readonly tiers: TierCounts;
}

export interface DemoReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly days: number;
  readonly byteScale: number;
  readonly strategy: string;
  readonly log: "sqlite" | "kafka";
  readonly objects: number;
  readonly eventsProduced: number;
  readonly eventsConsumed: number;
  readonly transitions: number;
  readonly failed: number;
  readonly restoresWaited: number;
  readonly bill: {
    readonly withAstraMicros: number | null;
    readonly withoutMicros: number | null;
    /** The bill with Astra, line by line; sums to `withAstraMicros`. */
    readonly lines: Readonly<Record<string, number>>;
    readonly linesWithout: Readonly<Record<string, number>>;
  };
  readonly tiers: TierCounts;
  /** Where the same objects were at the end of the life without the engine. */
  readonly tiersWithout: TierCounts;
  /** Every life that was lived: without anything, S3 Lifecycle, Intelligent-Tiering, Astra. The rivals need a ledger. */
  readonly lives: readonly LifeSummary[];
  /** The lowest bill of all, and of those in which no reader waited; `null` without a ledger. */
  readonly cheapest: KeepingName | null;
  readonly cheapestWithoutWaiting: KeepingName | null;
  readonly spend: readonly SpendPoint[];
  readonly biggest: readonly BigSaving[];
  readonly refusals: Readonly<Record<string, number>>;
  readonly workedExamples: readonly WorkedExample[];
}
