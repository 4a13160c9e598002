/** A forecast, and earlier ones beside what came true, as text. */
import { styleText } from "node:util";
import type { ForecastCheck } from "../../../core/forecast/forecast-check.ts";
import type { Band, Forecast, ForecastMonth, WithAndWithout } from "../../../core/forecast/forecast.ts";
import { formatDay } from "./date.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { sparkline } from "./symbols.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const RIGHT = { align: "right" as const };

export function forecastText(forecast: Forecast): string {
  const { months, totals, bucket } = forecast;
  const line = (title: string, values: readonly number[], band: Band): string =>
    `  ${title.padEnd(14)} [${sparkline(values)}]  ${formatMoney(band.expectedMicros)} in all (${range(band)})`;
  return [
    styleText("bold", `s3://${visible(bucket)}: spend of the next ${counted(months.length, "month")}`),
    [
      line(
        "without Astra",
        months.map((each) => each.without.expectedMicros),
        totals.without,
      ),
      line(
        "with Astra",
        months.map((each) => each.with.expectedMicros),
        totals.with,
      ),
      `  ${"saving".padEnd(14)} ${styleText("bold", formatMoney(totals.saving.expectedMicros))} (${range(totals.saving)}), after fees of ${formatMoney(totals.feesMicros)}`,
    ].join("\n"),
    monthTable([forecast.restOfMonth, ...months]),
    groupTable("class", months, ({ classes }) => classes),
    groupTable("policy", months, ({ policies }) => policies),
    basisText(forecast),
  ].join("\n\n");
}

function range(band: Band): string {
  return `${formatMoney(band.lowMicros)} to ${formatMoney(band.highMicros)}`;
}

function monthTable(months: readonly ForecastMonth[]): string {
  const columns = [
    { title: "month" },
    { title: "without", ...RIGHT },
    { title: "interval", ...RIGHT },
    { title: "with", ...RIGHT },
    { title: "interval", ...RIGHT },
    { title: "of it fees", ...RIGHT },
  ];
  const rows = months.map((each) => [
    each.share < 1 ? `${each.month} (rest)` : each.month,
    formatMoney(each.without.expectedMicros),
    range(each.without),
    formatMoney(each.with.expectedMicros),
    range(each.with),
    formatMoney(each.feesMicros),
  ]);
  return table(columns, rows);
}

function groupTable(
  title: string,
  months: readonly ForecastMonth[],
  groups: (month: ForecastMonth) => Readonly<Record<string, WithAndWithout>>,
): string {
  const sums = new Map<string, WithAndWithout>();
  for (const month of months) {
    for (const [name, { withoutMicros, withMicros }] of Object.entries(groups(month))) {
      const sum = sums.get(name) ?? { withoutMicros: 0, withMicros: 0 };
      sums.set(name, {
        withoutMicros: sum.withoutMicros + withoutMicros,
        withMicros: sum.withMicros + withMicros,
      });
    }
  }
  const rows = [...sums]
    .toSorted(([, a], [, b]) => b.withMicros - a.withMicros)
    .map(([name, sum]) => [visible(name), formatMoney(sum.withoutMicros), formatMoney(sum.withMicros)]);
  return table([{ title: `by ${title}` }, { title: "without", ...RIGHT }, { title: "with", ...RIGHT }], rows);
}

/** Under four weeks, draws of weeks have little to draw from. */
const SHORT_HISTORY_DAYS = 28;

function basisText({ basis, interval, resamples, seed, strategy, priceBook }: Forecast): string {
  const lines = [
    `From ${counted(basis.objects, "object")}, ${formatBytes(basis.bytes)}, in ${counted(basis.cohorts, "cohort")}; strategy ${strategy}, prices ${priceBook}.`,
    `The last ${counted(Math.round(basis.historyDays), "day")}: ${formatCount(Math.round(basis.createdObjectsPerMonth))} objects and ${formatBytes(basis.createdBytesPerMonth)} created a month, ${percent(basis.deletedPerMonth)} of the bytes deleted; old objects keep ${percent(basis.quietDecayPerMonth)} of their reads from month to month.`,
    `Intervals: ${percent(interval)}, ${formatCount(resamples)} draws, seed ${seed}.`,
  ];
  if (basis.historyDays < SHORT_HISTORY_DAYS)
    lines.push("So short a history says little about how weeks differ: the true interval is wider.");
  if (basis.unpricedObjects > 0)
    lines.push(`${counted(basis.unpricedObjects, "object")} left out: a price they need is unknown.`);
  return lines.join("\n");
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

export function forecastChecksText(checks: readonly ForecastCheck[]): string {
  if (checks.length === 0) return "No month that is over has been forecast. Next: astra forecast";
  const columns = [
    { title: "month" },
    { title: "forecast of" },
    { title: "expected", ...RIGHT },
    { title: "interval", ...RIGHT },
    { title: "came true", ...RIGHT },
    { title: "" },
    { title: "" },
  ];
  const rows = checks.map((check) => [
    check.month,
    formatDay(check.forecastMs),
    formatMoney(check.expected.expectedMicros),
    range(check.expected),
    formatMoney(check.actualMicros),
    check.source,
    check.drift === "inside" ? check.words : styleText("yellow", check.words),
  ]);
  return table(columns, rows);
}
