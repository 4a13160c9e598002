/** The lives of the demo beside each other, for a person at a terminal. */
import { styleText } from "node:util";
import { type Column, table } from "../cli/output/table.ts";
import { formatMoney } from "../cli/output/money.ts";
import type { DemoReport, LifeSummary } from "./report.ts";

const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "bill", align: "right" },
  { title: "of without", align: "right" },
  { title: "moves", align: "right" },
  { title: "waits", align: "right" },
  { title: "days cheapest", align: "right" },
];

/** One row a life, and which of them wins. */
export function lives(report: DemoReport): string {
  if (report.lives.some((life) => life.billMicros === null)) {
    return "S3 Lifecycle and Intelligent-Tiering are left out: without a ledger there is no bill to compare.";
  }
  const rows = report.lives.map((life) => [
    life.name === "astra" ? `${life.label} (${report.strategy})` : life.label,
    formatMoney(life.billMicros ?? 0),
    life.percentOfWithout === null ? "" : `${life.percentOfWithout.toFixed(1)} %`,
    count(life.transitions),
    count(life.restoresWaited),
    count(life.daysCheapest),
  ]);
  return [
    styleText("bold", "The same workload, each kept in a life of its own"),
    table(COLUMNS, rows, "  "),
    "  waits: object-days on which readers had to wait for a restore",
    ...winners(report),
  ].join("\n");
}

function winners({ lives: all, cheapest, cheapestWithoutWaiting }: DemoReport): string[] {
  const [first, patient] = [cheapest, cheapestWithoutWaiting].map((name) => all.find((life) => life.name === name));
  const astra = all.find((life) => life.name === "astra");
  if (!first || !astra) return [];
  const lines = [`  ${coloured(first, `Cheapest: ${first.label}${behind(astra, first)}.`)}`];
  if (patient && patient !== first)
    lines.push(`  ${coloured(patient, `Cheapest where no reader waits: ${patient.label}${behind(astra, patient)}.`)}`);
  return lines;
}

function coloured(winner: LifeSummary, text: string): string {
  return styleText(winner.name === "astra" ? "green" : "yellow", text);
}

/** How far Astra is from a winner that is another. */
function behind(astra: LifeSummary, winner: LifeSummary): string {
  if (winner.name === "astra" || !winner.billMicros || astra.billMicros === null) return "";
  const percent = Math.round((astra.billMicros / winner.billMicros - 1) * 100);
  return percent >= 0 ? `; Astra's bill is ${percent} % above it` : `; Astra's bill is ${-percent} % below it`;
}

const SHORT: Readonly<Record<LifeSummary["name"], string>> = {
  without: "without",
  lifecycle: "lifecycle",
  "intelligent-tiering": "int.-tiering",
  astra: "Astra",
};

/** Every line of the bills; `--json` has them too. */
export function bills(report: DemoReport): string {
  if (report.lives.some((life) => life.billMicros === null)) return "";
  const names = [...new Set(report.lives.flatMap((life) => Object.keys(life.lines)))].toSorted();
  const columns: Column[] = [
    { title: "" },
    ...report.lives.map((life) => ({ title: SHORT[life.name], align: "right" as const })),
  ];
  const rows = names.map((name) => [name].concat(report.lives.map((life) => money(life.lines[name]))));
  return [
    styleText("bold", "The bills, line by line"),
    table(columns, [...rows, ["total", ...report.lives.map((life) => money(life.billMicros ?? undefined))]], "  "),
    verdict(report),
  ].join("\n");
}

function money(micros: number | undefined): string {
  return micros === undefined ? "" : formatMoney(micros);
}

function verdict({ bill }: DemoReport): string {
  if (bill.withAstraMicros === null || bill.withoutMicros === null) return "";
  const saved = bill.withoutMicros - bill.withAstraMicros;
  const share = bill.withoutMicros > 0 ? Math.round((saved / bill.withoutMicros) * 100) : 0;
  const text =
    saved >= 0 ? `Astra saved ${formatMoney(saved)}, ${share} %.` : `Astra cost ${formatMoney(-saved)} more.`;
  return `  ${styleText(saved >= 0 ? "green" : "red", text)}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
