import { EXIT } from "../../../core/errors.ts";
import type { Context } from "../../../services/context.ts";
import type { Call } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { calendarMonth } from "../parse-month.ts";

export const report: CommandSpec = {
  name: "report",
  group: "Look",
  summary: "Show what Astra did and saved, or set a bill beside what it should have been.",
  details:
    "With --actual: rows of an AWS Cost and Usage Report (legacy or CUR 2.0; CSV, CSV.gz, Parquet) by bucket and line, beside the model. Every row is counted once; what nobody can explain has a line of its own.",
  options: [
    { flags: "--actual <file...>", summary: "Files of a Cost and Usage Report." },
    { flags: "--month <month>", summary: "Only this month, such as 2026-09 (UTC).", parse: calendarMonth },
    { flags: "--scan", summary: "List the buckets too, for objects that no event told of." },
  ],
  examples: [
    ["astra report", "moves, fees, and savings to date by run, policy and class"],
    ["astra report --actual cur-00001.csv.gz --month 2026-09", "billed beside modelled"],
  ],
  async run(call) {
    await using ctx = await call.context();
    const files = call.list("actual");
    return files.length > 0 ? actual(call, ctx, files) : done(call, ctx);
  },
};

async function actual(call: Call, ctx: Context, files: readonly string[]): Promise<number> {
  const [{ reportActual }, { openBillingFiles }, { actualReportText }] = await Promise.all([
    import("../../../services/report-actual.ts"),
    import("../../wiring.ts"),
    import("../output/report-actual-text.ts"),
  ]);
  const progress = call.terminal.progress();
  const [month, bucket] = [call.text("month"), call.text("bucket")];
  const input = {
    files,
    billing: await openBillingFiles(),
    progress: progress.report,
    isListed: call.has("scan"),
    ...(month !== undefined && { month }),
    ...(bucket !== undefined && { bucket }),
  };
  const result = await reportActual({ ctx, input }).finally(() => progress.clear());
  await call.terminal.show({ json: { ok: true, ...result }, text: () => actualReportText(result) });
  return EXIT.done;
}

async function done(call: Call, ctx: Context): Promise<number> {
  const [{ reportRuns }, { checkForecasts }, { runsReportText }, { forecastChecksText }, { monthSpan }] =
    await Promise.all([
      import("../../../services/report-runs.ts"),
      import("../../../services/check-forecasts.ts"),
      import("../output/report-runs-text.ts"),
      import("../output/forecast-text.ts"),
      import("../../../core/billing/month-span.ts"),
    ]);
  const bucket = call.text("bucket");
  const month = monthSpan(call.text("month") ?? "");
  const result = await reportRuns({ ctx, input: { ...(bucket !== undefined && { bucket }), ...(month && { month }) } });
  const forecastBucket = bucket ?? ctx.config.bucket;
  const input = forecastBucket === undefined ? null : { bucket: forecastBucket, ...(month && { month }) };
  const forecasts = input ? await checkForecasts({ ctx, input }) : [];
  const checked = forecasts.length === 0 ? "" : `\n\n${forecastChecksText(forecasts)}`;
  await call.terminal.show({ json: { ok: true, ...result, forecasts }, text: () => runsReportText(result) + checked });
  return EXIT.done;
}
