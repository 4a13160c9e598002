import { EXIT } from "../../../core/errors.ts";
import { priceLines } from "../../../core/pricing/price-lines.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const pricesImport: CommandSpec = {
  name: "prices import",
  group: "Look",
  summary: "Make a price book from a provider's own price list.",
  details:
    "Takes the AWS Price List bulk JSON of AmazonS3, or the JSON of the Azure Retail Prices API, that you have downloaded. The rules (minimum days, sizes, ways between classes) come with Astra. A price that the list does not have is unknown in the book, and listed.",
  arguments: [{ form: "<file>", summary: "The downloaded list." }],
  options: [
    { flags: "--out <book>", summary: "File to write the book to.", isRequired: true },
    { flags: "--region <name>", summary: "Region to take, where the list has several." },
  ],
  examples: [
    ["astra prices import index.json --out prices.json", "a book to use with --prices prices.json"],
    ["astra prices import azure.json --region westeurope --out prices.json", "one region of several"],
  ],
  usesConfig: false,
  async run(call) {
    const file = firstArgument(call, "file");
    const [{ readPriceList }, { writeNewFile }, { visible }] = await Promise.all([
      import("../../../config/price-lists.ts"),
      import("../files.ts"),
      import("../output/visible.ts"),
    ]);
    const { book, missing, notes } = readPriceList(file, call.text("region"));
    const out = call.text("out") ?? "";
    await writeNewFile(out, textOf(`${JSON.stringify(book, null, 2)}\n`));
    const found = priceLines(book).filter(({ price }) => price).length;
    for (const note of notes) call.terminal.warn(note);
    await call.terminal.show({
      json: { ok: true, file, out, version: book.version, isComplete: missing.length === 0, found, missing, notes },
      text: () =>
        [
          `${visible(book.version)} written to ${visible(out)}: ${counted(found, "price")}.`,
          ...(missing.length > 0 ? [`Not in the list, so unknown in the book: ${missing.join(", ")}`] : []),
        ].join("\n"),
    });
    return EXIT.done;
  },
};

async function* textOf(text: string): AsyncGenerator<string> {
  yield text;
}
