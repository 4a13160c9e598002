/** What Astra did, as text. */
import { styleText } from "node:util";
import type { MoveSum, RunsReport } from "../../../services/report-runs.ts";
import { formatInstant } from "./date.ts";
import { formatMoney } from "./money.ts";
import { formatBytes, formatCount } from "./size.ts";
import { symbols } from "./symbols.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

export function runsReportText(report: RunsReport): string {
  if (report.totals.moves === 0) return "Nothing was moved. Next: astra run-engine --bucket NAME";
  const { arrow } = symbols();
  const classes = report.classes.map((sum) => sumRow(sum, sum.name.replace("->", arrow)));
  return [
    section(
      "By run",
      report.runs.map((run) => sumRow(run, `${run.name.slice(0, 8)}  ${formatInstant(run.startedMs)}`)),
    ),
    section(
      "By policy",
      report.policies.map((sum) => sumRow(sum, visible(sum.name))),
    ),
    section("By class", classes),
    section("All", [sumRow(report.totals, "")]),
    `Net to date: ${styleText("bold", formatMoney(report.totals.savedMicros - report.totals.feeMicros))} (expected savings less fees; compare with the bill by --actual FILE).`,
  ].join("\n\n");
}

function section(title: string, rows: readonly string[][]): string {
  const right = "right" as const;
  const columns = [
    { title },
    { title: "moves", align: right },
    { title: "bytes", align: right },
    { title: "fees", align: right },
    { title: "saves/month", align: right },
    { title: "saved to date", align: right },
  ];
  return table(columns, rows);
}

function sumRow(sum: MoveSum, name: string): string[] {
  return [
    name,
    formatCount(sum.moves),
    formatBytes(sum.bytes),
    formatMoney(sum.feeMicros),
    formatMoney(sum.savingMicrosPerMonth),
    formatMoney(sum.savedMicros),
  ];
}
