/** A run by its id or the beginning of it. */
import { AstraError } from "../core/errors.ts";
import type { RunRecord } from "../ports/state-store.ts";
import type { Context } from "./context.ts";

/** Far more runs than a person looks back on: one a night for 27 years. */
export const SEARCHED_RUNS = 10_000;

/** @throws AstraError ASTRA_USAGE_INVALID where no run, or more than one, begins so */
export async function findRun(ctx: Context, id: string): Promise<RunRecord> {
  const exact = await ctx.state.run(id);
  if (exact) return exact;
  const found = (await ctx.state.runs(SEARCHED_RUNS)).filter((run) => run.id.startsWith(id));
  const [run] = found;
  if (run && found.length === 1) return run;
  const text = run ? `${found.length} runs begin with ${id}` : `there is no run ${id}`;
  throw new AstraError("ASTRA_USAGE_INVALID", text, {
    where: ctx.config.state.path,
    fix: "See `astra runs` for the ids.",
  });
}
