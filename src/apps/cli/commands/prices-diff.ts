import { EXIT } from "../../../core/errors.ts";
import { priceDifferences } from "../../../core/pricing/price-diff.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const pricesDiff: CommandSpec = {
  name: "prices diff",
  group: "Look",
  summary: "Show in which prices two books differ.",
  arguments: [
    { form: "<a>", summary: "A built-in book's name, or a file." },
    { form: "<b>", summary: "The book to set beside it." },
  ],
  examples: [["astra prices diff aws-us-east-1 gcs-us-east1", "what differs between the two books"]],
  usesConfig: false,
  async run(call) {
    const [{ readPriceBook }, { priceDiffText }, { visible }] = await Promise.all([
      import("../../../config/price-books.ts"),
      import("../output/prices-diff-text.ts"),
      import("../output/visible.ts"),
    ]);
    const a = readPriceBook(firstArgument(call, "book"));
    const b = readPriceBook(call.arguments[1] ?? "");
    const differences = priceDifferences(a, b);
    await call.terminal.show({
      json: { ok: true, a: a.version, b: b.version, differences },
      text: () => priceDiffText([visible(a.version), visible(b.version)], differences),
    });
    return EXIT.done;
  },
};
