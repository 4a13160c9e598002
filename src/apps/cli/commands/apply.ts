import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const apply: CommandSpec = {
  name: "apply",
  group: "Decide and move",
  summary: "Carry out just the plan that was made.",
  details: "Objects that changed since are skipped. Applying an interrupted plan again goes on where it stood.",
  arguments: [{ form: "<plan>", summary: "File written by `astra plan --out`, or a plan's id." }],
  options: [{ flags: "--yes", summary: "Do not ask; needed where there is no terminal." }],
  examples: [
    ["astra apply plan.json", "shows the totals, asks, and moves"],
    ["astra apply plan.json --yes --json", "for scripts: moves, and reports on one line"],
  ],
  async run(call) {
    const named = firstArgument(call, "plan");
    const [{ applyApproved }, { planSummary }, { planOf }] = await Promise.all([
      import("../apply-approved.ts"),
      import("../output/run-view.ts"),
      import("../plan-argument.ts"),
    ]);
    const { terminal } = call;
    await using ctx = await call.context();
    const plan = await planOf(ctx, named);
    if (!terminal.isJson && !terminal.isQuiet) await terminal.write(`${planSummary(plan)}\n`);
    return applyApproved(call, ctx, plan, { question: `Move ${counted(plan.totals.moves, "object")}` });
  },
};
