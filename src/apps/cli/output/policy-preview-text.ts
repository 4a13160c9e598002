/** What other policies would change, as text. */
import { styleText } from "node:util";
import type { MoveGroup } from "../../../core/plan.ts";
import type { PolicyPreview, PreviewRule } from "../../../services/preview-policies.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { symbols } from "./symbols.ts";
import { type Column, table } from "./table.ts";
import { visible } from "./visible.ts";

export function policyPreviewText(file: string, preview: PolicyPreview): string {
  const changed = preview.rules.reduce((sum, { objects }) => sum + objects, 0);
  const total = `${visible(file)}: ${counted(changed, "object")} of ${formatCount(preview.objectsSeen)} in s3://${visible(preview.bucket)} would be decided otherwise.`;
  return [ruleTable(preview.rules), exampleTable(preview), totalsTable(preview), styleText("bold", total)]
    .filter((part) => part !== "")
    .join("\n\n");
}

const LEFT: Column = { title: "" };

function right(title: string): Column {
  return { title, align: "right" };
}

function ruleTable(rules: readonly PreviewRule[]): string {
  if (rules.length === 0) return "";
  const rows = rules.map(({ rule, objects, bytes, feeMicros, savingMicrosPerMonth }) => [
    rule === null ? "(no rule)" : visible(rule),
    formatCount(objects),
    formatBytes(bytes),
    signed(feeMicros),
    signed(savingMicrosPerMonth),
  ]);
  return table([{ title: "rule" }, right("objects"), right("size"), right("fee"), right("saved/month")], rows);
}

function signed(micros: number): string {
  return `${micros > 0 ? "+" : ""}${formatMoney(micros)}`;
}

function exampleTable({ examples }: PolicyPreview): string {
  if (examples.length === 0) return "";
  const { arrow } = symbols();
  const rows = examples.map(({ key, sizeBytes, from, present, proposed, rule }) => [
    visible(key),
    formatBytes(sizeBytes),
    place(from, present),
    arrow,
    place(from, proposed),
    rule === null ? "" : visible(rule),
  ]);
  return `For example:\n${table([LEFT, right(""), LEFT, LEFT, LEFT, LEFT], rows, "  ")}`;
}

function place(from: string, to: string): string {
  return from === to ? `stays in ${to}` : `to ${to}`;
}

function totalsRow(name: string, { moves, bytes, feeMicros, savingMicrosPerMonth }: MoveGroup): string[] {
  return [name, formatCount(moves), formatBytes(bytes), formatMoney(feeMicros), formatMoney(savingMicrosPerMonth)];
}

function totalsTable({ present, proposed }: PolicyPreview): string {
  const columns = [LEFT, right("moves"), right("size"), right("fee"), right("saves/month")];
  return table(columns, [totalsRow("before", present), totalsRow("with the file", proposed)]);
}
