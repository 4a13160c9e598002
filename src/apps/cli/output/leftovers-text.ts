/** Leftovers of a bucket as text. */
import type { LeftoverSum, ReportLeftoversResult } from "../../../services/report-leftovers.ts";
import { formatDay } from "./date.ts";
import { formatMoney } from "./money.ts";
import { formatBytes, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const UNKNOWN = "unknown";

export function leftoversText({ bucket, priceBook, uploads, noncurrent }: ReportLeftoversResult): string {
  if (uploads.count + noncurrent.count === 0) return `No leftovers in s3://${bucket}.`;
  const right = "right" as const;
  const columns = [
    { title: `s3://${bucket}` },
    { title: "class" },
    { title: "count", align: right },
    { title: "bytes", align: right },
    { title: "a month", align: right },
    { title: "oldest of" },
  ];
  const rows = [...sumRows("uploads not ended", uploads), ...sumRows("noncurrent versions", noncurrent)];
  const notes = [`Prices: ${visible(priceBook)}. Nothing was touched.`];
  if (uploads.count > 0 && uploads.bytes === null) notes.push("The store does not tell the size of uploads not ended.");
  return [table(columns, rows), ...notes].join("\n\n");
}

function sumRows(title: string, { classes }: LeftoverSum): string[][] {
  return classes.map(({ storageClass, count, bytes, microsPerMonth, oldestMs }) => [
    title,
    visible(storageClass),
    formatCount(count),
    bytes === null ? UNKNOWN : formatBytes(bytes),
    microsPerMonth === null ? UNKNOWN : formatMoney(microsPerMonth),
    formatDay(oldestMs),
  ]);
}
