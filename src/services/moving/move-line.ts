/** One line of the journal while it is worked on: its progress is made durable before the step that a restart must know of. */
import type { MoveProgress } from "../../core/move-progress.ts";
import type { HoldState } from "../../core/object-state.ts";
import type { PlannedMove } from "../../core/plan.ts";
import { mayTransition } from "../../core/pricing/waterfall.ts";
import { dayScope, spendOf } from "../../core/spend.ts";
import { nextState } from "../../core/transition.ts";
import { MICROS_PER_DOLLAR } from "../../core/units.ts";
import type { BucketInfo, ObjectHead, ObjectStore } from "../../ports/object-store.ts";
import type { JournalEntry, ObjectMoved } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import type { JournalWriter } from "./journal-writer.ts";
import { type MoveOutcome, type Released, outcome } from "./move-outcome.ts";
import type { RunGuard } from "./run-guard.ts";

/** What all moves of one run in this process share. */
export interface Mover {
  readonly ctx: Context;
  readonly store: ObjectStore;
  readonly bucket: BucketInfo;
  readonly journal: JournalWriter;
  readonly guard: RunGuard;
}

export class MoveLine {
  readonly mover: Mover;
  readonly entry: JournalEntry;
  /** A copy was made that the store charges for, or may have been. */
  isSpent = false;
  /** The object as the copy left it, once that is known: where something fails afterwards, it was moved nevertheless. */
  landed: ObjectHead | null = null;
  /** Requests that looked at the object: paid for, whatever became of it. */
  looks = 0;
  #progress: MoveProgress;

  constructor(mover: Mover, entry: JournalEntry) {
    this.mover = mover;
    this.entry = entry;
    this.#progress = entry.progress ?? { spendDay: dayScope(entry.updatedMs) };
  }

  get move(): PlannedMove {
    return this.entry.move;
  }

  get progress(): MoveProgress {
    return this.#progress;
  }

  /** Resolves when it is durable. */
  async note(more: Partial<MoveProgress>): Promise<void> {
    this.#progress = { ...this.#progress, ...more };
    const updatedMs = this.mover.ctx.clock.now();
    await this.mover.journal.addNow({ ...this.entry, progress: this.#progress, updatedMs });
  }

  /** Left alone. What was done before it stays paid for. */
  skipped(reason: string, hold: HoldState | null = null): MoveOutcome {
    return outcome("skipped", null, { reason, hold, releases: this.#released() });
  }

  /** @param after where the object was moved nevertheless. */
  failed(code: string, after: ObjectHead | null = this.landed): MoveOutcome {
    const moved = after && this.#moved(after);
    const ends = after && { etagAfter: after.etag, versionAfter: after.versionId };
    return outcome("failed", null, { reason: code, moved, releases: this.#released(), ...ends });
  }

  /** Not begun: planned again; what waits for the store goes on waiting, and what was begun is open as after a crash. */
  deferred(): MoveOutcome {
    const { state, dueMs } = this.entry;
    if (state !== "intent" || this.#isPaid()) return outcome(state, this.#progress, { dueMs });
    return outcome(nextState("intent", "defer"), null, { releases: this.#unspent() });
  }

  /** Goes on when the store has done its part. */
  waiting(event: "restore" | "tag", dueMs: number): MoveOutcome {
    return outcome(nextState("intent", event), this.#progress, { dueMs });
  }

  finished(after: ObjectHead): MoveOutcome {
    const state = nextState(nextState(nextState("intent", "copy"), "verify"), "finish");
    return outcome(state, null, {
      etagAfter: after.etag,
      versionAfter: after.versionId,
      moved: this.#moved(after),
    });
  }

  #released(): Released | null {
    return this.#isPaid() ? null : this.#unspent();
  }

  #unspent(): Released {
    const { move, mover, looks } = this;
    const perThousand = mover.ctx.prices.classes[move.from]?.get?.amount ?? 0;
    const looked = spendOf({ feeMicros: (looks * perThousand * MICROS_PER_DOLLAR) / 1000, sizeBytes: 0 });
    const reserved = spendOf(move);
    const feeNanos = Math.max(0, reserved.feeNanos - looked.feeNanos);
    return { day: this.#progress.spendDay, spend: { ...reserved, feeNanos } };
  }

  #isPaid(): boolean {
    const { restore, tag, uploadId } = this.#progress;
    return this.isSpent || restore !== undefined || tag !== undefined || uploadId !== undefined;
  }

  #moved(after: ObjectHead): ObjectMoved {
    const { move, mover } = this;
    return {
      ref: { bucket: move.bucket, key: move.key },
      etagBefore: move.etag,
      etag: after.etag,
      versionId: after.versionId,
      sizeBytes: after.sizeBytes,
      storageClass: after.storageClass,
      atMs: mover.ctx.clock.now(),
      createdMs: move.createdMs,
      isPromotion: mayTransition(mover.ctx.prices, move.to, move.from),
    };
  }
}
