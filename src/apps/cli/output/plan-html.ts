/** A plan as a page for people: what it costs, what it brings, what moves and what stays. */
import type { MoveGroup, PlanBreakdown, PlanHeader, PlannedMove } from "../../../core/plan.ts";
import { formatDay } from "./date.ts";
import { type HtmlColumn, escapeHtml, htmlPage, htmlTable } from "./html-page.ts";
import { formatMoney } from "./money.ts";
import { cashFlowChart, classChart, policyChart } from "./plan-charts.ts";
import { breakEvenMs } from "./plan-moves-text.ts";
import { refusalWords } from "./refusal-words.ts";
import { counted, formatBytes, formatCount } from "./size.ts";

const SHOWN_PREFIXES = 15;

/** The whole page. @param moves the ones to be named */
export function planPage(header: PlanHeader, moves: readonly PlannedMove[]): string {
  const { breakdown } = header.totals;
  const hasMoves = header.totals.moves > 0;
  const body = [
    head(header),
    hasMoves ? tiles(header) : "",
    hasMoves && breakdown ? charts(header, breakdown) : "",
    hasMoves && breakdown ? groups(header, breakdown) : "",
    staying(header),
    hasMoves ? objects(header, moves) : "",
    foot(header),
  ];
  return htmlPage(`Plan for s3://${header.bucket}`, body.join("\n"));
}

