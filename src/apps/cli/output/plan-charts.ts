/** Charts of a plan as inline SVG: money since the plan, bytes by class, savings by policy. */
import type { PlanBreakdown, PlanTotals } from "../../../core/plan.ts";
import { DAYS_PER_MONTH, MICROS_PER_DOLLAR } from "../../../core/units.ts";
import { linearScale } from "./chart-scale.ts";
import { escapeHtml } from "./html-page.ts";
import { formatMoney } from "./money.ts";
import { classChanges, cumulated } from "./plan-tables-text.ts";
import { formatBytes } from "./size.ts";

const WIDE = 940;
const NARROW = 460;
const LABEL_WIDTH = 160;
/** Room for a figure behind a bar. */
const FIGURE_WIDTH = 80;
const ROW = 30;
/** Upper edge of the curve. */
const TOP = 20;
const LONGEST_LABEL = 20;
const SHOWN_BARS = 10;

/** Money since the plan over the months: below the line until the fees are paid back. */
export function cashFlowChart(totals: PlanTotals, { cashFlowMicros }: PlanBreakdown): string {
  const height = 320;
  const [left, right, bottom] = [96, WIDE - 20, height - 34];
  const { saving } = totals;
  const points = [-totals.feeMicros, ...cumulated(cashFlowMicros)].map((micros) => micros / MICROS_PER_DOLLAR);
  const ends = saving ? [saving.lowMicros / MICROS_PER_DOLLAR, saving.highMicros / MICROS_PER_DOLLAR] : [];
  const y = linearScale(Math.min(0, ...points, ...ends), Math.max(0, ...points, ...ends), bottom, TOP);
  const x = linearScale(0, cashFlowMicros.length, left, right);
  const at = (month: number, dollars: number): string => `${x.at(month).toFixed(1)},${y.at(dollars).toFixed(1)}`;
  const zero = y.at(0).toFixed(1);
  const grid = y.ticks.map((tick) => {
    const place = y.at(tick).toFixed(1);
    return `<line class="grid" x1="${left}" x2="${right}" y1="${place}" y2="${place}"/><text class="soft" x="${left - 8}" y="${place}" text-anchor="end" dominant-baseline="middle">${formatMoney(tick * MICROS_PER_DOLLAR)}</text>`;
  });
  const months = cashFlowMicros.map((_, index) => {
    const anchor = index + 1 === cashFlowMicros.length ? "end" : "middle";
    return `<text class="soft" x="${x.at(index + 1).toFixed(1)}" y="${height - 8}" text-anchor="${anchor}">${index === 0 ? "month 1" : String(index + 1)}</text>`;
  });
  const line = points.map((dollars, month) => at(month, dollars)).join(" ");
  const curve =
    `<polygon points="${at(0, 0)} ${line} ${at(cashFlowMicros.length, 0)}" fill="var(--c0)" opacity=".14"/>` +
    `<line x1="${left}" x2="${right}" y1="${zero}" y2="${zero}" stroke="var(--soft)" stroke-width="1.2"/>` +
    `<polyline points="${line}" fill="none" stroke="var(--c0)" stroke-width="2.6" stroke-linejoin="round"><title>Money since the plan</title></polyline>`;
  const parts = [
    ...grid,
    ...months,
    curve,
    intervalBar(totals, x.at, y.at),
    breakEvenMark(totals, x.at, y.at, cashFlowMicros.length),
  ];
  return svg(WIDE, height, "Money since the plan, by month", parts);
}

type Place = (value: number) => number;

/** Where the saving after 90 days lies with the stated chance. */
function intervalBar({ saving }: PlanTotals, x: Place, y: Place): string {
  if (!saving) return "";
  const at = x(saving.days / DAYS_PER_MONTH).toFixed(1);
  const [low, expected, high] = [saving.lowMicros, saving.expectedMicros, saving.highMicros].map((micros) =>
    y(micros / MICROS_PER_DOLLAR).toFixed(1),
  );
  return `<line x1="${at}" x2="${at}" y1="${low}" y2="${high}" stroke="var(--c2)" stroke-width="5" stroke-opacity=".45" stroke-linecap="round"/><circle cx="${at}" cy="${expected}" r="4.5" fill="var(--c2)"><title>${formatMoney(saving.expectedMicros)} expected within ${saving.days} days</title></circle>`;
}

