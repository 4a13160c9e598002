/** Runs as text. */
import type { RunOrder, RunRecord } from "../../../ports/state-store.ts";
import type { ShowRunResult } from "../../../services/show-run.ts";
import { budgetLine } from "./brake-text.ts";
import { formatInstant } from "./date.ts";
import { formatMoney } from "./money.ts";
import { runView } from "./run-view.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

export function runsText(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return "No run yet. Next: astra run-engine --bucket NAME";
  const right = "right" as const;
  const columns = [
    { title: "run" },
    { title: "started" },
    { title: "bucket" },
    { title: "state" },
    { title: "moved", align: right },
    { title: "failed", align: right },
    { title: "skipped", align: right },
    { title: "waiting", align: right },
    { title: "bytes", align: right },
    { title: "fees", align: right },
    { title: "saves/month", align: right },
  ];
  return table(columns, runs.map(runRow));
}

function runRow(run: RunRecord): string[] {
  return [
    run.id.slice(0, 8),
    formatInstant(run.startedMs),
    run.bucket,
    run.state,
    formatCount(run.done),
    formatCount(run.failed),
    formatCount(run.skipped),
    formatCount(run.restoring),
    formatBytes(run.movedBytes),
    formatMoney(run.feeMicros),
    formatMoney(run.savingMicrosPerMonth),
  ];
}

export function runDetailText(shown: ShowRunResult): string {
  const { run, order, runBudget, dayBudget, faults } = shown;
  const title = `Run ${run.id} of plan ${run.planId}, s3://${run.bucket}, started ${formatInstant(run.startedMs)}`;
  const { objectsLeft, bytesLeft } = runBudget;
  const more = [counted(objectsLeft, "object"), ...(bytesLeft === null ? [] : [formatBytes(bytesLeft)])];
  const notes = [
    `${budgetLine("This run", runBudget)} It may still move ${more.join(" and ")}.`,
    budgetLine("Today (UTC), all runs", dayBudget),
  ];
  if (order !== "run") notes.unshift(`Ordered to ${order}; \`astra runs resume ${run.id}\` takes that back.`);
  for (const [name, { lines, bytes }] of [
    ["a restore", shown.restoring],
    ["the bucket's lifecycle rule", shown.tagged],
  ] as const) {
    if (lines > 0) notes.push(`${counted(lines, "object")} (${formatBytes(bytes)}) waiting for ${name}.`);
  }
  const rows = faults.map(({ state, reason, move }) => [state, visible(reason ?? ""), visible(move.key)]);
  const notDone =
    rows.length === 0 ? "" : `Not done:\n${table([{ title: "" }, { title: "" }, { title: "" }], rows, "  ")}`;
  return [title, runView(run).text(), notes.join("\n"), notDone].filter((part) => part !== "").join("\n\n");
}

const ORDERED: Readonly<Record<RunOrder, string>> = {
  pause: "holds before its next move, until it is resumed or stopped",
  run: "may go on; where no process works on it any more, apply its plan again",
  stop: "ends before its next move",
};

export function orderText(order: RunOrder, run: RunRecord): string {
  return `Run ${run.id} ${ORDERED[order]}.`;
}
