/** A plan as text: what moves, what it comes to, what stays and why, and one line of totals. */
import { styleText } from "node:util";
import type { PlanHeader, PlannedMove } from "../../../core/plan.ts";
import type { SavingInterval } from "../../../core/pricing/saving-interval.ts";
import { DAYS_PER_MONTH } from "../../../core/units.ts";
import { formatMoney } from "./money.ts";
import { moveLines } from "./plan-moves-text.ts";
import { cashFlowTable, classTable, policyTable, prefixTable } from "./plan-tables-text.ts";
import { refusalSentence, refusalWords } from "./refusal-words.ts";
import { counted, formatBytes } from "./size.ts";
import { visible } from "./visible.ts";

/** The one line that says what the plan comes to. */
export function totalsLine({ totals }: PlanHeader): string {
  const { moves, movedBytes, feeMicros, savingMicrosPerMonth, objectsSeen } = totals;
  if (moves === 0) return `Nothing to move among ${counted(objectsSeen, "object")}.`;
  const breakEvenDays =
    savingMicrosPerMonth > 0 ? Math.ceil((feeMicros / savingMicrosPerMonth) * DAYS_PER_MONTH) : null;
  const earned = breakEvenDays === null ? "" : `, paid back after ${counted(breakEvenDays, "day")}`;
  const text = `Plan: ${counted(moves, "move")}, ${formatBytes(movedBytes)}; fee ${formatMoney(feeMicros)} now, saves ${formatMoney(savingMicrosPerMonth)}/month${earned}.`;
  return styleText("bold", text);
}

/** What stays although another class was proposed, and what moving it would bring. Empty where there is none. */
export function refusalLines({ totals }: PlanHeader): string {
  const words = refusalWords(totals);
  if (words.length === 0) return "";
  const days = totals.breakdown?.paybackLimitDays;
  const title = `Stays where it is${days === undefined ? "" : `; what moving would bring within ${counted(days, "day")}`}:`;
  return [title, ...words.map((each) => `  ${refusalSentence(each)}`)].join("\n");
}

/** `Within 90 days: $3.10 expected, fees paid; with 90 % chance $1.00 to $4.00.` */
export function savingLine({ days, level, expectedMicros, lowMicros, highMicros }: SavingInterval): string {
  const range = `${formatMoney(lowMicros)} to ${formatMoney(highMicros)}`;
  return `Within ${counted(days, "day")}: ${formatMoney(expectedMicros)} saved, fees paid; with ${Math.round(level * 100)} % chance ${range}.`;
}

/** What would be spent if everything were read once, all of it, on the day after. */
export function worstCaseLine(worstCaseMicros: number | null): string {
  const cost =
    worstCaseMicros === null ? "not known, as a price is missing" : `${formatMoney(worstCaseMicros)}, fees included`;
  return `Worst case, every moved object read once on the day after: ${cost}.`;
}

interface PlanTextOptions {
  readonly file: string | null;
  readonly isVerbose: boolean;
}

/** What the bucket itself does at each move; empty where it does nothing. */
function effectsLine({ effects }: PlanHeader): string {
  if (!effects) return "";
  const said = [
    ...(effects.notifications ? ["tells the bucket's listeners of a new object"] : []),
    ...(effects.replication ? ["is replicated by the bucket's rules"] : []),
    ...(effects.versions === "kept" ? ["leaves the old version behind, whose rent is in the fee"] : []),
    ...(effects.versions === "dropped" ? ["removes the version it replaces, once the copy is verified"] : []),
  ];
  return said.length === 0 ? "" : `Each move ${said.join(", ")}.`;
}

/** A whole plan. @param moves the first ones */
export function planText(
  header: PlanHeader,
  moves: readonly PlannedMove[],
  { file, isVerbose }: PlanTextOptions,
): string {
  const { totals, bucket, strategy, priceBook } = header;
  const hasMoves = totals.moves > 0;
  const more =
    moves.length > 0 && moves.length < totals.moves
      ? `Shown: ${counted(moves.length, "object")}; --limit ${totals.moves} shows all.`
      : "";
  const sections = [
    `s3://${bucket}: ${counted(totals.objectsSeen, "object")}, ${formatBytes(totals.bytesSeen)}; strategy ${strategy}, prices ${visible(priceBook)}`,
    hasMoves ? [moveLines(header, moves, isVerbose), more].filter((part) => part !== "").join("\n") : "",
    hasMoves ? tables(header, isVerbose) : "",
    refusalLines(header),
    hasMoves ? outlook(header) : "",
    totalsLine(header),
    hasMoves ? `Next: astra apply ${file === null ? header.id : visible(file)}` : "",
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function tables({ totals }: PlanHeader, isVerbose: boolean): string {
  const { breakdown } = totals;
  if (!breakdown) return "";
  const parts = [
    policyTable(breakdown, isVerbose),
    prefixTable(breakdown, isVerbose),
    classTable(totals),
    cashFlowTable(breakdown, isVerbose),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function outlook(header: PlanHeader): string {
  const { saving, breakdown } = header.totals;
  const worst = breakdown ? worstCaseLine(breakdown.worstCaseMicros) : "";
  const lines = [saving ? savingLine(saving) : "", worst, effectsLine(header)];
  return lines.filter((line) => line !== "").join("\n");
}