function head({ bucket, createdMs, totals, strategy, priceBook }: PlanHeader): string {
  const { moves, movedBytes, feeMicros, savingMicrosPerMonth, objectsSeen, bytesSeen } = totals;
  const when = formatDay(breakEvenMs(createdMs, feeMicros, savingMicrosPerMonth));
  const paid =
    when === "never" ? "The fee is not paid back: policies order these moves." : `The fee is paid back on ${when}.`;
  const verdict =
    moves === 0
      ? "Nothing to move: every object is where it should be, or would not pay its move."
      : `<strong>Moving ${counted(moves, "object")} (${formatBytes(movedBytes)}) costs ${formatMoney(feeMicros)} once and saves ${formatMoney(savingMicrosPerMonth)} a month.</strong> ${paid}`;
  return `<header><p class="soft">Plan of ${formatDay(createdMs)}</p><h1>${escapeHtml(`s3://${bucket}`)}</h1>
<p class="soft">${counted(objectsSeen, "object")}, ${formatBytes(bytesSeen)} · strategy ${escapeHtml(strategy)} · prices ${escapeHtml(priceBook)}</p>
<p class="lead">${verdict}</p></header>`;
}

function tile(title: string, figure: string, note: string): string {
  return `<section style="margin:0;padding:1rem 1.1rem"><p class="soft">${title}</p><p style="font-size:1.55rem;font-weight:650;line-height:1.2">${figure}</p><p class="soft">${note}</p></section>`;
}

function tiles({ totals, createdMs }: PlanHeader): string {
  const { feeMicros, savingMicrosPerMonth, saving, breakdown } = totals;
  const worst = breakdown?.worstCaseMicros ?? null;
  const list = [
    tile("Saved a month", formatMoney(savingMicrosPerMonth), `${formatMoney(savingMicrosPerMonth * 12)} a year`),
    tile("Fee now", formatMoney(feeMicros), "charged once, by the provider"),
    tile(
      "Paid back",
      formatDay(breakEvenMs(createdMs, feeMicros, savingMicrosPerMonth)),
      "when the saving has reached the fee",
    ),
  ];
  if (saving) {
    const range = `${formatMoney(saving.lowMicros)} to ${formatMoney(saving.highMicros)} with ${Math.round(saving.level * 100)} % chance`;
    list.push(tile(`Within ${counted(saving.days, "day")}, fee paid`, formatMoney(saving.expectedMicros), range));
  }
  list.push(
    tile(
      "Worst case",
      worst === null ? "unknown" : formatMoney(worst),
      "if everything moved is read once the day after, fee included",
    ),
  );
  return `<div style="display:grid;gap:1rem;margin-top:1.25rem;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr))">${list.join("")}</div>`;
}

function charts({ totals }: PlanHeader, breakdown: PlanBreakdown): string {
  const bar = totals.saving
    ? ` Blue: where it lies after ${counted(totals.saving.days, "day")} with ${Math.round(totals.saving.level * 100)} % chance, by what is known of the reads.`
    : "";
  return `${section("Money since the plan", `Fees are paid at the start; the saving comes month by month.${bar}`, cashFlowChart(totals, breakdown))}
<div class="pair">${section("Bytes by class", "", classChart(totals))}${section("Saving by policy", "Dollars a month.", policyChart(breakdown))}</div>`;
}

function number(title: string): HtmlColumn {
  return { title, isNumber: true };
}

function sums({ moves, bytes, feeMicros, savingMicrosPerMonth }: MoveGroup): readonly string[] {
  return [formatCount(moves), formatBytes(bytes), formatMoney(feeMicros), formatMoney(savingMicrosPerMonth)];
}

const SUM_COLUMNS = ["objects", "size", "fee", "saves a month"].map(number);

function groups({ createdMs }: PlanHeader, { rules, prefixes }: PlanBreakdown): string {
  const ruleRows = rules
    .toSorted((a, b) => b.savingMicrosPerMonth - a.savingMicrosPerMonth)
    .map((group) => ({
      cells: [
        escapeHtml(group.rule),
        group.policy === null ? "" : escapeHtml(group.policy),
        `${escapeHtml(group.from)} → ${escapeHtml(group.to)}`,
        ...sums(group),
        formatDay(breakEvenMs(createdMs, group.feeMicros, group.savingMicrosPerMonth)),
      ],
    }));
  const ruleColumns = [
    { title: "rule", isWrapped: true },
    { title: "policy" },
    { title: "move" },
    ...SUM_COLUMNS,
    number("paid back"),
  ];
  const prefixRows = prefixes.slice(0, SHOWN_PREFIXES).map((group) => ({
    cells: [group.prefix === "" ? "(no prefix)" : escapeHtml(group.prefix), ...sums(group)],
  }));
  const hidden = prefixes.length - prefixRows.length;
  const note = hidden > 0 ? `The ${SHOWN_PREFIXES} that save most, of ${formatCount(prefixes.length)}.` : "";
  return `${section("What moves, by rule", "", htmlTable(ruleColumns, ruleRows))}
${section("By prefix", note, htmlTable([{ title: "prefix", isWrapped: true }, ...SUM_COLUMNS], prefixRows))}`;
}

function staying({ totals }: PlanHeader): string {
  const days = totals.breakdown?.paybackLimitDays;
  const rows = refusalWords(totals).map(({ who, why, money }) => ({
    cells: [escapeHtml(who), escapeHtml(why), escapeHtml(money)],
  }));
  if (rows.length === 0) return "";
  const columns = [
    { title: "objects" },
    { title: "why", isWrapped: true },
    { title: days === undefined ? "money" : `within ${counted(days, "day")}` },
  ];
  const well =
    totals.objectsStaying > 0
      ? `${counted(totals.objectsStaying, "object")} more ${totals.objectsStaying === 1 ? "is" : "are"} where the strategy wants ${totals.objectsStaying === 1 ? "it" : "them"}.`
      : "";
  return section("What stays although another class was proposed", well, htmlTable(columns, rows));
}

function objects({ totals }: PlanHeader, moves: readonly PlannedMove[]): string {
  const columns = [
    { title: "object", isWrapped: true },
    { title: "move" },
    ...["size", "fee", "saves a month", "paid back", "worst case"].map(number),
  ];
  const rows = moves.map((move) => ({
    cells: [
      `${escapeHtml(move.key)}<br><span class="soft">${escapeHtml(move.rule)}: ${escapeHtml(move.why)}</span>`,
      `${escapeHtml(move.from)} → ${escapeHtml(move.to)}`,
      formatBytes(move.sizeBytes),
      formatMoney(move.feeMicros),
      formatMoney(move.savingMicrosPerMonth),
      formatDay(move.breakEvenMs),
      move.worstCaseMicros === null ? "unknown" : formatMoney(move.worstCaseMicros),
    ],
  }));
  const hidden = totals.moves - moves.length;
  const note =
    hidden > 0
      ? `The first ${formatCount(moves.length)} of ${formatCount(totals.moves)}; the plan's file names all.`
      : "";
  return section("Objects", note, htmlTable(columns, rows));
}

function foot({ id, hash, priceBook }: PlanHeader): string {
  return `<footer>Plan <code>${escapeHtml(id)}</code>, SHA-256 <code style="overflow-wrap:anywhere">${escapeHtml(hash)}</code>. Applying it moves just these objects, each only if it is unchanged. Prices: ${escapeHtml(priceBook)}, USD. A saving is that of the expected bill; the fee is what the provider charges for the moves.</footer>`;
}

function section(title: string, explanation: string, content: string): string {
  const told = explanation === "" ? "" : `<p class="soft">${explanation}</p>`;
  return `<section><h2>${escapeHtml(title)}</h2>${told}${content}</section>`;
}
