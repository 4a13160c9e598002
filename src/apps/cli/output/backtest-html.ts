/** A backtest as a page for people: what each policy would have cost, over time, and where the looked-at one lost. */
import type { PolicyFigures } from "../../../core/backtest/backtest-report.ts";
import type { RegretShare } from "../../../core/backtest/regret.ts";
import type { ShownBacktest } from "../backtest-options.ts";
import { colourOf, costChart, ratioChart, regretChart } from "./backtest-charts.ts";
import { dollars, formatRatio, isoDay } from "./backtest-text.ts";
import { escapeHtml, type HtmlColumn, htmlPage, htmlTable } from "./html-page.ts";
import { counted, formatBytes, formatCount } from "./size.ts";

const SHOWN_SHARES = 8;

/** The whole page. */
export function backtestHtml(shown: ShownBacktest): string {
  const body = [head(shown), ratios(shown), curves(shown), figures(shown), regret(shown), foot(shown)];
  return htmlPage(`Backtest of ${shown.title}`, body.join("\n"));
}

function head(shown: ShownBacktest): string {
  const { originDay, splitDay, days, policies, regretOf } = shown;
  const near = policies.find(({ policy }) => policy === regretOf);
  const size = shown.sizeBytes === null ? "" : `, each taken as ${formatBytes(shown.sizeBytes)}`;
  const span = `${isoDay(originDay + splitDay)} to ${isoDay(originDay + days - 1)}`;
  const others = policies
    .filter(({ policy }) => policy === "standard" || policy === "intelligent-tiering" || policy === "autoclass")
    .map((each) => `${escapeHtml(each.policy)} ${dollars(each.cost)}`);
  const verdict = near
    ? `<p class="lead"><strong>${escapeHtml(near.policy)} would have cost ${dollars(near.cost)}</strong>, ${formatRatio(near.ratio)} times what somebody who knew every read to come had to pay (${dollars(shown.optimum)}). ${others.length > 0 ? `${others.join(", ")}.` : ""}</p>`
    : "";
  return `<header><p class="soft">Backtest</p><h1>${escapeHtml(shown.title)}</h1>
<p class="soft">${counted(shown.chargedObjects, "object")}${size} · charged ${span}, after learning from the days since ${isoDay(originDay)} · setting ${shown.setting}</p>
${verdict}</header>`;
}

function ratios({ policies }: ShownBacktest): string {
  return section(
    "Cost as a multiple of the optimum",
    "The dot is the ratio of the sums over all objects, the bar its 95 % interval when objects are drawn anew. A ring at the edge (→) lies far beyond the others.",
    ratioChart(policies),
  );
}

function curves(shown: ShownBacktest): string {
  if (!shown.curves) return "";
  return section(
    "Dollars spent, day by day",
    "Moves are paid when they are made, rent and reads on their days. A curve far above all others leaves the chart (↑).",
    costChart(shown.curves, shown),
  );
}

function number(title: string): HtmlColumn {
  return { title, isNumber: true };
}

function figures({ policies, regretOf }: ShownBacktest): string {
  const columns = [
    { title: "policy" },
    ...[
      "cost",
      "÷ optimum",
      "95 % interval",
      "last 30 %",
      "a month",
      "storage",
      "moves",
      "reads",
      "early deletion",
      "days waited",
    ].map(number),
  ];
  const rows = policies.map((each) => ({ cells: figureCells(each, policies), isNear: each.policy === regretOf }));
  return section(
    "Figures",
    "Dollars on the charged days. Days waited: days on which a reader had to wait for a restore.",
    htmlTable(columns, rows),
  );
}

function figureCells(each: PolicyFigures, policies: readonly PolicyFigures[]): readonly string[] {
  const { bill } = each;
  return [
    `<span class="dot" style="background:${colourOf(policies, each.policy)}"></span>${escapeHtml(each.policy)}`,
    dollars(each.cost),
    formatRatio(each.ratio),
    `${formatRatio(each.low)} – ${formatRatio(each.high)}`,
    each.lateRatio === null ? "–" : formatRatio(each.lateRatio),
    dollars(each.dollarsPerMonth),
    dollars(bill.storage),
    dollars(bill.transitions),
    dollars(bill.retrieval),
    dollars(bill.earlyDeletion),
    formatCount(each.restoreDays),
  ];
}

function regret({ regret: found, regretOf }: ShownBacktest): string {
  if (regretOf === "optimal") return "";
  const name = escapeHtml(regretOf);
  const share = (title: string, shares: readonly RegretShare[]): string =>
    section(title, `Dollars that ${name} lost against the optimum.`, regretChart(shares.slice(0, SHOWN_SHARES)));
  const columns = [
    { title: "object", isWrapped: true },
    ...["size", "cost", "optimum", "lost"].map((title) => ({ title, isNumber: true })),
  ];
  const worst = found.worst.map((each) => ({
    cells: [
      escapeHtml(each.name),
      formatBytes(each.sizeBytes),
      dollars(each.cost),
      dollars(each.optimum),
      dollars(each.regret),
    ],
  }));
  return `<div class="pair">${share("By size", found.bySize)}${share("By group", found.byGroup)}</div>
${section("The ten objects that lost most", `Under ${name}.`, htmlTable(columns, worst))}`;
}

function foot(shown: ShownBacktest): string {
  const unpriced =
    shown.unpricedClasses.length === 0
      ? ""
      : ` Left out for want of a price: ${shown.unpricedClasses.map(escapeHtml).join(", ")}.`;
  return `<footer>Classes: ${shown.classes.map(escapeHtml).join(", ")}. Prices: ${escapeHtml(shown.priceBook)}. Moved by: ${shown.mover}.${unpriced} GETs at the first class's own price are left out: they are the same for every policy.</footer>`;
}

function section(title: string, explanation: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2><p class="soft">${explanation}</p>${content}</section>`;
}
