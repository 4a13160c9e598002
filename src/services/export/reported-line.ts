/** What a row of a completion report makes of its line in the journal, after a look at the object. */
import { createHash } from "node:crypto";
import { isAstraError } from "../../core/errors.ts";
import type { ReportRow } from "../../core/export/batch-report.ts";
import type { PlannedMove } from "../../core/plan.ts";
import { mayTransition } from "../../core/pricing/waterfall.ts";
import { dayScope, runScope, spendOf } from "../../core/spend.ts";
import { nextState } from "../../core/transition.ts";
import type { ObjectHead, ObjectStore } from "../../ports/object-store.ts";
import type { JournalEntry, JournalUpdate, ObjectMoved, SpendChange } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";

/** `all`: every object; `sample`: one in a hundred, by its name; `none`: the report is believed. */
export const VERIFY_MODES = ["all", "sample", "none"] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

/** One in so many of a sample. */
const SAMPLE = 100;

/** A line, and what is written with it. */
export interface EndedLine {
  readonly entry: JournalEntry;
  readonly moved: ObjectMoved | null;
  readonly spends: readonly SpendChange[];
  readonly undone: NonNullable<JournalUpdate["undone"]> | null;
}

interface Reported {
  readonly seq: number;
  readonly move: PlannedMove;
  readonly row: ReportRow;
}

type Seen = { readonly head: ObjectHead | null } | { readonly fault: string };

const PLAIN_MD5 = /^[0-9a-f]{32}$/;

/** Ends lines of one run. */
export class ReportedLine {
  verified = 0;
  readonly #ctx: Context;
  readonly #runId: string;
  readonly #verify: VerifyMode;

  constructor(ctx: Context, runId: string, verify: VerifyMode) {
    this.#ctx = ctx;
    this.#runId = runId;
    this.#verify = verify;
  }

  /** @returns `null` for a row that says nothing of the move: a restore that comes before the copy */
  async end(store: ObjectStore, { seq, move, row }: Reported): Promise<EndedLine | null> {
    if (!row.succeeded) return this.#line(seq, move, "failed", failureOf(row));
    const seen = await this.#look(store, move);
    if ("fault" in seen) return this.#line(seq, move, "skipped", seen.fault);
    if (seen.head && isUntouched(seen.head, move))
      return this.#isArchived(move) ? null : this.#line(seq, move, "failed", "ASTRA_STORE_INTEGRITY");
    const reason = seen.head && differenceOf(seen.head, move);
    if (reason !== null) return this.#line(seq, move, "skipped", reason);
    return this.#done(seq, move, seen.head);
  }

  async #look(store: ObjectStore, move: PlannedMove): Promise<Seen> {
    if (!this.#isLookedAt(move)) return { head: null };
    this.verified += 1;
    try {
      return { head: await store.head(move.key) };
    } catch (error) {
      if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return { fault: "missing" };
      throw error;
    }
  }

  #isLookedAt(move: PlannedMove): boolean {
    // A restore's row and its copy's are alike: which one it was only the object tells.
    if (this.#verify === "all" || this.#isArchived(move)) return true;
    return this.#verify === "sample" && createHash("sha256").update(move.key).digest().readUInt32BE() % SAMPLE === 0;
  }

  #isArchived({ from }: PlannedMove): boolean {
    return this.#ctx.prices.classes[from]?.restore !== undefined;
  }

  #done(seq: number, move: PlannedMove, head: ObjectHead | null): EndedLine {
    const nowMs = this.#ctx.clock.now();
    const state = nextState(nextState(nextState("intent", "copy"), "verify"), "finish");
    // Not looked at, a plain copy is known to keep its ETag; of any other nothing is known.
    const etag = head?.etag ?? (PLAIN_MD5.test(move.etag) ? move.etag : null);
    const spend = spendOf(move);
    return {
      entry: {
        ...this.#entry(seq, move, nowMs),
        state,
        reason: null,
        etagAfter: etag,
        versionAfter: head?.versionId ?? null,
      },
      moved: etag === null ? null : this.#moved(move, etag, head, nowMs),
      spends: [
        { scope: runScope(this.#runId), ...spend },
        { scope: dayScope(nowMs), ...spend },
      ],
      undone: move.undoes ? [{ ...move.undoes, atMs: nowMs }] : null,
    };
  }

  #moved(move: PlannedMove, etag: string, head: ObjectHead | null, atMs: number): ObjectMoved {
    return {
      ref: { bucket: move.bucket, key: move.key },
      etagBefore: move.etag,
      etag,
      versionId: head?.versionId ?? null,
      sizeBytes: move.sizeBytes,
      storageClass: move.to,
      // The copy's own time, which minimum durations run from.
      atMs: Math.min(head?.lastModifiedMs ?? atMs, atMs),
      createdMs: move.createdMs,
      isPromotion: mayTransition(this.#ctx.prices, move.to, move.from),
    };
  }

  #line(seq: number, move: PlannedMove, state: "failed" | "skipped", reason: string): EndedLine {
    const nowMs = this.#ctx.clock.now();
    const ends = { etagAfter: null, versionAfter: null };
    const ended = nextState("intent", state === "failed" ? "fail" : "skip");
    return {
      entry: { ...this.#entry(seq, move, nowMs), state: ended, reason, ...ends },
      moved: null,
      spends: [],
      undone: null,
    };
  }

  #entry(
    seq: number,
    move: PlannedMove,
    updatedMs: number,
  ): Pick<JournalEntry, "runId" | "seq" | "move" | "updatedMs" | "progress" | "dueMs"> {
    return { runId: this.#runId, seq, move, updatedMs, progress: null, dueMs: null };
  }
}

/** `batch:AccessDenied` */
function failureOf({ errorCode }: ReportRow): string {
  // The condition of the job: written since the plan was made.
  return errorCode === "PreconditionFailed" ? "changed" : `batch:${errorCode ?? "failed"}`;
}

/** Still as it was planned: what succeeded was no copy. */
function isUntouched(head: ObjectHead, move: PlannedMove): boolean {
  return head.storageClass === move.from && head.etag === move.etag;
}

/**
 * The class and the size must be as planned, and the ETag as before where a copy keeps it: content under the store's own keys
 * that was not written in parts. @returns why it does not count as moved, or `null`
 */
function differenceOf(head: ObjectHead, move: PlannedMove): string | null {
  if (head.storageClass !== move.to || head.sizeBytes !== move.sizeBytes) return "changed";
  const isPlain = (head.encryption?.algorithm ?? "AES256") === "AES256" && PLAIN_MD5.test(move.etag);
  return isPlain && head.etag !== move.etag ? "changed" : null;
}
