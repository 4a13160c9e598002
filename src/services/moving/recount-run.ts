/** A run's own counts follow its lines, which go on changing after its end: restores come to theirs, an undo takes back. */
import type { RunRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { RunTally } from "./run-tally.ts";

/** @param parts what else is to be recorded of it */
export async function recountRun(ctx: Context, id: string, parts: Partial<RunRecord> = {}): Promise<void> {
  const run = await ctx.state.run(id);
  if (!run) return;
  const tally = RunTally.of(await ctx.state.journalTotals(id));
  const state = run.state === "done" && tally.failed > 0 ? "partly" : run.state;
  await ctx.state.finishRun({ ...run, ...tally.counts(), state, ...parts });
}
