/**
 * Decides a whole inventory: rows are read, joined with what the state knows, handed to the decision, and the moves are
 * written as Parquet, part by part. The decision is the caller's function, the same one as for a single object.
 *
 * Guarantees: rows come once each, those of an inventory's part before those of the next group of parts; a part's moves are on
 * the disk, whole and in the order of the inventory's rows, with a mark beside them that says so, before the part is reported;
 * parts with a mark are not decided again. Memory is bounded by `memoryBytes` and does not grow with the inventory.
 *
 * Errors: ASTRA_BATCH_UNAVAILABLE where the engine is not installed, ASTRA_INVENTORY_INVALID for a part that can't be read
 * or is not the one its header names, ASTRA_FILE_UNWRITABLE, ASTRA_PLAN_DAMAGED.
 */
import type { Inventory } from "../core/inventory.ts";
import type { ObjectState } from "../core/object-state.ts";
import type { StoredObject } from "../core/object-view.ts";
import type { PlanPart, PlannedMove } from "../core/plan.ts";
import type { PolicySet } from "../core/policy/policy-constraints.ts";

/** One row; valid until the next one is asked for. Properties are decoded when they are read. */
export interface BatchRow {
  readonly stored: StoredObject;
  /** The inventory tells the ETag; one that it does not tell is empty. */
  readonly hasEtag: boolean;
  readonly state: ObjectState | undefined;
  /** As {@link ObjectView.ruleBits} of `core/strategy.ts`. */
  readonly ruleBits: number;
  /** As the inventory shows it; `null` where it does not tell. */
  readonly legalHold: boolean | null;
  readonly retainUntilMs: number | null;
  /** The object waits to be replicated. */
  readonly isReplicating: boolean;
}

/** A bucket's objects that the state knows, in a form to be joined. */
export interface KnownObjects extends AsyncDisposable {
  readonly objects: number;
  /** SHA-256, hex, of all that is known of them. */
  readonly digest: string;
}

/** A plan whose parts are being made. */
export interface PlanDraft {
  readonly planId: string;
  readonly bucket: string;
  readonly inventoryId: string;
  /** Instant that every object is decided at. */
  readonly nowMs: number;
  /** SHA-256, hex, of all that its decisions depend on: parts of other terms are never mixed. */
  readonly digest: string;
  /** Process that makes it: {@link Presence.self}. */
  readonly holder: string;
}

/** @typeParam Sums what the caller adds up, as JSON can hold it */
export interface BatchJob<Sums> {
  readonly planId: string;
  readonly inventory: Inventory;
  readonly inventoryFolder: string;
  readonly policies: PolicySet;
  readonly prefix: string;
  readonly known: KnownObjects;
  /** Key, size and ETag of a move are the row's, whatever it says of them. */
  readonly decide: (row: BatchRow) => PlannedMove | null;
  /** What the caller has added up of the part, kept with its mark; given back for parts that are not decided again. */
  readonly partDone: () => Sums;
  readonly partKnown: (sums: Sums) => void;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  /** @param rows of the inventory that are done, those of parts that were done before included */
  readonly progress?: (rows: number) => void;
}

export interface BatchEngine {
  /** Whether the engine is installed. */
  isAvailable(): Promise<boolean>;
  /** @param states those deleted included. Memory is bounded by `memoryBytes`. */
  load(states: AsyncIterable<readonly ObjectState[]>, memoryBytes: number): Promise<KnownObjects>;

  /** Unfinished drafts of a bucket. */
  drafts(bucket: string): Promise<readonly PlanDraft[]>;
  /** Makes the draft's folder, or takes it over with what is in it. */
  begin(draft: PlanDraft): Promise<void>;
  /** The plan is stored: its parts are no draft any more. Repeating it is harmless. */
  finish(planId: string): Promise<void>;
  /** Removes an unfinished draft and its parts. Repeating it is harmless. */
  discard(planId: string): Promise<void>;

  /** Ends early, with what is done so far on the disk, when the signal is given. */
  decide<Sums>(job: BatchJob<Sums>): AsyncIterable<PlanPart>;
  /**
   * Moves of a part in order, in pages.
   * @param after place in the part of the last one that is not wanted; -1 for all
   * @throws AstraError ASTRA_PLAN_DAMAGED where the file is not the one named
   */
  moves(planId: string, part: PlanPart, after: number): AsyncIterable<readonly PlannedMove[]>;
}
