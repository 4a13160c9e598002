/** Exported jobs of Batch Operations, and what became of them, as text. */
import { LEFT_OUT_WORDS, type LeftOut } from "../../../core/export/left-out.ts";
import type { ExportedBatchJobs } from "../../../services/export/export-batch-jobs.ts";
import type { ImportedBatchReport } from "../../../services/export/import-batch-report.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const RIGHT = "right" as const;

/** What was written, what it costs, what is left out and what is to be done next. */
export function batchJobsText(
  exported: ExportedBatchJobs,
  place: { readonly isLocal: boolean; readonly manifests: { readonly bucket: string; readonly prefix: string } },
): string {
  const { plan, jobs, location, leftOut, serviceFeeMicros, isInspected } = exported;
  if (jobs.length === 0) return [`Nothing of plan ${plan.id} can be exported.`, ...leftOutText(leftOut)].join("\n\n");
  const columns = [
    { title: "job" },
    { title: "objects", align: RIGHT },
    { title: "bytes", align: RIGHT },
    { title: "requests", align: RIGHT },
    { title: "saves a month", align: RIGHT },
    { title: "begin after" },
  ];
  const rows = jobs.map((job) => [
    visible(job.name),
    formatCount(job.objects),
    formatBytes(job.bytes),
    job.feeMicros === 0 ? "-" : formatMoney(job.feeMicros),
    job.savingMicrosPerMonth === 0 ? "-" : formatMoney(job.savingMicrosPerMonth),
    visible(job.after ?? "-"),
  ]);
  const parts = [
    `${counted(jobs.length, "job")} of plan ${plan.id} written to ${visible(location)}.`,
    table(columns, rows),
    `Batch Operations itself charges ${formatMoney(serviceFeeMicros)} on top ($0.25 a job, $1.00 a million objects).`,
    ...leftOutText(leftOut),
    ...(isInspected
      ? []
      : ["Objects were not looked at: what was written since the plan was made is left alone by the jobs."]),
    nextSteps(exported, place),
  ];
  return parts.join("\n\n");
}

function leftOutText(leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return [];
  const columns = [{ title: "left out" }, { title: "objects", align: RIGHT }, { title: "bytes", align: RIGHT }];
  const rows = leftOut.map(({ reason, moves, bytes }) => [
    LEFT_OUT_WORDS[reason],
    formatCount(moves),
    formatBytes(bytes),
  ]);
  return [table(columns, rows)];
}

function nextSteps(
  { jobs, location, plan }: ExportedBatchJobs,
  {
    isLocal,
    manifests,
  }: { readonly isLocal: boolean; readonly manifests: { readonly bucket: string; readonly prefix: string } },
): string {
  const name = visible(jobs[0]?.name ?? "");
  const { bucket, prefix } = manifests;
  const key = `${prefix}${name}.csv`;
  const upload = `  aws s3api put-object --bucket ${bucket} --key ${key} --body ${location}/${name}.csv`;
  const steps = [
    "Next, for each job (nothing runs before it is confirmed):",
    ...(isLocal ? [visible(upload)] : []),
    `  aws s3control create-job --cli-input-json ${isLocal ? visible(`file://${location}/${name}.json`) : `file://${name}.json`}`,
    `When it has ended: astra plan import-report ${plan.id} s3://REPORTS/job-ID/manifest.json`,
  ];
  return steps.join("\n");
}

/** What an imported report came to. */
export function importedReportText({
  run,
  rows,
  changed,
  verified,
  otherRows,
  unreported,
}: ImportedBatchReport): string {
  const lines = [
    `Run ${run.id} of plan ${run.planId}: ${run.state}. ${formatCount(run.done)} done, ${formatCount(run.failed)} failed, ${formatCount(run.skipped)} skipped.`,
    `${counted(rows, "row")} read, ${counted(changed, "line")} new, ${counted(verified, "object")} looked at.`,
    ...Object.entries(run.reasons).map(([reason, count]) => `  ${visible(reason)}: ${formatCount(count)}`),
  ];
  if (otherRows > 0) lines.push(`${counted(otherRows, "row")} about objects that the plan does not move.`);
  if (unreported > 0)
    lines.push(
      `${counted(unreported, "move")} of the plan in no report so far: import the other jobs' reports; what was never exported comes with the next plan.`,
    );
  return lines.join("\n");
}
