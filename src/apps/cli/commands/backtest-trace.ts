import type { CommandSpec } from "../command.ts";
import { BACKTEST_OPTIONS, showBacktest } from "../backtest-options.ts";
import { usageError } from "../parse-options.ts";

export const backtestTraceCommand: CommandSpec = {
  name: "backtest trace",
  group: "Decide and move",
  summary: "Replay a history of reads under every strategy, and set each beside what a clairvoyant would have paid.",
  details:
    "The first half of the days is the past that the policies learn from; the second half is charged. The files are Parquet or CSV; docs/backtest.md describes their columns and the protocol.",
  arguments: [
    { form: "<objects>", summary: "Table of objects: id, first and last day, size, name." },
    { form: "<accesses>", summary: "Table of reads: id, day, reads, bytes." },
  ],
  options: [
    ...BACKTEST_OPTIONS,
    { flags: "--lenient", summary: "Drop and count reads before an object's creation or after its end." },
  ],
  examples: [
    ["astra backtest trace objects.parquet accesses.parquet", "what each policy would have cost"],
    [
      "astra backtest trace objects.csv accesses.csv --setting all --html report.html",
      "archives allowed, and a report to look at",
    ],
  ],
  async run(call) {
    const [objects, accesses] = call.arguments;
    if (objects === undefined || accesses === undefined)
      throw usageError("two tables are needed: objects and accesses");
    const [{ readTrace }, { openTraceFiles }] = await Promise.all([
      import("../../../services/read-trace.ts"),
      import("../../wiring.ts"),
    ]);
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const input = {
      files: await openTraceFiles(),
      objects,
      accesses,
      isLenient: call.has("lenient"),
      progress: progress.report,
    };
    const built = await readTrace({ ctx, input }).finally(() => progress.clear());
    return showBacktest(call, ctx, { ...built, title: objects });
  },
};
