/** A forecast as a page for people: both curves with their intervals, and the months. */
import type { Band, Forecast } from "../../../core/forecast/forecast.ts";
import { MICROS_PER_DOLLAR } from "../../../core/units.ts";
import { linearScale } from "./chart-scale.ts";
import { formatDay } from "./date.ts";
import { type HtmlColumn, escapeHtml, htmlPage, htmlTable } from "./html-page.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes } from "./size.ts";

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 70;
const BOTTOM = 30;

/** The whole page. */
export function forecastPage(forecast: Forecast): string {
  const { totals, bucket, months, basis } = forecast;
  const title = `Forecast of s3://${bucket}`;
  const saving = `${formatMoney(totals.saving.expectedMicros)} (${formatMoney(totals.saving.lowMicros)} to ${formatMoney(totals.saving.highMicros)})`;
  const body = `<header><p class="soft">Forecast of ${formatDay(forecast.createdMs)}</p><h1>${escapeHtml(`s3://${bucket}`)}</h1>
<p class="soft">${counted(basis.objects, "object")}, ${formatBytes(basis.bytes)} · strategy ${escapeHtml(forecast.strategy)} · prices ${escapeHtml(forecast.priceBook)}</p>
<p class="lead"><strong>Astra is expected to save ${saving}</strong> in ${counted(months.length, "month")}, after fees of ${formatMoney(totals.feesMicros)}.</p></header>
<section><h2>Dollars a month</h2><p class="soft">Shaded: where a month lies with a chance of ${Math.round(forecast.interval * 100)} %.</p>${chart(forecast)}</section>
<section><h2>By month</h2>${monthTable(forecast)}</section>`;
  return htmlPage(title, body);
}

function chart({ months }: Forecast): string {
  const most = Math.max(1e-9, ...months.map((each) => Math.max(each.without.highMicros, each.with.highMicros)));
  const y = linearScale(0, most / MICROS_PER_DOLLAR, HEIGHT - BOTTOM, 12);
  const x = (index: number): number => LEFT + (index * (WIDTH - LEFT - 20)) / Math.max(1, months.length - 1);
  const point = (index: number, micros: number): string =>
    `${x(index).toFixed(1)},${y.at(micros / MICROS_PER_DOLLAR).toFixed(1)}`;
  const curve = (bands: readonly Band[], colour: string, name: string): string => {
    const upper = bands.map((band, index) => point(index, band.highMicros));
    const lower = bands.map((band, index) => point(index, band.lowMicros)).toReversed();
    const line = bands.map((band, index) => point(index, band.expectedMicros)).join(" ");
    return `<polygon points="${[...upper, ...lower].join(" ")}" fill="var(${colour})" opacity="0.15"/><polyline points="${line}" fill="none" stroke="var(${colour})" stroke-width="2"><title>${name}</title></polyline>`;
  };
  const grid = y.ticks.map((tick) => {
    const at = y.at(tick).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - 20}" y1="${at}" y2="${at}"/><text class="soft" x="${LEFT - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${formatMoney(tick * MICROS_PER_DOLLAR)}</text>`;
  });
  const names = months.map((each, index) =>
    index % Math.ceil(months.length / 8) === 0
      ? `<text class="soft" x="${x(index).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${each.month}</text>`
      : "",
  );
  const curves = [
    curve(
      months.map((each) => each.without),
      "--c1",
      "without Astra",
    ),
    curve(
      months.map((each) => each.with),
      "--c0",
      "with Astra",
    ),
  ];
  const legend = `<p><span class="dot" style="background:var(--c1)"></span>without Astra &nbsp; <span class="dot" style="background:var(--c0)"></span>with Astra</p>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Dollars a month, with and without Astra">${grid.join("")}${names.join("")}${curves.join("")}</svg>${legend}`;
}

function number(title: string): HtmlColumn {
  return { title, isNumber: true };
}

function monthTable({ restOfMonth, months }: Forecast): string {
  const columns = [
    { title: "month" },
    number("without"),
    number("with"),
    number("low"),
    number("high"),
    number("of it fees"),
  ];
  const rows = [restOfMonth, ...months].map((each) => ({
    cells: [
      each.share < 1 ? `${each.month} (rest)` : each.month,
      formatMoney(each.without.expectedMicros),
      formatMoney(each.with.expectedMicros),
      formatMoney(each.with.lowMicros),
      formatMoney(each.with.highMicros),
      formatMoney(each.feesMicros),
    ],
  }));
  return htmlTable(columns, rows);
}
