/** A price book as text. */
import type { Price, PriceBook, StorageBand } from "../../../core/pricing/price-book.ts";
import { type PriceLine, type PriceUnit, priceLines } from "../../../core/pricing/price-lines.ts";
import { type Column, table } from "./table.ts";
import { visible } from "./visible.ts";

const RIGHT = "right" as const;

/** `0.023`, `0.00099`; marked where the price is not sure. */
export function formatPrice(price: Price | null): string {
  if (!price) return "unknown";
  return `${formatAmount(price.amount)}${price.confidence === "uncertain" ? "?" : ""}`;
}

export function formatAmount(amount: number): string {
  return amount === 0 ? "0" : Number(amount.toPrecision(6)).toFixed(12).replace(/0+$/, "").replace(/\.$/, "");
}

/** What a book holds, in a table of classes or, with `isWhole`, price by price. */
export function bookText(book: PriceBook, names: readonly string[], options: { readonly isWhole: boolean }): string {
  const title = `${visible(book.version)}: ${book.provider} ${visible(book.region)}, ${book.currency}, as of ${book.asOf}`;
  const parts = [title, options.isWhole ? everyPrice(book) : classes(book), sourcesText(book), legend(book)];
  return [...parts, `Built-in books: ${names.join(", ")}`].filter((part) => part !== "").join("\n\n");
}

function classes(book: PriceBook): string {
  const columns: Column[] = [
    { title: "class" },
    { title: "tier" },
    { title: "first byte" },
    { title: "$/GB-month", align: RIGHT },
    { title: "put/1k", align: RIGHT },
    { title: "get/1k", align: RIGHT },
    { title: "into/1k", align: RIGHT },
    { title: "read/GB", align: RIGHT },
    { title: "least days", align: RIGHT },
  ];
  const rows = Object.entries(book.classes).map(([name, prices]) => [
    prices.managed ? visible(name) : `${visible(name)} (not managed)`,
    prices.tier,
    prices.latency,
    bandsText(prices.storage),
    formatPrice(prices.put),
    formatPrice(prices.get),
    prices.transitionInto ? formatPrice(prices.transitionInto) : "-",
    formatPrice(prices.retrieval),
    String(prices.minimumDays),
  ]);
  const whole = priceLines(book).filter(({ storageClass }) => storageClass === null);
  return [table(columns, rows), pricesTable(insideClasses(book)), pricesTable(whole)]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The dearest band, and from where on it is cheaper. */
function bandsText(bands: readonly StorageBand[]): string {
  const first = bands[0];
  if (!first) return "unknown";
  const last = bands.at(-1);
  return last && last !== first
    ? `${formatPrice(first.price)} to ${formatPrice(last.price)}`
    : formatPrice(first.price);
}

/** Restores, inner tiers and monitoring: what has no column. */
function insideClasses(book: PriceBook): PriceLine[] {
  return priceLines(book).filter(({ path }) => /\.(?:restore|innerTiers|archiveTiers|monitoring)\b/.test(path));
}

function everyPrice(book: PriceBook): string {
  const columns: Column[] = [
    { title: "price" },
    { title: "USD", align: RIGHT },
    { title: "per" },
    { title: "confidence" },
    { title: "source" },
  ];
  const rows = priceLines(book).map((line) => [
    visible(line.path),
    formatPrice(line.price),
    unitText(line),
    line.price?.confidence ?? "",
    visible(line.price?.source ?? ""),
  ]);
  return table(columns, rows);
}

function pricesTable(lines: readonly PriceLine[]): string {
  if (lines.length === 0) return "";
  const columns: Column[] = [{ title: "price" }, { title: "USD", align: RIGHT }, { title: "per" }];
  const rows = lines.map((line) => [visible(line.path), formatPrice(line.price), unitText(line)]);
  return table(columns, rows);
}

const SHORT_UNITS: Readonly<Partial<Record<PriceUnit, string>>> = { "1,000 requests": "1k requests" };

function unitText({ unit, upToGb }: PriceLine): string {
  const edge = upToGb === undefined || upToGb === null ? "" : `, up to ${upToGb} GB`;
  return `${SHORT_UNITS[unit] ?? unit}${edge}`;
}

function sourcesText(book: PriceBook): string {
  const rows = Object.entries(book.sources).map(([key, text]) => [visible(key), visible(text)]);
  return rows.length === 0 ? "" : `Sources\n${table([{ title: "" }, { title: "" }], rows, "  ")}`;
}

function legend(book: PriceBook): string {
  const lines = priceLines(book);
  const uncertain = lines.filter(({ price }) => price?.confidence === "uncertain").length;
  if (uncertain === 0) return "";
  const [are, count] =
    uncertain === 1 ? ["1 price marked ? is", "counts"] : [`${uncertain} prices marked ? are`, "count"];
  return `${are} uncertain and ${count} as unknown, unless --allow-uncertain or prices_allow_uncertain allows them.`;
}
