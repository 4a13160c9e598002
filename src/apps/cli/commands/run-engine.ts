import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const runEngine: CommandSpec = {
  name: "run-engine",
  group: "Decide and move",
  summary: "List, decide, show what would move, and move it.",
  details: "What a scheduler calls: it also finishes what an interrupted run left open.",
  options: [
    { flags: "--dry-run", summary: "Show the plan and move nothing." },
    {
      flags: "--due",
      summary: "Only objects whose review has come; all of them where rules, prices or limits changed.",
    },
    { flags: "--yes", summary: "Do not ask; needed where there is no terminal." },
    { flags: "--prefix <prefix>", summary: "Only keys that begin so." },
    {
      flags: "--inventory <id>",
      summary: "Decide from this inventory: an id, `latest`, or `none` to list the bucket.",
    },
    { flags: "--detailed-exitcode", summary: "Exit with 2 where a dry run finds something to move." },
  ],
  examples: [
    ["astra run-engine --bucket data --dry-run", "what would move, what it costs and what it saves"],
    ["astra run-engine --bucket data --yes --json", "for a scheduler: moves, and reports on one line"],
  ],
  async run(call) {
    const [{ runEngine: runIt }, { approvePlan }, { planSummary, runEngineView }] = await Promise.all([
      import("../../../services/moving/run-engine.ts"),
      import("../../../services/audit/approve-plan.ts"),
      import("../output/run-view.ts"),
    ]);
    const { terminal } = call;
    await using ctx = await call.context();
    const progress = terminal.progress();
    const { planInput } = await import("../plan-input.ts");
    const result = await runIt({
      ctx,
      input: {
        ...planInput(call, ctx),
        dryRun: call.has("dryRun"),
        due: call.has("due"),
        progress: progress.report,
        confirm: async (plan) => {
          progress.clear();
          if (!terminal.isJson && !terminal.isQuiet) await terminal.write(`${planSummary(plan)}\n`);
          const how = call.has("yes") ? "yes-option" : "asked";
          const fix = `Add --yes, or apply just this plan: astra apply ${plan.id} --yes`;
          const question = `Move ${counted(plan.totals.moves, "object")}`;
          if (how === "asked" && !(await terminal.confirm(question, call.signal, { fix }))) return false;
          await approvePlan({ ctx, input: { plan, how } });
          return true;
        },
      },
    }).finally(() => progress.clear());
    const { run } = result;
    // Told to end before the moves were begun.
    const isCutShort = !run && call.signal.aborted && result.plan.totals.moves > 0;
    await terminal.show(runEngineView(result, isCutShort));
    if (isCutShort) return EXIT.partlyApplied;
    if (run && run.state !== "done") return EXIT.partlyApplied;
    if (result.continued.failed > 0) return EXIT.partlyApplied;
    if (!run && call.has("detailedExitcode") && result.plan.totals.moves > 0) return EXIT.changesPresent;
    return EXIT.done;
  },
};
