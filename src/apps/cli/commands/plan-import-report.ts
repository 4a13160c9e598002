import { createReadStream } from "node:fs";
import { AstraError, EXIT } from "../../../core/errors.ts";
import { VERIFY_MODES } from "../../../services/export/reported-line.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

export const planImportReport: CommandSpec = {
  name: "plan import-report",
  group: "Decide and move",
  summary: "Take in what S3 Batch Operations reports of a plan's jobs, and close the run.",
  details:
    "Each object that a report calls done is looked at, unless --verify says otherwise. Reports may come one by one; taking one in again changes nothing.",
  arguments: [
    { form: "<plan>", summary: "File written by `astra plan --out`, or a plan's id." },
    {
      form: "<reports...>",
      summary: "manifest.json of a completion report, or its CSV files; paths or s3:// addresses.",
    },
  ],
  options: [
    {
      flags: "--verify <which>",
      summary: "Objects to look at: all, one in a hundred, or none.",
      choices: VERIFY_MODES,
      shownDefault: "all",
    },
  ],
  examples: [
    ["astra plan import-report plan.json s3://reports/astra/job-1f0a/manifest.json", "the report of one job"],
    ["astra plan import-report plan.json job-1f0a/manifest.json --json", "a downloaded report, on one line"],
  ],
  async run(call) {
    const [named, ...reports] = call.arguments;
    if (named === undefined || reports.length === 0) throw usageError("the plan or its report is missing");
    const [{ importBatchReport }, { importedReportText }, { planOf }] = await Promise.all([
      import("../../../services/export/import-batch-report.ts"),
      import("../output/export-jobs-text.ts"),
      import("../plan-argument.ts"),
    ]);
    const asked = call.text("verify");
    const verify = VERIFY_MODES.find((mode) => mode === asked) ?? "all";
    await using ctx = await call.context();
    const plan = await planOf(ctx, named);
    const progress = call.terminal.progress();
    const input = { planId: plan.id, reports, openLocal, verify, progress: progress.report };
    const imported = await importBatchReport({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: true, ...imported }, text: () => importedReportText(imported) });
    return imported.run.failed > 0 ? EXIT.partlyApplied : EXIT.done;
  },
};

async function* openLocal(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "it cannot be read";
    throw new AstraError("ASTRA_COMPLETION_REPORT_INVALID", `the file cannot be read: ${code}`, {
      where: path,
      fix: "Check the path and its permissions.",
      cause,
    });
  }
}
