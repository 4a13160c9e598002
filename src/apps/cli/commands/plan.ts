import { EXIT } from "../../../core/errors.ts";
import type { PlanHeader, PlannedMove } from "../../../core/plan.ts";
import type { Context } from "../../../services/context.ts";
import type { CommandSpec } from "../command.ts";
import { usageError, wholeNumber } from "../parse-options.ts";

const SHOWN_MOVES = 10;
/** Of one rule between the same classes, where no limit is given. */
const SHOWN_OF_EACH = 3;
/** Pages of the plan that are looked through for examples of every rule. */
const SEARCHED_PAGES = 10;
/** Objects named in a report; the plan's file names all. */
const REPORTED_MOVES = 200;

export const plan: CommandSpec = {
  name: "plan",
  group: "Decide and move",
  summary: "Work out exactly what would move, and price it; move nothing.",
  options: [
    { flags: "--out <file>", summary: "Write the plan to a file for `astra apply`." },
    { flags: "--html <file>", summary: "Write a report with charts: one file that needs nothing else." },
    { flags: "--prefix <prefix>", summary: "Only keys that begin so." },
    {
      flags: "--inventory <id>",
      summary: "Decide from this inventory: an id, `latest`, or `none` to list the bucket.",
    },
    { flags: "--limit <n>", summary: "Moves to show.", parse: wholeNumber(0), shownDefault: String(SHOWN_MOVES) },
    { flags: "--verbose", summary: "Show every rule, prefix and month." },
    { flags: "--detailed-exitcode", summary: "Exit with 2 where there is something to move." },
  ],
  examples: [
    ["astra plan --bucket data", "what would move, what it costs and what it saves"],
    ["astra plan --bucket data --out plan.json", "a file to look at, approve, and apply"],
    ["astra plan --bucket data --html plan.html", "a report for whoever pays the bill"],
    ["astra plan --bucket data --inventory latest", "decides what the newest inventory shows, without listing"],
  ],
  async run(call) {
    const { makePlan } = await import("../../../services/make-plan.ts");
    const [file, htmlFile] = [call.text("out") ?? null, call.text("html") ?? null];
    if (file !== null && file === htmlFile) throw usageError("--out and --html name the same file", "Name two files.");
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const { planInput } = await import("../plan-input.ts");
    const input = { ...planInput(call, ctx), progress: progress.report };
    const header = await makePlan({ ctx, input }).finally(() => progress.clear());
    if (file !== null) await writePlan(ctx, header, file);
    if (htmlFile !== null) await writeReport(ctx, header, htmlFile);
    const limit = call.number("limit");
    const [most, each] = limit === undefined ? [SHOWN_MOVES, SHOWN_OF_EACH] : [limit, Infinity];
    const moves = call.terminal.isJson ? [] : await firstMoves(ctx, header, most, each);
    const { planText } = await import("../output/plan-text.ts");
    await call.terminal.show({
      json: { ok: true, file, htmlFile, plan: header },
      text: () => planText(header, moves, { file, isVerbose: call.has("verbose") }),
    });
    if (htmlFile !== null) call.terminal.note(`Report: ${htmlFile}`);
    return call.has("detailedExitcode") && header.totals.moves > 0 ? EXIT.changesPresent : EXIT.done;
  },
};

async function writePlan(ctx: Context, header: PlanHeader, file: string): Promise<void> {
  const [{ planFileText }, { writeNewFile }] = await Promise.all([
    import("../../../services/plan-file.ts"),
    import("../files.ts"),
  ]);
  await writeNewFile(file, planFileText({ ctx, input: { planId: header.id } }));
}

async function writeReport(ctx: Context, header: PlanHeader, file: string): Promise<void> {
  const [{ planPage }, { writeNewFile }] = await Promise.all([import("../output/plan-html.ts"), import("../files.ts")]);
  await writeNewFile(file, whole(planPage(header, await firstMoves(ctx, header, REPORTED_MOVES))));
}

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}

/** @param each most moves of one rule between the same classes */
async function firstMoves(
  ctx: Context,
  header: PlanHeader,
  limit: number,
  each = Infinity,
): Promise<readonly PlannedMove[]> {
  const { plannedMoves } = await import("../../../services/planning/planned-moves.ts");
  const moves: PlannedMove[] = [];
  const taken = new Map<string, number>();
  let pages = 0;
  for await (const page of plannedMoves(ctx, header)) {
    for (const { move } of page) {
      const group = JSON.stringify([move.policy, move.rule, move.from, move.to]);
      const so = taken.get(group) ?? 0;
      if (moves.length >= limit || so >= each) continue;
      taken.set(group, so + 1);
      moves.push(move);
    }
    pages += 1;
    if (moves.length >= limit || (each < Infinity && pages >= SEARCHED_PAGES)) break;
  }
  return moves;
}
