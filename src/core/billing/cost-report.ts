/**
 * Rows of an AWS Cost and Usage Report, whatever file they came from: legacy (`lineItem/UsageType`) and CUR 2.0
 * (`line_item_usage_type`) columns. Columns and their meaning: AWS Data Exports user guide, "Line item columns".
 * Money is whole 10^-12 dollars, because a report has ten decimals and its total must come out exactly.
 */
import { AstraError } from "../errors.ts";

/** Decimals kept of a dollar. */
const PICO_DECIMALS = 12;
/** One micro-dollar in the unit of every `…Picos` field. */
export const PICOS_PER_MICRO = 1_000_000n;

/** The only currency that price books know. */
const CURRENCY = "USD";

export interface BillingRow {
  /** `cur.csv:17`. */
  readonly place: string;
  /** `AmazonS3`. */
  readonly service: string;
  /** `Usage`, `Tax`, `Credit`, `Refund`, `EdpDiscount` … */
  readonly lineItemType: string;
  /** `USE1-TimedStorage-ByteHrs`. */
  readonly usageType: string;
  readonly operation: string;
  /** The bucket's name; empty where the row belongs to none. */
  readonly bucket: string;
  /** In the report's own unit: GB-months, requests, GB. 0 where the row says nothing. */
  readonly usageAmount: number;
  /** Cost before blending, 10^-12 dollars; negative on credits and refunds. */
  readonly costPicos: bigint;
  /** Begin of the usage, epoch ms. */
  readonly startMs: number;
}

/** Columns that a report needs, in the words of CUR 2.0. */
export const REPORT_COLUMNS = [
  "line_item_product_code",
  "line_item_line_item_type",
  "line_item_usage_type",
  "line_item_operation",
  "line_item_resource_id",
  "line_item_usage_amount",
  "line_item_unblended_cost",
  "line_item_currency_code",
  "line_item_usage_start_date",
] as const;
type ReportColumn = (typeof REPORT_COLUMNS)[number];

/** `lineItem/UsageType` → `line_item_usage_type`. */
export function columnName(written: string): string {
  return written
    .trim()
    .replaceAll("/", "_")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The name a column has in a legacy report: `lineItem/UsageType`. */
function legacyName(column: ReportColumn): string {
  const words = column.slice("line_item_".length).split("_");
  return `lineItem/${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
}

/** Where each needed column stands in a header. @throws AstraError ASTRA_REPORT_INVALID naming what is missing. */
export function reportColumns(header: readonly string[], where: string): Readonly<Record<ReportColumn, number>> {
  const places = new Map(header.map((name, index) => [columnName(name), index]));
  const missing = REPORT_COLUMNS.filter((column) => !places.has(column));
  if (missing.length === REPORT_COLUMNS.length) {
    throw new AstraError("ASTRA_REPORT_INVALID", "this is no Cost and Usage Report: it has none of its columns", {
      where,
    });
  }
  if (missing.length > 0) {
    const names = missing.map((column) => `${column} (${legacyName(column)})`).join(", ");
    throw new AstraError("ASTRA_REPORT_INVALID", `the report lacks ${names}`, {
      where,
      fix: missing.includes("line_item_resource_id")
        ? "Make the report with resource ids (in its definition: RESOURCES, or INCLUDE_RESOURCES), so that buckets can be told apart."
        : "Add the named columns to the export.",
    });
  }
  const at = (column: ReportColumn): number => places.get(column) ?? -1;
  return {
    line_item_product_code: at("line_item_product_code"),
    line_item_line_item_type: at("line_item_line_item_type"),
    line_item_usage_type: at("line_item_usage_type"),
    line_item_operation: at("line_item_operation"),
    line_item_resource_id: at("line_item_resource_id"),
    line_item_usage_amount: at("line_item_usage_amount"),
    line_item_unblended_cost: at("line_item_unblended_cost"),
    line_item_currency_code: at("line_item_currency_code"),
    line_item_usage_start_date: at("line_item_usage_start_date"),
  };
}

/** A cell as a file gives it: text, or what a typed column holds. */
export type ReportCell = string | number | bigint | boolean | Date | null | undefined;

/**
 * One row.
 * @param cell the cell of a column.
 * @throws AstraError ASTRA_REPORT_INVALID naming the row and the column.
 */
export function billingRow(cell: (column: ReportColumn) => ReportCell, place: string): BillingRow {
  const currency = textOf(cell("line_item_currency_code"));
  if (currency !== CURRENCY) {
    throw new AstraError("ASTRA_REPORT_INVALID", `the row is in ${currency || "no currency"}, not in ${CURRENCY}`, {
      where: place,
      fix: `Astra's price books are in ${CURRENCY}; give a report in ${CURRENCY}.`,
    });
  }
  const cost = cell("line_item_unblended_cost");
  const costPicos = parsePicodollars(textOf(cost));
  if (costPicos === null) throw broken("line_item_unblended_cost", cost, "an amount of dollars", place);
  const amount = textOf(cell("line_item_usage_amount"));
  const usageAmount = amount === "" ? 0 : Number(amount);
  if (!Number.isFinite(usageAmount)) throw broken("line_item_usage_amount", amount, "a number", place);
  const start = cell("line_item_usage_start_date");
  const startMs = instantOf(start);
  if (startMs === null)
    throw broken("line_item_usage_start_date", start, "an instant such as 2026-09-01T00:00:00Z", place);
  return {
    place,
    service: textOf(cell("line_item_product_code")),
    lineItemType: textOf(cell("line_item_line_item_type")),
    usageType: textOf(cell("line_item_usage_type")),
    operation: textOf(cell("line_item_operation")),
    bucket: bucketName(textOf(cell("line_item_resource_id"))),
    usageAmount,
    costPicos,
    startMs,
  };
}

