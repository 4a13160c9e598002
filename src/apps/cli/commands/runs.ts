import { AstraError, EXIT } from "../../../core/errors.ts";
import type { JournalEntry, RunRecord } from "../../../ports/state-store.ts";
import type { Context } from "../../../services/context.ts";
import type { CommandSpec } from "../command.ts";
import { wholeNumber } from "../parse-options.ts";

const SHOWN_RUNS = 20;
/** Far more runs than a person looks back on: one a night for 27 years. */
const SEARCHED_RUNS = 10_000;
const SHOWN_FAULTS = 20;

export const runs: CommandSpec = {
  name: "runs",
  group: "Look",
  summary: "Show earlier runs, or one of them with what failed.",
  arguments: [{ form: "[id]", summary: "A run's id, or its beginning." }],
  options: [
    {
      flags: "--limit <n>",
      summary: "Runs to show.",
      parse: wholeNumber(1, SEARCHED_RUNS),
      shownDefault: String(SHOWN_RUNS),
    },
  ],
  examples: [
    ["astra runs", "the last 20 runs"],
    ["astra runs 3f2a", "one run, and what failed or was skipped in it"],
  ],
  async run(call) {
    const { runDetailText, runsText } = await import("../output/runs-text.ts");
    await using ctx = await call.context();
    const id = call.arguments[0];
    if (id === undefined) {
      const newest = await ctx.state.runs(call.number("limit") ?? SHOWN_RUNS);
      await call.terminal.show({ json: { ok: true, runs: newest }, text: () => runsText(newest) });
      return EXIT.done;
    }
    const run = await findRun(ctx, id);
    const faults = await faultsOf(ctx, run);
    await call.terminal.show({ json: { ok: true, run, faults }, text: () => runDetailText(run, faults) });
    return EXIT.done;
  },
};

async function findRun(ctx: Context, id: string): Promise<RunRecord> {
  const found = (await ctx.state.runs(SEARCHED_RUNS)).filter((run) => run.id.startsWith(id));
  const [run] = found;
  if (run && found.length === 1) return run;
  const text = run ? `${found.length} runs begin with ${id}` : `there is no run ${id}`;
  throw new AstraError("ASTRA_USAGE_INVALID", text, {
    where: ctx.config.state.path,
    fix: "See `astra runs` for the ids.",
  });
}

async function faultsOf(ctx: Context, run: RunRecord): Promise<readonly JournalEntry[]> {
  const faults: JournalEntry[] = [];
  for await (const page of ctx.state.journalOfRun(run.id)) {
    faults.push(...page.filter(({ state }) => state !== "done"));
    if (faults.length >= SHOWN_FAULTS) break;
  }
  return faults.slice(0, SHOWN_FAULTS);
}
