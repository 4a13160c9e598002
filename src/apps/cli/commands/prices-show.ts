import { EXIT } from "../../../core/errors.ts";
import { priceLines } from "../../../core/pricing/price-lines.ts";
import type { CommandSpec } from "../command.ts";

export const pricesShow: CommandSpec = {
  name: "prices show",
  group: "Look",
  summary: "Show a price book: every price with its unit, source and how sure it is.",
  details: "Without a book, the one that decisions are made by. Prices are in US dollars.",
  arguments: [{ form: "[book]", summary: "A built-in book's name, or a file." }],
  options: [{ flags: "--all", summary: "Every price on a line of its own, with its path and source." }],
  examples: [
    ["astra prices show", "the prices that decisions are made by"],
    ["astra prices show azure-eastus-lrs --all", "every price of another provider"],
  ],
  async run(call) {
    const [{ PRICE_BOOK_NAMES, builtInPriceBook, readPriceBook }, { bookText }] = await Promise.all([
      import("../../../config/price-books.ts"),
      import("../output/prices-text.ts"),
    ]);
    const config = await call.config();
    const named = call.arguments[0] ?? config.prices;
    const book = named === undefined ? builtInPriceBook() : readPriceBook(named);
    const { version, provider, region, currency, asOf, sources } = book;
    const prices = priceLines(book).map(({ price, ...line }) =>
      Object.assign(line, {
        amount: price?.amount ?? null,
        confidence: price?.confidence ?? null,
        source: price?.source ?? null,
      }),
    );
    await call.terminal.show({
      json: {
        ok: true,
        book: { version, provider, region, currency, asOf, sources },
        allowsUncertain: config.prices_allow_uncertain,
        prices,
        builtIn: PRICE_BOOK_NAMES,
      },
      text: () => bookText(book, PRICE_BOOK_NAMES, { isWhole: call.has("all") }),
    });
    return EXIT.done;
  },
};
