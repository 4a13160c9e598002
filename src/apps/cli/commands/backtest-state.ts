import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { BACKTEST_OPTIONS, showBacktest } from "../backtest-options.ts";

export const backtestState: CommandSpec = {
  name: "backtest state",
  group: "Decide and move",
  summary: "Replay what the state remembers of a bucket's reads under every strategy.",
  details:
    "The state keeps exact days for `engine.window_days`; the first half of them is the past that the policies learn from, the second half is charged.",
  options: BACKTEST_OPTIONS,
  examples: [["astra backtest state --bucket data", "what each policy would have cost on the days the state knows"]],
  async run(call) {
    const { traceOfState } = await import("../../../services/trace-of-state.ts");
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const bucket = bucketOf(ctx.config);
    const built = await traceOfState({ ctx, input: { bucket, progress: progress.report } }).finally(() =>
      progress.clear(),
    );
    return showBacktest(call, ctx, { ...built, title: `s3://${bucket}` });
  },
};