function broken(column: ReportColumn, value: ReportCell, wanted: string, where: string): AstraError {
  const shown = textOf(value);
  const text = `${column}: ${shown === "" ? "the cell is empty" : JSON.stringify(shown)} where ${wanted} is needed`;
  return new AstraError("ASTRA_REPORT_INVALID", text, {
    where,
    fix: "Download the report again; nothing of it was used.",
  });
}

function textOf(value: ReportCell): string {
  if (value === null || value === undefined) return "";
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Rows of S3 name a bucket plainly, or by its ARN. */
function bucketName(resource: string): string {
  return resource.replace(/^arn:[a-z-]+:s3:[^:]*:[^:]*:/, "").replace(/\/.*$/s, "");
}

/** Without a zone it is UTC, as all times of a report. */
function instantOf(value: ReportCell): number | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.getTime();
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?)?$/.exec(
    textOf(value),
  );
  if (!match) return null;
  const zone = match[3] === undefined || match[3] === "UTC" ? "Z" : match[3];
  const time = (match[2] ?? "00:00").replace(/(\.\d{3})\d+$/, "$1");
  const ms = Date.parse(`${match[1]}T${time}${zone}`);
  return Number.isNaN(ms) ? null : ms;
}

/** No report has more, and beyond it a sum would no longer be a number. */
const MOST_PICOS = 10n ** 27n;
const MOST_DIGITS = 60;

/**
 * Dollars as written (`0.0000004000`, `-1.5E-7`) in whole 10^-12 dollars, rounded half away from zero beyond that.
 * @returns `null` where the text is no decimal number, or one of more than 10^15 dollars.
 */
export function parsePicodollars(text: string): bigint | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (!match || whole + fraction === "" || whole.length + fraction.length > MOST_DIGITS) return null;
  const shift = Number(match[4] ?? "0") + PICO_DECIMALS - fraction.length;
  const digits = BigInt(whole + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : rounded(digits, 10n ** BigInt(-shift));
  if (size > MOST_PICOS) return null;
  return match[1] === "-" ? -size : size;
}

function rounded(digits: bigint, divisor: bigint): bigint {
  return (digits * 2n + divisor) / (divisor * 2n);
}

/** As micro-dollars, with the fraction that a double holds. */
export function microsOfPicos(picos: bigint): number {
  const whole = picos / PICOS_PER_MICRO;
  return Number(whole) + Number(picos - whole * PICOS_PER_MICRO) / Number(PICOS_PER_MICRO);
}

/** Whole micro-dollars, as the ledger gives them, in 10^-12 dollars. */
export function picosOfMicros(micros: number): bigint {
  return BigInt(Math.round(micros)) * PICOS_PER_MICRO;
}
