import { EXIT } from "../../../core/errors.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const undo: CommandSpec = {
  name: "undo",
  group: "Decide and move",
  summary: "Take a run back: what it moved goes where it was.",
  details:
    "The way back is a plan of its own, priced before anything is done and carried out like any other, caps and canary included. Objects that changed since the run are left alone.",
  arguments: [{ form: "<run>", summary: "The run's id, or its beginning." }],
  options: [
    { flags: "--dry-run", summary: "Show what it would move and cost, and move nothing." },
    { flags: "--yes", summary: "Do not ask; needed where there is no terminal." },
  ],
  examples: [
    ["astra undo 3f2a --dry-run", "what taking run 3f2a… back would cost"],
    ["astra undo 3f2a --yes --json", "takes it back, and reports on one line"],
  ],
  async run(call) {
    const named = firstArgument(call, "run");
    const [{ planUndo }, { findRun }, { applyApproved }, { undoView, planSummary }] = await Promise.all([
      import("../../../services/moving/undo-run.ts"),
      import("../../../services/find-run.ts"),
      import("../apply-approved.ts"),
      import("../output/run-view.ts"),
    ]);
    const { terminal } = call;
    await using ctx = await call.context();
    const run = await findRun(ctx, named);
    const plan = await planUndo({ ctx, input: { runId: run.id } });
    if (call.has("dryRun") || plan.totals.moves === 0) {
      await terminal.show(undoView(run, plan));
      return EXIT.done;
    }
    if (!terminal.isJson && !terminal.isQuiet) await terminal.write(`${planSummary(plan)}\n`);
    return applyApproved(call, ctx, plan, {
      question: `Move ${counted(plan.totals.moves, "object")} back`,
    });
  },
};
