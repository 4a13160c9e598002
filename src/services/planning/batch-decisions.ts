/** The decisions of a batch: rows of an inventory seen as objects, and what they come to, part by part. */
import type { Inventory } from "../../core/inventory.ts";
import type { ObjectState } from "../../core/object-state.ts";
import type { StoredObject } from "../../core/object-view.ts";
import type { PlanTotals, PlannedMove } from "../../core/plan.ts";
import type { PolicySet } from "../../core/policy/policy-constraints.ts";
import type { BatchRow } from "../../ports/batch-engine.ts";
import type { Context } from "../context.ts";
import { windowDaysOf } from "../observe-options.ts";
import { type DecisionSums, type DecisionTerms, ObjectDecisions, type Obstacle } from "./object-decisions.ts";
import { RowViews } from "./row-view.ts";

export class BatchDecisions {
  readonly policies: PolicySet;
  readonly #terms: DecisionTerms;
  readonly #takenMs: number;
  readonly #nowMs: number;
  readonly #views: RowViews;
  readonly #all: ObjectDecisions;
  #part: ObjectDecisions;

  /** @param nowMs instant that every object is decided at */
  constructor(ctx: Context, ofPlan: DecisionTerms, inventory: Inventory, nowMs: number) {
    const terms = { ...ofPlan, leavesEtags: true };
    this.policies = terms.deciding.policies;
    this.#terms = terms;
    this.#takenMs = inventory.takenMs;
    this.#nowMs = nowMs;
    this.#views = new RowViews(terms.bucket, nowMs, windowDaysOf(ctx.config));
    this.#all = new ObjectDecisions(terms);
    this.#part = new ObjectDecisions(terms);
  }

  decide(row: BatchRow): PlannedMove | null {
    const { stored, state } = row;
    return this.#part.decide(this.#views.of(stored, state, row.ruleBits), stored, state, this.#obstacle(row));
  }

  /** Adds a part to the whole. @returns what can be given to {@link partKnown} in its place */
  partDone(): DecisionSums {
    const sums = this.#part.snapshot();
    this.#all.merge(sums);
    this.#part = new ObjectDecisions(this.#terms);
    return sums;
  }

  partKnown(sums: DecisionSums): void {
    this.#all.merge(sums);
  }

  totals(): PlanTotals {
    return this.#all.totals(this.#nowMs);
  }

  #obstacle({ stored, state, legalHold, retainUntilMs, isReplicating, hasEtag }: BatchRow): Obstacle | null {
    if (state && isOutdated(stored, state, this.#takenMs)) return "changed";
    if (isReplicating) return "replication_pending";
    if (retainUntilMs !== null && retainUntilMs > this.#nowMs) return "retention_lock";
    if (legalHold === true) return "legal_hold";
    return hasEtag ? null : "no_etag";
  }
}

/** What the state learned after the inventory was taken: the object is gone, or is another one, or in another class. */
function isOutdated(stored: StoredObject, state: ObjectState, takenMs: number): boolean {
  if (state.deletedMs !== null && state.deletedMs > takenMs) return true;
  if (state.classSinceMs === null || state.classSinceMs <= takenMs) return false;
  const isOtherClass = state.storageClass !== null && state.storageClass !== stored.storageClass;
  return isOtherClass || (state.etag !== null && state.etag !== stored.etag);
}
