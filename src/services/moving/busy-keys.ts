/** Objects of a bucket with a move under way: they are left to it. */
import type { Context } from "../context.ts";

/** @param exceptRun whose own lines do not count */
export async function busyKeys(ctx: Context, bucket: string, exceptRun?: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const page of ctx.state.openJournal(bucket)) {
    for (const { runId, move } of page) if (runId !== exceptRun) keys.add(move.key);
  }
  return keys;
}
