/** Providers side by side, as text. */
import { styleText } from "node:util";
import type { ProviderFigures } from "../../../core/billing/compare.ts";
import type { ComparedProvider, Comparison } from "../../../services/compare-providers.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const RIGHT = { align: "right" as const };

export function comparisonText(comparison: Comparison): string {
  const { bucket, objects, bytes, home, others, nowMicrosPerMonth, latency } = comparison;
  const now = ["as it is now", money(nowMicrosPerMonth), "", "", "", "", ""];
  const best = [`${home.provider}, best classes`, ...costCells(home), "", classesText(home)];
  const rows = [now, best, ...others.map((other) => otherRow(other))];
  const columns = [
    { title: "" },
    { title: "a month", ...RIGHT },
    { title: "once", ...RIGHT },
    { title: "of it egress", ...RIGHT },
    { title: "of it writes", ...RIGHT },
    { title: "paid back after", ...RIGHT },
    { title: "classes" },
  ];
  return [
    styleText(
      "bold",
      `s3://${visible(bucket)}: ${counted(objects, "object")}, ${formatBytes(bytes)}; first byte: ${latency}`,
    ),
    table(columns, rows),
    ...others.map((other) => notes(other, comparison.uncertainAllowed)).filter((note) => note !== ""),
    "Once: reading the objects out, sending them, writing them, minimum durations left. Paid back: against the best classes here / as it is now.",
  ].join("\n\n");
}

function otherRow(other: ComparedProvider): string[] {
  const mark = other.uncertain.length > 0 ? " ?" : "";
  const back = `${months(other.breakEvenMonthsFromBest, other)} / ${months(other.breakEvenMonths, other)}`;
  return [`${other.provider}${mark}`, ...costCells(other), back, classesText(other)];
}

function costCells({ monthlyMicros, once }: ProviderFigures): string[] {
  return [
    money(monthlyMicros),
    money(once?.totalMicros ?? null),
    once ? formatMoney(once.egressMicros) : "",
    once ? formatMoney(once.writeMicros) : "",
  ];
}

function money(micros: number | null): string {
  return micros === null ? "unknown" : formatMoney(micros);
}

function months(count: number | null, { once, monthlyMicros }: ProviderFigures): string {
  if (once === null || monthlyMicros === null) return "unknown";
  return count === null ? "never" : counted(Math.ceil(count), "month");
}

function classesText({ classes, unknownObjects }: ProviderFigures): string {
  const shown = Object.entries(classes).map(([name, { bytes }]) => `${name} ${formatBytes(bytes)}`);
  if (unknownObjects > 0) shown.push(`${counted(unknownObjects, "object")} unknown`);
  return shown.join(", ");
}

/** Uncertain prices by name. */
function notes({ provider, uncertain }: ComparedProvider, isAllowed: boolean): string {
  if (uncertain.length === 0) return "";
  const what = isAllowed
    ? "reckoned with prices that are uncertain"
    : "uncertain prices taken as unknown (--allow-uncertain reckons with them)";
  return `? ${provider}: ${what}: ${uncertain.join(", ")}`;
}
