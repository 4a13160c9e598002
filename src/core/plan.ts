/** The exact list of transitions, priced. A plan is stored and hashed; apply executes just that plan. */
import type { Refusal } from "./decide.ts";
import type { InventorySource } from "./inventory.ts";
import type { ObjectRef } from "./object-ref.ts";
import type { MoveMechanism, RestoreSpeedName } from "./plan-terms.ts";
import type { CauseFound, RefusalCause } from "./refusal-cause.ts";
import type { SavingInterval } from "./pricing/saving-interval.ts";
import type { Tier } from "./tier.ts";

export { PlanTally, type PlanTallySnapshot } from "./plan-tally.ts";

/** Later than any date there is: for what does not pay. */
export const NEVER_MS: number = Number.MAX_SAFE_INTEGER;

export interface PlannedMove extends ObjectRef {
  readonly sizeBytes: number;
  /** What the object must still be when the move begins. */
  readonly etag: string;
  readonly from: string;
  readonly to: string;
  readonly toTier: Tier;
  readonly mechanism: MoveMechanism;
  readonly rule: string;
  readonly why: string;
  readonly createdMs: number | null;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  /** When the saving will have paid the fee; {@link NEVER_MS} where it never does, as a policy may order. */
  readonly breakEvenMs: number;
  /** Fee plus one full read out of the new class on the day after; `null` where a price of that is unknown. */
  readonly worstCaseMicros: number | null;
  /** The policy rule that ordered the move, else the first one that limited it; `null` where none spoke of the object. */
  readonly policy?: string | null;
  /** The money guards were not asked. */
  readonly orderedByPolicy?: boolean;
  /** How an archived object is made readable for its copy; absent where it need not be. */
  readonly restore?: { readonly speed: RestoreSpeedName; readonly days: number };
  /** The finished move that this one takes back. */
  readonly undoes?: { readonly runId: string; readonly seq: number };
}

/** Moves that have something in common, added up; money in micros. */
export interface MoveGroup {
  readonly moves: number;
  readonly bytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
}

/** A plan's moves, grouped; within each list the groups add up to the plan. Plans made before there were policies lack it. */
export interface PlanBreakdown {
  /** `null`: moves that no policy speaks of. */
  readonly policies: readonly (MoveGroup & { readonly policy: string | null })[];
  /** First path segment of the key with its slash, empty for keys without one; the smallest ones together as `other`. */
  readonly prefixes: readonly (MoveGroup & { readonly prefix: string })[];
  readonly classes: readonly (MoveGroup & { readonly from: string; readonly to: string })[];
  /** By the rule that proposed the moves. */
  readonly rules: readonly RuleGroup[];
  /** What each of the next 12 months brings: the saving, in the first one less the fees. */
  readonly cashFlowMicros: readonly number[];
  /** All fees and one full read of every object on the day after; `null` where a price of that is unknown. */
  readonly worstCaseMicros: number | null;
  /** Moves refused because of a lifecycle rule of the bucket, by the rule's id. */
  readonly nativeRules: readonly { readonly id: string; readonly objects: number }[];
  /** Refusals told apart by what is behind them. */
  readonly refusals: readonly RefusalGroup[];
  /** Days within which a move must pay its fee back. */
  readonly paybackLimitDays: number;
}

/** Moves that one rule proposes between two classes. */
export interface RuleGroup extends MoveGroup {
  readonly policy: string | null;
  /** In the strategy's words, `policy:NAME` where a policy orders the moves, `other` for the rest of very many. */
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly toTier: Tier;
  readonly orderedByPolicy: boolean;
}

/** Refused moves that have the reason and what is behind it in common; money in micros. */
export interface RefusalGroup extends RefusalTotal {
  readonly refusal: Refusal;
  /** `null` for reasons other than money. */
  readonly cause: RefusalCause | null;
  /** Class that was proposed; `null` where none was. */
  readonly to: string | null;
  /** What stands in the way, by name: the bucket's own rule, rules of the policy file, or the present class. */
  readonly detail: string | null;
  /** Objects are smaller than this, bytes; `null` where the size is not the reason. */
  readonly limitBytes: number | null;
}

/** One refused move, for a tally. */
export interface RefusedMove {
  readonly refusal: Refusal;
  readonly sizeBytes: number;
  readonly savingMicrosPerMonth: number;
  readonly feeMicros: number;
  readonly to?: string | null;
  readonly detail?: string | null;
  readonly cause?: CauseFound | null;
}

export interface RefusalTotal {
  readonly objects: number;
  readonly bytes: number;
  /** What moving them all would cost or save a month net of nothing: Σ saving, negative where moving would lose. */
  readonly savingMicrosPerMonth: number;
  readonly feeMicros: number;
}

/** Sums over everything a plan looked at; money in micros. */
export interface PlanTotals {
  readonly objectsSeen: number;
  readonly bytesSeen: number;
  readonly objectsStaying: number;
  readonly moves: number;
  readonly movedBytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  readonly refusals: Readonly<Partial<Record<Refusal, RefusalTotal>>>;
  /** Objects by present class. */
  readonly classes: Readonly<Record<string, { readonly objects: number; readonly bytes: number }>>;
  readonly breakdown?: PlanBreakdown;
  /** What the moves save in their first days, fees paid; `null` where a price is unknown. Older plans lack it. */
  readonly saving?: SavingInterval | null;
}

/** What the bucket by itself does at each move. */
export interface BucketEffects {
  /** Whoever listens to the bucket hears of an object that was created. */
  readonly notifications: boolean;
  readonly replication: boolean;
  /** What a copy leaves of the version it replaces. */
  readonly versions: "none" | "kept" | "dropped";
  /** Enabled lifecycle rules. */
  readonly lifecycleRuleIds: readonly string[];
}

/** A file of a plan: its moves that some parts of the inventory gave. */
export interface PlanPart {
  readonly file: string;
  /** Rows of the inventory behind it. */
  readonly rows: number;
  readonly moves: number;
  readonly sizeBytes: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** The inventory that a plan was made from. */
export interface PlanInventory {
  readonly id: string;
  readonly source: InventorySource;
  /** What it shows is at most as new as this. */
  readonly takenMs: number;
}

export interface PlanHeader {
  readonly id: string;
  readonly bucket: string;
  readonly createdMs: number;
  readonly strategy: string;
  readonly priceBook: string;
  readonly totals: PlanTotals;
  /** Plans made before this was told lack it, and the way back of a run does. */
  readonly effects?: BucketEffects;
  /** Of a plan made from an inventory. */
  readonly inventory?: PlanInventory;
  /** Files of the moves, in order, of a plan that was decided in batch; absent where the state holds the moves. */
  readonly parts?: readonly PlanPart[];
  /**
   * SHA-256, hex, over the canonical form of the header's other fields and every move in order; the moves of parts are in
   * it by the hashes of their files.
   */
  readonly hash: string;
}
