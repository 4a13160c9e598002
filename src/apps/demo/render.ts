/** The demo's report for a person at a terminal. */
import { styleText } from "node:util";
import { TIERS, type Tier } from "../../core/tier.ts";
import { MICROS_PER_DOLLAR } from "../../core/units.ts";
import { formatBytes } from "../cli/output/size.ts";
import { bills, lives } from "./render-lives.ts";
import { formatMoney } from "../cli/output/money.ts";
import { tierColour } from "../cli/output/tier-colour.ts";
import type { DemoReport, SpendPoint } from "./report.ts";

const BAR_WIDTH = 44;
const CHART_STEPS = 14;

export function renderDemo(report: DemoReport): string {
  const sections = [
    heading(report),
    tiers(report),
    spend(report),
    lives(report),
    bills(report),
    biggest(report),
    stayed(report),
    examples(report),
    next(report),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function title(text: string): string {
  return styleText("bold", text);
}

function heading(report: DemoReport): string {
  const log = report.log === "kafka" ? "Kafka" : "the embedded log";
  const lines = [
    title(
      `${report.days} days of ${count(report.objects)} objects, with Astra (strategy ${report.strategy}) and without`,
    ),
    `Seed ${report.seed}; bodies travel at 1/${count(report.byteScale)} of their size (--byte-scale), stored and billed at full size.`,
    `${count(report.eventsProduced)} events through ${log}, ${count(report.eventsConsumed)} consumed; ${count(report.transitions)} moves, ${count(report.failed)} failed; ` +
      `readers had to wait for a restore on ${count(report.restoresWaited)} object-days.`,
  ];
  return lines.join("\n");
}

function tiers(report: DemoReport): string {
  const rows = TIERS.map((tier) => {
    const bar = (objects: number): string => blocks(objects, report.objects, 24).padEnd(24);
    const [without, withAstra] = [report.tiersWithout[tier], report.tiers[tier]];
    return `  ${paint(tier, tier.padEnd(8))} ${String(without).padStart(7)}  ${String(withAstra).padStart(7)}  ${paint(tier, bar(withAstra))}`;
  });
  return [title("Objects per tier"), `  ${"".padEnd(8)} ${"without".padStart(7)}  ${"with".padStart(7)}`, ...rows]
    .join("\n")
    .trimEnd();
}

/** Average spend a day, per stretch of days, two bars each. */
function spend(report: DemoReport): string {
  const steps = stretches(report.spend);
  if (steps.length === 0) return "This store keeps no ledger, so there is no bill to show.";
  const most = Math.max(...steps.map((step) => Math.max(step.without, step.withAstra)));
  const rows = steps.flatMap((step) => [
    `  ${step.label.padEnd(12)} without ${styleText("dim", blocks(step.without, most, BAR_WIDTH))} ${formatMoney(step.without)}`,
    `  ${"".padEnd(12)} with    ${styleText("green", blocks(step.withAstra, most, BAR_WIDTH))} ${formatMoney(step.withAstra)}`,
  ]);
  return [title("Spend a day over time, from the ledger"), ...rows].join("\n");
}

interface Stretch {
  readonly label: string;
  readonly withAstra: number;
  readonly without: number;
}

function stretches(points: readonly SpendPoint[]): Stretch[] {
  const length = Math.max(1, Math.ceil(points.length / CHART_STEPS));
  const steps: Stretch[] = [];
  for (let from = 0; from < points.length; from += length) {
    const before = points[from - 1];
    const last = points[Math.min(points.length, from + length) - 1];
    if (!last) break;
    const days = last.day - from + 1;
    steps.push({
      label: `days ${from}–${last.day}`,
      withAstra: (last.withAstraMicros - (before?.withAstraMicros ?? 0)) / days,
      without: (last.withoutMicros - (before?.withoutMicros ?? 0)) / days,
    });
  }
  return steps;
}

function biggest(report: DemoReport): string {
  if (report.biggest.length === 0) return "";
  const rows = report.biggest.map(
    (saving) =>
      `  ${formatMoney(saving.savedMicros).padStart(9)}  ${saving.uri}  ${formatBytes(saving.sizeBytes)}  ${saving.from} → ${saving.to}`,
  );
  return [title("Ten biggest savings, as expected when each was decided"), ...rows].join("\n");
}

/** What the last night's plans left where it was, although another class was proposed. */
function stayed(report: DemoReport): string {
  const reasons = Object.entries(report.refusals).toSorted(([, a], [, b]) => b - a);
  if (reasons.length === 0) return "";
  return `${title("Left in place on the last night")}\n  ${reasons.map(([reason, objects]) => `${count(objects)} ${reason}`).join(", ")}`;
}

function examples(report: DemoReport): string {
  const rows = report.workedExamples.map((example) => {
    const [before, after] = [example.beforeMicrosPerMonth, example.afterMicrosPerMonth];
    return `  ${example.label}, half to Glacier: ${dollars(before)} → ${dollars(after)} a month, ${example.savingPercent} %, ${dollars(example.savingMicrosPerYear)} a year`;
  });
  return [title("By hand, at $0.023 and $0.004 per GB-month, storage alone"), ...rows].join("\n");
}

function next(report: DemoReport): string {
  const state = report.ok
    ? styleText("green", "Everything produced was consumed, and no move failed.")
    : styleText("red", "Not everything went well: see the counts above.");
  return `${state}\nNext: astra sandbox --port 9000 --access-key demo --secret-key demo-secret, or point astra.yaml at a bucket and run astra plan.`;
}

function dollars(micros: number): string {
  return `$${(micros / MICROS_PER_DOLLAR).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function blocks(value: number, most: number, width: number): string {
  return most > 0 ? "█".repeat(Math.round((value / most) * width)) : "";
}

function paint(tier: Tier, text: string): string {
  return styleText(tierColour(tier), text);
}
