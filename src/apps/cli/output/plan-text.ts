/** Parts of a plan as text: totals, refusals, moves. */
import { styleText } from "node:util";
import type { PlanHeader, PlannedMove } from "../../../core/plan.ts";
import { formatDay } from "./date.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { symbols } from "./symbols.ts";
import { table } from "./table.ts";
import { tierColour } from "./tier-colour.ts";
import { visible } from "./visible.ts";

/** `payback_too_long` as words. */
function words(reason: string): string {
  return reason.replaceAll("_", " ");
}

/** The one line that says what the plan comes to. */
export function totalsLine({ totals }: PlanHeader): string {
  const { moves, movedBytes, feeMicros, savingMicrosPerMonth, objectsSeen } = totals;
  if (moves === 0) return `Nothing to move among ${counted(objectsSeen, "object")}.`;
  const breakEvenDays = savingMicrosPerMonth > 0 ? Math.ceil((feeMicros / savingMicrosPerMonth) * DAYS_A_MONTH) : null;
  const earned = breakEvenDays === null ? "" : `, paid back after ${counted(breakEvenDays, "day")}`;
  const text = `Plan: ${counted(moves, "move")}, ${formatBytes(movedBytes)}; fee ${formatMoney(feeMicros)} now, saves ${formatMoney(savingMicrosPerMonth)}/month${earned}.`;
  return styleText("bold", text);
}

const DAYS_A_MONTH = 30.4375;

/** What stays although another class was proposed, by reason, priced. Empty where there is none. */
export function refusalLines({ totals }: PlanHeader): string {
  const rows = Object.entries(totals.refusals).map(([reason, total]) => [
    words(reason),
    formatCount(total.objects),
    formatBytes(total.bytes),
    `fee ${formatMoney(total.feeMicros)}`,
    total.savingMicrosPerMonth === 0 ? "" : `would save ${formatMoney(total.savingMicrosPerMonth)}/month`,
  ]);
  if (rows.length === 0) return "";
  const columns = [
    { title: "" },
    { title: "", align: "right" as const },
    { title: "", align: "right" as const },
    { title: "" },
    { title: "" },
  ];
  return `Refused by the guards:\n${table(columns, rows, "  ")}`;
}

/** One move as terraform would show it. */
export function moveRow(move: PlannedMove): string[] {
  const { arrow } = symbols();
  return [
    styleText("yellow", "~"),
    visible(move.key),
    `${move.from} ${arrow} ${styleText(tierColour(move.toTier), move.to)}`,
    formatBytes(move.sizeBytes),
    `fee ${formatMoney(move.feeMicros)}`,
    `saves ${formatMoney(move.savingMicrosPerMonth)}/month`,
    `break-even ${formatDay(move.breakEvenMs)}`,
  ];
}

/** Moves grouped by the rule that proposed them. */
export function moveLines(moves: readonly PlannedMove[]): string {
  const byRule = Map.groupBy(moves, ({ rule, from, to }) => `${rule} ${from} ${to}`);
  const sections = [...byRule.values()].map((group) => {
    const first = group[0];
    const title = first ? `${visible(first.rule)} (${visible(first.why)})` : "";
    const columns = ["left", "left", "left", "right", "left", "left", "left"].map((align) => ({
      title: "",
      align: align === "right" ? ("right" as const) : ("left" as const),
    }));
    return `${title}\n${table(columns, group.map(moveRow), "  ")}`;
  });
  return sections.join("\n\n");
}

/** A whole plan: some moves, what is refused, and the totals. */
export function planText(header: PlanHeader, moves: readonly PlannedMove[], file: string | null): string {
  const hidden = header.totals.moves - moves.length;
  const next = header.totals.moves === 0 ? "" : `Next: astra apply ${file ?? header.id}`;
  const more =
    hidden > 0 && moves.length > 0
      ? `… and ${counted(hidden, "more move")}; --limit ${header.totals.moves} shows all.`
      : "";
  return [moveLines(moves), more, refusalLines(header), totalsLine(header), next]
    .filter((part) => part !== "")
    .join("\n\n");
}
