/**
 * Decides a whole inventory: rows are read, joined with what the state knows, handed to the decision, and the moves are
 * written as Parquet, part by part. The decision is the caller's function, the same one as for a single object.
 *
 * Guarantees: rows come in the order of the inventory's parts and, within one, of its rows; a part's moves are on the disk,
 * whole, with a mark beside them that says so, before the part is reported; parts with a mark are not decided again.
 * Memory is bounded by `memoryBytes` and does not grow with the inventory.
 *
 * Errors: ASTRA_BATCH_UNAVAILABLE where the engine is not installed, ASTRA_INVENTORY_INVALID for a part that can't be read
 * or is not the one its header names, ASTRA_FILE_UNWRITABLE.
 */
import type { Inventory } from "../core/inventory.ts";
import type { ObjectState } from "../core/object-state.ts";
import type { StoredObject } from "../core/object-view.ts";
import type { PlannedMove } from "../core/plan.ts";
import type { PolicySet } from "../core/policy/policy-constraints.ts";

/** One row; valid until the next one is asked for. Properties are decoded when they are read. */
export interface BatchRow {
  readonly stored: StoredObject;
  readonly state: ObjectState | undefined;
  /** As {@link ObjectView.ruleBits} of `core/strategy.ts`. */
  readonly ruleBits: number;
  /** As the inventory shows it; `null` where it does not tell. */
  readonly legalHold: boolean | null;
  readonly retainUntilMs: number | null;
}

/** A part of a plan: the moves of some parts of the inventory. */
export interface PlanPart {
  readonly file: string;
  /** Rows of the inventory behind it. */
  readonly rows: number;
  readonly moves: number;
  readonly sizeBytes: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

export interface BatchJob {
  readonly inventory: Inventory;
  readonly inventoryFolder: string;
  /** Folder of the plan's parts; made where it isn't there. */
  readonly folder: string;
  readonly policies: PolicySet;
  readonly prefix: string;
  /** The bucket's objects that the state knows, deleted ones included. */
  readonly known: () => AsyncIterable<readonly ObjectState[]>;
  readonly decide: (row: BatchRow) => PlannedMove | null;
  /** What the caller has added up of the part, kept with its mark; given back for parts that are not decided again. */
  readonly partDone: () => unknown;
  readonly partKnown: (tally: unknown) => void;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  readonly progress?: (rows: number) => void;
}

export interface BatchEngine {
  /** Ends early, with what is done so far on the disk, when the signal is given. */
  decide(job: BatchJob): AsyncIterable<PlanPart>;
  /** Moves of a part in order. @throws AstraError ASTRA_PLAN_DAMAGED where the file is not the one named */
  moves(folder: string, part: PlanPart, after: number): AsyncIterable<readonly PlannedMove[]>;
}
