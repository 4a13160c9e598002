/** Runs as text. */
import type { JournalEntry, RunRecord } from "../../../ports/state-store.ts";
import { formatInstant } from "./date.ts";
import { formatMoney } from "./money.ts";
import { runView } from "./run-view.ts";
import { formatBytes, formatCount } from "./size.ts";
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
    formatBytes(run.movedBytes),
    formatMoney(run.feeMicros),
    formatMoney(run.savingMicrosPerMonth),
  ];
}

export function runDetailText(run: RunRecord, faults: readonly JournalEntry[]): string {
  const title = `Run ${run.id} of plan ${run.planId}, s3://${run.bucket}, started ${formatInstant(run.startedMs)}`;
  const rows = faults.map(({ state, reason, move }) => [state, visible(reason ?? ""), visible(move.key)]);
  const shown =
    rows.length === 0 ? "" : `Not done:\n${table([{ title: "" }, { title: "" }, { title: "" }], rows, "  ")}`;
  return [title, runView(run).text(), shown].filter((part) => part !== "").join("\n\n");
}
