/** Takes up what earlier runs left open: intents of a crash, and restores that have come to an end. */
import { requirePermission } from "../../core/permission.ts";
import type { JournalEntry } from "../../ports/state-store.ts";
import { movePool } from "./apply-plan.ts";
import type { Context } from "../context.ts";
import { JournalWriter } from "./journal-writer.ts";
import { moveObject } from "./move-object.ts";

export interface ContinueMovesResult {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Still waiting for the store's restore. */
  readonly waiting: number;
}

export async function continueMoves({
  ctx,
  input,
}: {
  ctx: Context;
  input: { readonly bucket: string };
}): Promise<ContinueMovesResult> {
  requirePermission(ctx.actor, "plan.apply");
  const open = await ctx.state.openJournal(input.bucket);
  const counts = { done: 0, failed: 0, skipped: 0, waiting: 0 };
  if (open.length === 0) return counts;
  const store = await ctx.stores.open(input.bucket);
  await using journal = new JournalWriter(ctx.state);
  await movePool(ctx, store).run(open, async (entry: JournalEntry) => {
    const outcome = await moveObject(ctx, store, entry.move, true);
    const { state, etagAfter, reason } = outcome;
    if (state === "restoring") counts.waiting += 1;
    else if (state === "done") counts.done += 1;
    else if (state === "skipped") counts.skipped += 1;
    else counts.failed += 1;
    await journal.add({ ...entry, state, etagAfter, reason, updatedMs: ctx.clock.now() }, outcome);
  });
  return counts;
}
