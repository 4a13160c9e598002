/** Billed beside modelled, as text. */
import { styleText } from "node:util";
import type { ReconciledBucket, ReconciledLine, ReconciledSums } from "../../../core/billing/reconcile.ts";
import type { ActualReport, ModelNote } from "../../../services/report-actual.ts";
import { forecastChecksText } from "./forecast-text.ts";
import { formatMoney } from "./money.ts";
import { counted, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

export function actualReportText(report: ActualReport): string {
  const sections = [
    styleText("bold", `${report.month}, billed beside modelled (prices: ${visible(report.priceBook)})`),
    ...report.buckets.filter(({ isModelled }) => isModelled).map((bucket) => bucketText(bucket, report.models)),
    othersText(report.buckets.filter(({ isModelled }) => !isModelled)),
    totalsText(report),
    ...report.forecasts.map(
      ({ bucket, ...check }) => `Forecast of s3://${visible(bucket)}\n${forecastChecksText([check])}`,
    ),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

const RIGHT = { align: "right" as const };
const COLUMNS = [
  { title: "line" },
  { title: "billed", ...RIGHT },
  { title: "modelled", ...RIGHT },
  { title: "difference", ...RIGHT },
  { title: "" },
];

function bucketText(bucket: ReconciledBucket, models: readonly ModelNote[]): string {
  const title = bucketTitle(bucket.bucket);
  const model = models.find((each) => each.bucket === bucket.bucket);
  const objects = model ? `, ${counted(model.objects, "object")} modelled` : "";
  const rows = [...bucket.lines.map(lineRow), ...sumRows(bucket)];
  const notes = (model?.notes ?? []).map((note) => `  note: ${visible(note)}`);
  return [`${styleText("bold", title)}${objects}`, table(COLUMNS, rows, "  "), ...notes].join("\n");
}

/** Buckets without a model: a line each, since all their lines would say the same. */
function othersText(buckets: readonly ReconciledBucket[]): string {
  if (buckets.length === 0) return "";
  const rows = buckets.map(({ bucket, billedMicros, adjustmentMicros }) => [
    bucketTitle(bucket),
    formatMoney(billedMicros),
    adjustmentMicros === 0 ? "" : `of it ${formatMoney(adjustmentMicros)} adjustments`,
  ]);
  const columns = [{ title: "not modelled" }, { title: "billed", ...RIGHT }, { title: "" }];
  return table(columns, rows, "  ");
}

function bucketTitle(bucket: string): string {
  return bucket === "" ? "(no bucket)" : `s3://${visible(bucket)}`;
}

function lineRow(line: ReconciledLine): string[] {
  return [
    visible(line.line),
    formatMoney(line.billedMicros),
    line.modelledMicros === null ? "-" : formatMoney(line.modelledMicros),
    formatMoney(line.differenceMicros),
    visible(line.explanation ?? line.hint ?? ""),
  ];
}

/** The sum, and what of it nobody can say: a line of its own, also where it is nothing. */
function sumRows(sums: ReconciledSums): string[][] {
  return [
    [
      "total",
      formatMoney(sums.billedMicros),
      formatMoney(sums.modelledMicros),
      formatMoney(sums.billedMicros - sums.modelledMicros),
      `${formatMoney(sums.outsideMicros)} outside the model, ${formatMoney(sums.adjustmentMicros)} adjustments`,
    ],
    ["unexplained difference", "", "", formatMoney(sums.unexplainedMicros), ""],
  ];
}

function totalsText(report: ActualReport): string {
  const { totals, setAside, rows, billedMicros } = report;
  const aside = setAside.map(
    (each) => `  set aside, ${each.why}: ${formatMoney(each.billedMicros)} (${counted(each.rows, "row")})`,
  );
  return [
    `${styleText("bold", "All")}: ${formatMoney(billedMicros)} in ${formatCount(rows)} rows of ${counted(report.files.length, "file")}`,
    ...aside,
    table(COLUMNS, sumRows(totals), "  "),
  ].join("\n");
}
