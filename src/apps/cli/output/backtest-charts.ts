/** Charts of a backtest as inline SVG. */
import type { BacktestFigures, PolicyFigures } from "../../../core/backtest/backtest-report.ts";
import type { RegretShare } from "../../../core/backtest/regret.ts";
import type { CostCurves } from "../../../services/backtest-trace.ts";
import { dollars, formatRatio, isoDay } from "./backtest-text.ts";
import { linearScale, ratioScale, spreadOut } from "./chart-scale.ts";
import { escapeHtml } from "./html-page.ts";

const WIDTH = 940;
const ROW = 30;
const LABEL_WIDTH = 150;
/** What is more than this many times the next lower one is left out of the scale, and marked with an arrow. */
const CUT_OFF = 3;
const COLOURS = 10;

/** Colour of each policy by its place in the list; the optimum is always grey. */
export function colourOf(policies: readonly { readonly policy: string }[], policy: string): string {
  if (policy === "optimal") return "var(--soft)";
  return `var(--c${policies.findIndex((each) => each.policy === policy) % COLOURS})`;
}

/** Every policy's ratio as a dot with its interval. */
export function ratioChart(policies: readonly PolicyFigures[]): string {
  const most = topOf(policies.map(({ ratio }) => ratio));
  const inside = policies.filter(({ ratio }) => ratio <= most);
  const edge = Math.max(...inside.map(({ high }) => high)) * 1.02;
  const scale = ratioScale(edge, LABEL_WIDTH, WIDTH - 90);
  const height = policies.length * ROW + 30;
  const grid = scale.ticks.map((tick) => {
    const x = scale.at(tick).toFixed(1);
    const label = `<text class="soft" x="${x}" y="${height - 4}" text-anchor="middle">${formatTick(tick)}×</text>`;
    return `<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height - 20}"/>${label}`;
  });
  const rows = policies.map((each, index) => {
    const y = index * ROW + ROW / 2;
    const colour = colourOf(policies, each.policy);
    const [low, at, high] = [each.low, each.ratio, each.high].map((value) =>
      scale.at(Math.min(value, edge)).toFixed(1),
    );
    const shown = `${formatRatio(each.ratio)}${each.ratio > most ? " →" : ""}`;
    return (
      `<text x="0" y="${y + 4}">${escapeHtml(each.policy)}</text>` +
      `<line x1="${low}" x2="${high}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="5" stroke-opacity=".35" stroke-linecap="round"/>` +
      `<circle cx="${at}" cy="${y}" r="5.5" fill="${each.ratio > most ? "var(--card)" : colour}" stroke="${colour}" stroke-width="2"><title>${escapeHtml(each.policy)}: ${formatRatio(each.ratio)}</title></circle>` +
      `<text x="${WIDTH}" y="${y + 4}" text-anchor="end" font-weight="600">${shown}</text>`
    );
  });
  return svg(height, "Cost of each policy as a multiple of the optimum", [...grid, ...rows]);
}

/** `1`, `1.5`, `20`. */
function formatTick(tick: number): string {
  return String(Number(tick.toPrecision(3)));
}

interface Curve {
  readonly policy: string;
  readonly spent: readonly number[];
  readonly last: number;
}

