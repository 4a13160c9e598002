/** Decides objects one after another and adds up what comes of it: the one place, for a listing's pages and for a batch. */
import { type DecideContext, type Decision, decide } from "../../core/decide.ts";
import type { ObjectState } from "../../core/object-state.ts";
import { type StoredObject, createdMsOf, knownHold } from "../../core/object-view.ts";
import { NEVER_MS, PlanTally, type PlanTallySnapshot, type PlanTotals, type PlannedMove } from "../../core/plan.ts";
import { readOnceMicros } from "../../core/pricing/bill.ts";
import { SavingTally, type SavingTallySnapshot } from "../../core/pricing/saving-tally.ts";
import { refusalCause } from "../../core/refusal-cause.ts";
import type { ObjectView } from "../../core/strategy.ts";
import { MS_PER_DAY } from "../../core/units.ts";

export interface DecisionTerms {
  readonly bucket: string;
  readonly deciding: DecideContext;
  /** Objects with a move under way: they are left to it. */
  readonly busy: ReadonlySet<string>;
  /** Moves come without ETags: whoever writes them has those, and decoding them takes longer than deciding. */
  readonly leavesEtags?: boolean;
}

/** What stands in the way of an object that neither its state nor the rules tell of. */
export type Obstacle = "legal_hold" | "retention_lock" | "replication_pending" | "changed" | "no_etag";

/** What some objects come to, as JSON. */
export interface DecisionSums {
  readonly plan: PlanTallySnapshot;
  readonly saving: SavingTallySnapshot;
}

export class ObjectDecisions {
  readonly #terms: DecisionTerms;
  readonly #tally: PlanTally;
  readonly #saving: SavingTally;

  constructor(terms: DecisionTerms) {
    this.#terms = terms;
    this.#tally = new PlanTally(terms.deciding.guards.maxPaybackDays);
    this.#saving = new SavingTally(terms.deciding.prices);
  }

  /** @returns the move to be planned, if any */
  decide(
    view: ObjectView,
    stored: StoredObject,
    state: ObjectState | undefined,
    obstacle: Obstacle | null = null,
  ): PlannedMove | null {
    const { deciding, busy } = this.#terms;
    this.#tally.seen(view.storageClass, view.sizeBytes);
    this.#saving.seen(view);
    if (busy.size > 0 && busy.has(view.key)) return this.#obstructed("restore_in_progress", view);
    if (obstacle === "changed" || obstacle === "replication_pending") return this.#obstructed(obstacle, view);
    const shown = obstacle === "no_etag" ? null : obstacle;
    const decision = decide(view, knownHold(state?.hold, view.atMs) ?? shown, deciding);
    if (decision.kind === "stay") this.#tally.stays();
    if (decision.kind === "refuse") this.#refused(decision, view);
    if (decision.kind !== "move") return null;
    // Without an ETag nothing would tell, when it comes to the move, whether the object is still the one decided on.
    if (obstacle === "no_etag") return this.#obstructed("changed", view);
    const move = plannedMove(this.#terms, stored, state, decision, view.atMs);
    this.#tally.moves(move);
    this.#saving.moves(move, view);
    return move;
  }

  /** @param createdMs of the plan, from which its saving is stated */
  totals(createdMs: number): PlanTotals {
    return { ...this.#tally.totals(), saving: this.#saving.interval(createdMs) };
  }

  snapshot(): DecisionSums {
    return { plan: this.#tally.snapshot(), saving: this.#saving.snapshot() };
  }

  /** Adds the sums of other objects. */
  merge({ plan, saving }: DecisionSums): void {
    this.#tally.merge(plan);
    this.#saving.merge(saving);
  }

  #obstructed(refusal: Exclude<Obstacle, "no_etag"> | "restore_in_progress", { sizeBytes }: ObjectView): null {
    this.#tally.refused({ refusal, sizeBytes, savingMicrosPerMonth: 0, feeMicros: 0 });
    return null;
  }

  #refused({ refusal, proposal, sums, detail }: Decision & { kind: "refuse" }, view: ObjectView): void {
    const to = proposal?.storageClass ?? null;
    const { prices } = this.#terms.deciding;
    this.#tally.refused({
      refusal,
      sizeBytes: view.sizeBytes,
      savingMicrosPerMonth: sums?.savingMicrosPerMonth ?? 0,
      feeMicros: sums?.fee.totalMicros ?? 0,
      to,
      detail: refusal === "class_not_managed" ? view.storageClass : detail,
      cause: to === null ? null : refusalCause(refusal, sums, { to, sizeBytes: view.sizeBytes }, prices),
    });
  }
}

function plannedMove(
  { bucket, deciding: { prices }, leavesEtags = false }: DecisionTerms,
  stored: StoredObject,
  state: ObjectState | undefined,
  { proposal, sums, policy }: Decision & { kind: "move" },
  nowMs: number,
): PlannedMove {
  const readOnce = readOnceMicros(prices, proposal.storageClass, stored.sizeBytes);
  return {
    bucket,
    key: stored.key,
    sizeBytes: stored.sizeBytes,
    etag: leavesEtags ? "" : stored.etag,
    from: stored.storageClass,
    to: proposal.storageClass,
    toTier: proposal.tier,
    mechanism: sums.way.mechanism,
    rule: proposal.rule,
    why: proposal.why,
    createdMs: createdMsOf(stored, state),
    feeMicros: sums.fee.totalMicros,
    savingMicrosPerMonth: sums.savingMicrosPerMonth,
    breakEvenMs: sums.paybackDays === null ? NEVER_MS : nowMs + sums.paybackDays * MS_PER_DAY,
    worstCaseMicros: readOnce === null ? null : sums.fee.totalMicros + readOnce,
    policy: policy.orderedBy ?? policy.rules[0] ?? null,
    orderedByPolicy: policy.orderedBy !== null,
    ...(sums.way.restore && { restore: sums.way.restore }),
  };
}
