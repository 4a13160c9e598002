import { EXIT } from "../../../core/errors.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const leftovers: CommandSpec = {
  name: "leftovers",
  group: "Look",
  summary: "Show uploads that were never ended and versions that are not current, and what they cost.",
  details: "Nothing is touched: a lifecycle rule of the bucket, or its owner, removes them.",
  options: [{ flags: "--prefix <prefix>", summary: "Only keys that begin so." }],
  examples: [
    ["astra leftovers --bucket data", "how many, how much, since when, and what they cost a month"],
    ["astra leftovers --bucket data --prefix logs/ --json", "of one prefix, on one line"],
  ],
  async run(call) {
    const [{ reportLeftovers }, { leftoversText }] = await Promise.all([
      import("../../../services/report-leftovers.ts"),
      import("../output/leftovers-text.ts"),
    ]);
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const prefix = call.text("prefix");
    const input = { bucket: bucketOf(ctx.config), progress: progress.report, ...(prefix !== undefined && { prefix }) };
    const result = await reportLeftovers({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: true, ...result }, text: () => leftoversText(result) });
    return EXIT.done;
  },
};
