/** Two price books side by side, as text. */
import type { PriceDifference } from "../../../core/pricing/price-diff.ts";
import { formatAmount } from "./prices-text.ts";
import { table } from "./table.ts";

export function priceDiffText(names: readonly [string, string], differences: readonly PriceDifference[]): string {
  if (differences.length === 0) return `${names[0]} and ${names[1]} have the same prices.`;
  const right = "right" as const;
  const columns = [
    { title: "price" },
    { title: names[0], align: right },
    { title: names[1], align: right },
    { title: "change", align: right },
    { title: "per" },
  ];
  const rows = differences.map(({ path, unit, before, after, percent }) => [
    path,
    amountText(before),
    amountText(after),
    percent === null ? "" : `${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`,
    unit,
  ]);
  return table(columns, rows);
}

function amountText(amount: number | null | undefined): string {
  if (amount === undefined) return "-";
  return amount === null ? "unknown" : formatAmount(amount);
}
