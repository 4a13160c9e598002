/** Every class of an explanation with its expected bill, line by line. */
import { styleText } from "node:util";
import type { ClassOption, Explanation } from "../../../services/explain-object.ts";
import { formatMoney } from "./money.ts";
import { symbols } from "./symbols.ts";
import { type Column, table } from "./table.ts";
import { tierColour } from "./tier-colour.ts";
import { visible } from "./visible.ts";

function right(title: string): Column {
  return { title, align: "right" };
}

/** A table with a line a class; what is not open to the object says why. */
export function classesText({ classes, priceBook, prediction }: Explanation): string {
  const [arrow, isPredicted] = [symbols().arrow, prediction !== null];
  const rows = classes.map((option) => [
    mark(option, arrow),
    styleText(tierColour(option.tier), visible(option.storageClass)),
    option.latency,
    ...billCells(option),
    option.isCurrent ? "" : money(option.sums?.fee.totalMicros),
    option.sums ? formatMoney(option.sums.savingMicrosPerMonth) : "",
    ...(isPredicted ? [option.expectedMicros === null ? "" : formatMoney(option.expectedMicros)] : []),
    exclusionText(option),
  ]);
  const columns = [
    { title: "" },
    { title: "class" },
    { title: "first byte" },
    ...["storage", "monitoring", "requests", "retrieval", "a month", "fee to move", "saves/month"].map(right),
    ...(prediction === null ? [] : [right(`in ${Math.round(prediction.horizonDays)} days`)]),
    { title: "" },
  ];
  const legend = `Expected bill a month at the object's own read rate (${arrow} chosen, = chosen and present, * present):`;
  return `${legend}\n${table(columns, rows, "  ")}\n  Prices: ${visible(priceBook)}.`;
}

function billCells({ bill }: ClassOption): readonly string[] {
  if (!bill) return ["", "", "", "", "unknown"];
  const { storageMicros, monitoringMicros, requestsMicros, retrievalMicros, totalMicros } = bill;
  return [storageMicros, monitoringMicros, requestsMicros, retrievalMicros, totalMicros].map(formatMoney);
}

function money(micros: number | undefined): string {
  return micros === undefined ? "unknown" : formatMoney(micros);
}

function mark({ isCurrent, isChosen }: ClassOption, arrow: string): string {
  if (isChosen) return isCurrent ? "=" : arrow;
  return isCurrent ? "*" : "";
}

function exclusionText({ exclusion, latency }: ClassOption): string {
  if (!exclusion) return "";
  switch (exclusion.by) {
    case "policy":
      return `not allowed by ${exclusion.rule === null ? "the rules together" : `rule "${visible(exclusion.rule)}"`}`;
    case "latency":
      return `waits ${latency}; only with a rule's max_latency`;
    case "not_named":
      return "only where a rule or engine.classes names it";
  }
}