function breakEvenMark({ feeMicros, savingMicrosPerMonth }: PlanTotals, x: Place, y: Place, months: number): string {
  const month = savingMicrosPerMonth > 0 ? feeMicros / savingMicrosPerMonth : Infinity;
  if (month > months) return "";
  const [cx, cy] = [x(month).toFixed(1), y(0).toFixed(1)];
  const isLate = month > months * 0.7;
  const words = `<text x="${(x(month) + (isLate ? -8 : 8)).toFixed(1)}" y="${TOP + 10}"${isLate ? ' text-anchor="end"' : ""} font-weight="600">paid back</text>`;
  const line = `<line x1="${cx}" x2="${cx}" y1="${TOP}" y2="${cy}" stroke="var(--c1)" stroke-dasharray="4 4"/>`;
  return `${line}<circle cx="${cx}" cy="${cy}" r="6" fill="var(--card)" stroke="var(--c1)" stroke-width="3"/>${words}`;
}

/** Two bars a class: what it holds now, and after the plan. */
export function classChart(totals: PlanTotals): string {
  const changes = classChanges(totals).slice(0, SHOWN_BARS);
  const most = Math.max(1, ...changes.flatMap(({ bytes, bytesAfter }) => [bytes, bytesAfter]));
  const length = (bytes: number): string => ((bytes / most) * (NARROW - LABEL_WIDTH - FIGURE_WIDTH)).toFixed(1);
  const bar = (y: number, bytes: number, colour: string): string =>
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${length(bytes)}" height="11" rx="2.5" fill="${colour}"/><text class="soft" x="${(LABEL_WIDTH + 6 + Number(length(bytes))).toFixed(1)}" y="${y + 10}">${formatBytes(bytes)}</text>`;
  const row = ROW + 8;
  const rows = changes.map(
    ({ storageClass, bytes, bytesAfter }, index) =>
      `${label(storageClass, index * row + 20)}${bar(index * row + 3, bytes, "var(--soft)")}${bar(index * row + 17, bytesAfter, "var(--c0)")}`,
  );
  const legend = `<p class="soft"><span class="dot" style="background:var(--soft)"></span>now &nbsp; <span class="dot" style="background:var(--c0)"></span>after the plan</p>`;
  return svg(NARROW, changes.length * row, "Bytes by class, now and after the plan", rows) + legend;
}

/** One bar a policy; what costs more than it saves goes to the left. */
export function policyChart({ policies }: PlanBreakdown): string {
  const shown = policies
    .toSorted((a, b) => Math.abs(b.savingMicrosPerMonth) - Math.abs(a.savingMicrosPerMonth))
    .slice(0, SHOWN_BARS);
  const values = shown.map(({ savingMicrosPerMonth }) => savingMicrosPerMonth);
  const scale = linearScale(Math.min(0, ...values), Math.max(1e-9, ...values), LABEL_WIDTH, NARROW - FIGURE_WIDTH);
  const zero = scale.at(0);
  const rows = shown.map(({ policy, savingMicrosPerMonth: micros }, index) => {
    const end = scale.at(micros);
    const [from, to] = [Math.min(zero, end), Math.max(zero, end)];
    const colour = micros < 0 ? "var(--c1)" : "var(--c0)";
    return (
      label(policy ?? "(no policy)", index * ROW + 19) +
      `<rect x="${from.toFixed(1)}" y="${index * ROW + 7}" width="${(to - from).toFixed(1)}" height="16" rx="3" fill="${colour}" fill-opacity=".8"/>` +
      `<text class="soft" x="${(to + 8).toFixed(1)}" y="${index * ROW + 19}">${formatMoney(micros)}</text>`
    );
  });
  return svg(NARROW, shown.length * ROW, "Saving a month by policy", rows);
}

function label(text: string, y: number): string {
  const characters = Array.from(text);
  const shown = characters.length > LONGEST_LABEL ? `${characters.slice(0, LONGEST_LABEL - 1).join("")}…` : text;
  return `<text x="0" y="${y}">${escapeHtml(shown)}<title>${escapeHtml(text)}</title></text>`;
}

function svg(width: number, height: number, name: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(name)}">${parts.join("")}</svg>`;
}
