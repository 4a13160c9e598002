import { EXIT } from "../../../core/errors.ts";
import { LATENCY_CLASSES } from "../../../core/tier.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const compare: CommandSpec = {
  name: "compare",
  group: "Look",
  summary: "Price the same objects and reads at the other providers.",
  details:
    "The best class for each object, the month's total, what it costs once to get there, and when that is paid back. Prices marked uncertain count as unknown unless --allow-uncertain is given.",
  options: [
    {
      flags: "--max-latency <latency>",
      summary: "Longest wait for the first byte; objects that wait longer already may go on doing so.",
      choices: LATENCY_CLASSES,
      shownDefault: "instant",
    },
  ],
  examples: [["astra compare --bucket data --allow-uncertain", "what the bucket would cost elsewhere"]],
  async run(call) {
    const [{ compareProviders }, { comparisonText }, { priceBooks }] = await Promise.all([
      import("../../../services/compare-providers.ts"),
      import("../output/compare-text.ts"),
      import("../../../config/price-books.ts"),
    ]);
    await using ctx = await call.context();
    const latency = LATENCY_CLASSES.find((known) => known === call.text("maxLatency")) ?? "instant";
    const progress = call.terminal.progress();
    const input = {
      bucket: bucketOf(ctx.config),
      books: [...priceBooks().values()],
      latency,
      progress: progress.report,
    };
    const comparison = await compareProviders({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: true, ...comparison }, text: () => comparisonText(comparison) });
    return EXIT.done;
  },
};
