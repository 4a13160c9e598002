/** A backtest as text: every policy beside the optimum, then where the looked-at one lost. */
import { styleText } from "node:util";
import type { ShownBacktest } from "../backtest-options.ts";
import type { PolicyFigures } from "../../../core/backtest/backtest-report.ts";
import type { RegretShare } from "../../../core/backtest/regret.ts";
import { MICROS_PER_DOLLAR } from "../../../core/units.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { type Column, table } from "./table.ts";
import { visible } from "./visible.ts";

const SHOWN_SHARES = 6;

/** `$12.30` from dollars. */
export function dollars(amount: number): string {
  return formatMoney(amount * MICROS_PER_DOLLAR);
}

/** `1.235`, `57.1`, `11,024`: three significant decimals while they say something. */
export function formatRatio(ratio: number): string {
  if (ratio >= 1000) return formatCount(Math.round(ratio));
  return ratio.toFixed(ratio >= 10 ? 1 : 3);
}

/** `2026-03-01`. */
export function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** The whole answer. */
export function backtestText(shown: ShownBacktest): string {
  return [head(shown), policyTable(shown), regretText(shown), mended(shown)].filter((part) => part !== "").join("\n\n");
}

function head(shown: ShownBacktest): string {
  const { originDay, splitDay, days, chargedObjects } = shown;
  const size = shown.sizeBytes === null ? "" : `, each taken as ${formatBytes(shown.sizeBytes)}`;
  const first = `${styleText("bold", visible(shown.title))}: ${counted(chargedObjects, "object")}${size}`;
  const past = `learned from ${isoDay(originDay)} on, charged from ${isoDay(originDay + splitDay)} to ${isoDay(originDay + days - 1)} (${counted(days - splitDay, "day")})`;
  const classes = `classes ${visible(shown.classes.join(", "))}; prices ${visible(shown.priceBook)}; moved by ${shown.mover}`;
  const unpriced =
    shown.unpricedClasses.length === 0
      ? []
      : [`left out for want of a price: ${visible(shown.unpricedClasses.join(", "))}`];
  return [first, past, classes, ...unpriced].join("\n");
}

const POLICY_COLUMNS: readonly Column[] = [
  { title: "policy" },
  { title: "cost", align: "right" },
  { title: "÷ optimum", align: "right" },
  { title: "95 % interval", align: "right" },
  { title: "last 30 %", align: "right" },
  { title: "a month", align: "right" },
  { title: "days waited", align: "right" },
];

function policyTable({ policies }: ShownBacktest): string {
  return table(POLICY_COLUMNS, policies.map(policyRow));
}

function policyRow(each: PolicyFigures): string[] {
  return [
    each.policy,
    dollars(each.cost),
    formatRatio(each.ratio),
    `${formatRatio(each.low)} – ${formatRatio(each.high)}`,
    each.lateRatio === null ? "–" : formatRatio(each.lateRatio),
    dollars(each.dollarsPerMonth),
    formatCount(each.restoreDays),
  ];
}

const LOSS_COLUMNS: readonly Column[] = ["cost", "optimum", "lost"].map((title) => ({ title, align: "right" }));

function regretText({ regret, regretOf }: ShownBacktest): string {
  if (regretOf === "optimal") return "";
  const worst = regret.worst.map((each) => [visible(each.name), formatBytes(each.sizeBytes), ...lossCells(each)]);
  return [
    styleText("bold", `Where ${regretOf} lost against the optimum`),
    shareTable("size", regret.bySize),
    shareTable("group", regret.byGroup),
    table([{ title: "object" }, { title: "size", align: "right" }, ...LOSS_COLUMNS], worst, "  "),
  ].join("\n\n");
}

function shareTable(title: string, shares: readonly RegretShare[]): string {
  const rows = shares
    .slice(0, SHOWN_SHARES)
    .map((each) => [visible(each.label), formatCount(each.objects)].concat(lossCells(each)));
  return table([{ title }, { title: "objects", align: "right" }, ...LOSS_COLUMNS], rows, "  ");
}

function lossCells({ cost, optimum, regret }: Pick<RegretShare, "cost" | "optimum" | "regret">): readonly string[] {
  return [dollars(cost), dollars(optimum), dollars(regret)];
}

/** What was put right in the history or left out of it, where anything was. */
function mended({ trace }: ShownBacktest): string {
  const parts = [
    [trace.duplicatesMerged, "repeated row"],
    [trace.rowsWithoutReads, "row without reads"],
    [trace.readsBeforeCreation, "row before creation dropped"],
    [trace.readsAfterEnd, "row after the end dropped"],
    [trace.sizeUnknown ?? 0, "object of unknown size left out"],
    [trace.creationUnknown ?? 0, "object of unknown age left out"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} × ${what}`);
  return told.length === 0 ? "" : `Put right in the history: ${told.join(", ")}.`;
}