/** Dollars spent day by day. Curves far above all others are cut off, and named as such. */
export function costChart(
  curves: CostCurves,
  shown: Pick<BacktestFigures, "policies" | "originDay" | "splitDay" | "regretOf">,
): string {
  const { policies, originDay, splitDay: start } = shown;
  const height = 400;
  const [left, right, top, bottom] = [64, WIDTH - 170, 14, height - 26];
  const all = curves.byPolicy
    .map(({ policy, spent }): Curve => ({ policy, spent, last: spent.at(-1) ?? 0 }))
    .toSorted((a, b) => b.last - a.last);
  const most = topOf(all.map(({ last }) => last));
  const edge = most * 1.04;
  const x = linearScale(start, curves.days.at(-1) ?? 1, left, right);
  const y = linearScale(0, edge, bottom, top);
  const grid = y.ticks.map((tick) => {
    const at = y.at(tick).toFixed(1);
    const label = `<text class="soft" x="${left - 8}" y="${Number(at) + 4}" text-anchor="end">${dollars(tick)}</text>`;
    return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/>${label}`;
  });
  const dates = [0, 0.5, 1].map((share) => {
    const day = Math.round(start + ((curves.days.at(-1) ?? 1) - start) * share);
    const anchor = ["start", "middle", "end"][share * 2] ?? "middle";
    return `<text class="soft" x="${x.at(day).toFixed(1)}" y="${height - 6}" text-anchor="${anchor}">${isoDay(originDay + day)}</text>`;
  });
  const labels = spreadOut(
    all.map(({ last }) => y.at(Math.min(last, edge))),
    16,
    top,
    bottom,
  );
  const lines = all.map(({ policy, spent, last }, index) => {
    const colour = colourOf(policies, policy);
    const points = [
      `${left},${bottom}`,
      ...cutPoints(spent, edge, (day, value) => `${x.at(day).toFixed(1)},${y.at(value).toFixed(1)}`, curves.days),
    ];
    const dash = policy === "optimal" ? ' stroke-dasharray="5 4"' : "";
    const cut = last > most ? " ↑" : "";
    return (
      `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="${policy === shown.regretOf ? 3.4 : 1.8}" stroke-linejoin="round"${dash}><title>${escapeHtml(policy)}: ${dollars(last)}</title></polyline>` +
      `<text x="${right + 10}" y="${((labels[index] ?? 0) + 4).toFixed(1)}" style="fill:${colour}">${escapeHtml(policy)} ${dollars(last)}${cut}</text>`
    );
  });
  return svg(height, "Dollars spent by each policy, by day", [...grid, ...dates, ...lines]);
}

/** The highest value that is not out of all proportion to the one below it. */
function topOf(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  let most = ascending[0] ?? 1;
  for (const value of ascending) {
    if (most > 0 && value > most * CUT_OFF) break;
    most = value;
  }
  return most > 0 ? most : 1;
}

/** Points up to the one that leaves the chart, which is put on its edge. */
function cutPoints(
  spent: readonly number[],
  most: number,
  point: (day: number, value: number) => string,
  days: readonly number[],
): readonly string[] {
  const out = spent.findIndex((value) => value > most);
  const inside = (out < 0 ? spent : spent.slice(0, out)).map((value, index) => point(days[index] ?? 0, value));
  if (out < 0) return inside;
  const [before, after] = [spent[out - 1] ?? 0, spent[out] ?? most];
  const [from, to] = [days[out - 1] ?? days[0] ?? 0, days[out] ?? 0];
  return [...inside, point(from + ((most - before) / (after - before)) * (to - from), most)];
}

/** Dollars lost, a bar for each share. */
export function regretChart(shares: readonly RegretShare[]): string {
  const most = Math.max(...shares.map(({ regret }) => regret), 0);
  const width = 460;
  const rows = shares.map((share, index) => {
    const y = index * ROW;
    const length = most > 0 ? Math.max(0, (share.regret / most) * (width - 250)) : 0;
    return (
      `<text x="0" y="${y + 19}">${escapeHtml(shortened(share.label))}</text>` +
      `<rect x="150" y="${y + 7}" width="${length.toFixed(1)}" height="16" rx="3" fill="var(--accent)" fill-opacity=".75"><title>${escapeHtml(share.label)}</title></rect>` +
      `<text class="soft" x="${(158 + length).toFixed(1)}" y="${y + 19}">${dollars(share.regret)}</text>`
    );
  });
  return svg(shares.length * ROW, "Dollars lost against the optimum", rows, width);
}

const LONGEST_LABEL = 20;

function shortened(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

function svg(height: number, label: string, parts: readonly string[], width = WIDTH): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">${parts.join("")}</svg>`;
}
