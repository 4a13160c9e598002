/** The kill switch and the budgets as text. */
import { styleText } from "node:util";
import type { Budget } from "../../../services/budgets.ts";
import type { ReadBrakeResult } from "../../../services/read-brake.ts";
import { formatInstant } from "./date.ts";
import { formatMoney } from "./money.ts";
import { visible } from "./visible.ts";

export function brakeText({ brake, day }: ReadBrakeResult): string {
  const state = brake?.isOn ? styleText("red", "on") : styleText("green", "off");
  const why = brake === null || brake.why === null ? "" : `: ${visible(brake.why)}`;
  const who = brake === null ? "" : `, set by ${visible(brake.actor)} ${formatInstant(brake.atMs)}${why}`;
  const lines = [`The brake is ${state}${who}.`, budgetLine("Today (UTC)", day)];
  if (brake?.isOn) lines.push("Nothing is moved until: astra brake off");
  return lines.join("\n");
}

/** `Today (UTC): $1.20 of $25.00 spent, $23.80 left.` */
export function budgetLine(name: string, { spentMicros, capMicros, leftMicros }: Budget): string {
  return `${name}: ${formatMoney(spentMicros)} of ${formatMoney(capMicros)} spent, ${formatMoney(leftMicros)} left.`;
}
