import { EXIT } from "../../../core/errors.ts";
import { priceLines } from "../../../core/pricing/price-lines.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const pricesCheck: CommandSpec = {
  name: "prices check",
  group: "Look",
  summary: "Check a price book or a file that changes one; every fault with its line.",
  arguments: [{ form: "<file>", summary: "A whole book, or a file with `base`, discounts and single prices." }],
  examples: [["astra prices check prices.json", "what is wrong in it, or what it holds"]],
  usesConfig: false,
  async run(call) {
    const file = firstArgument(call, "file");
    const [{ readPriceBook }, { visible }] = await Promise.all([
      import("../../../config/price-books.ts"),
      import("../output/visible.ts"),
    ]);
    const book = readPriceBook(file);
    const lines = priceLines(book);
    const paths = (isMeant: (line: (typeof lines)[number]) => boolean): string[] =>
      lines.filter(isMeant).map(({ path }) => path);
    const uncertain = paths(({ price }) => price?.confidence === "uncertain");
    const unknown = paths(({ price }) => !price);
    const { version, provider, region, asOf } = book;
    await call.terminal.show({
      json: { ok: true, file, version, provider, region, asOf, prices: lines.length, uncertain, unknown },
      text: () =>
        [
          `${visible(file)} is a price book: ${visible(version)}, ${provider} ${visible(region)}, as of ${asOf}.`,
          `${counted(lines.length - unknown.length, "price")} known.`,
          ...(uncertain.length > 0 ? [`Uncertain: ${uncertain.join(", ")}`] : []),
          ...(unknown.length > 0 ? [`Unknown: ${unknown.join(", ")}`] : []),
        ].join("\n"),
    });
    return EXIT.done;
  },
};
