import { EXIT } from "../../../core/errors.ts";
import type { PlanHeader, PlannedMove } from "../../../core/plan.ts";
import type { Context } from "../../../services/context.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { wholeNumber } from "../parse-options.ts";

const SHOWN_MOVES = 50;

export const plan: CommandSpec = {
  name: "plan",
  group: "Decide and move",
  summary: "Work out exactly what would move, and price it; move nothing.",
  options: [
    { flags: "--out <file>", summary: "Write the plan to a file for `astra apply`." },
    { flags: "--prefix <prefix>", summary: "Only keys that begin so." },
    { flags: "--limit <n>", summary: "Moves to show.", parse: wholeNumber(0), shownDefault: String(SHOWN_MOVES) },
    { flags: "--detailed-exitcode", summary: "Exit with 2 where there is something to move." },
  ],
  examples: [
    ["astra plan --bucket data", "what would move, what it costs and what it saves"],
    ["astra plan --bucket data --out plan.json", "a file to look at, approve, and apply"],
  ],
  async run(call) {
    const { makePlan } = await import("../../../services/make-plan.ts");
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const prefix = call.text("prefix");
    const input = { bucket: bucketOf(ctx.config), progress: progress.report, ...(prefix !== undefined && { prefix }) };
    const header = await makePlan({ ctx, input }).finally(() => progress.clear());
    const file = call.text("out") ?? null;
    if (file !== null) {
      const [{ planFileText }, { writeNewFile }] = await Promise.all([
        import("../../../services/plan-file.ts"),
        import("../files.ts"),
      ]);
      await writeNewFile(file, planFileText({ ctx, input: { planId: header.id } }));
    }
    const moves = call.terminal.isJson ? [] : await firstMoves(ctx, header, call.number("limit") ?? SHOWN_MOVES);
    const { planText } = await import("../output/plan-text.ts");
    await call.terminal.show({ json: { ok: true, file, plan: header }, text: () => planText(header, moves, file) });
    return call.has("detailedExitcode") && header.totals.moves > 0 ? EXIT.changesPresent : EXIT.done;
  },
};

async function firstMoves(ctx: Context, header: PlanHeader, limit: number): Promise<readonly PlannedMove[]> {
  const moves: PlannedMove[] = [];
  if (limit === 0) return moves;
  for await (const page of ctx.state.plannedMoves(header.id)) {
    moves.push(...page.map(({ move }) => move));
    if (moves.length >= limit) break;
  }
  return moves.slice(0, limit);
}
