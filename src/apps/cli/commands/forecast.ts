import { EXIT } from "../../../core/errors.ts";
import { type Call, bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { wholeNumber } from "../parse-options.ts";

const MONTHS = 12;
const INTERVAL_PERCENT = 80;

export const forecast: CommandSpec = {
  name: "forecast",
  group: "Look",
  summary: "Forecast the spend of the next months, with and without Astra.",
  details:
    "From the objects, growth and reads of the last 13 weeks, by month, class and policy, with an interval. The forecast is kept; --check compares the earlier ones with what came true.",
  options: [
    {
      flags: "--months <n>",
      summary: "Months to look ahead.",
      parse: wholeNumber(1, 60),
      shownDefault: String(MONTHS),
    },
    {
      flags: "--interval <percent>",
      summary: "Chance that a month lies in its interval.",
      parse: wholeNumber(1, 99),
      shownDefault: String(INTERVAL_PERCENT),
    },
    {
      flags: "--seed <n>",
      summary: "Seed of the draws: the same one gives the same forecast.",
      parse: wholeNumber(0),
      shownDefault: "1",
    },
    { flags: "--check", summary: "Compare earlier forecasts with what came true, instead of making one." },
    { flags: "--html <file>", summary: "Write the forecast as a page with a chart, too." },
  ],
  examples: [
    ["astra forecast --bucket data --months 12", "a year's spend with and without Astra"],
    ["astra forecast --bucket data --check", "how good the earlier forecasts were"],
  ],
  run: (call) => (call.has("check") ? check(call) : make(call)),
};

async function make(call: Call): Promise<number> {
  const [{ forecastSpend }, { forecastText }] = await Promise.all([
    import("../../../services/forecast-spend.ts"),
    import("../output/forecast-text.ts"),
  ]);
  await using ctx = await call.context();
  const progress = call.terminal.progress();
  const input = {
    bucket: bucketOf(ctx.config),
    months: call.number("months") ?? MONTHS,
    interval: (call.number("interval") ?? INTERVAL_PERCENT) / 100,
    seed: call.number("seed") ?? 1,
    progress: progress.report,
  };
  const made = await forecastSpend({ ctx, input }).finally(() => progress.clear());
  const file = call.text("html") ?? null;
  if (file !== null) {
    const [{ forecastPage }, { writeNewFile }] = await Promise.all([
      import("../output/forecast-html.ts"),
      import("../files.ts"),
    ]);
    await writeNewFile(file, whole(forecastPage(made)));
  }
  await call.terminal.show({ json: { ok: true, file, forecast: made }, text: () => forecastText(made) });
  return EXIT.done;
}

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}

async function check(call: Call): Promise<number> {
  const [{ checkForecasts }, { forecastChecksText }] = await Promise.all([
    import("../../../services/check-forecasts.ts"),
    import("../output/forecast-text.ts"),
  ]);
  await using ctx = await call.context();
  const checks = await checkForecasts({ ctx, input: { bucket: bucketOf(ctx.config) } });
  await call.terminal.show({ json: { ok: true, checks }, text: () => forecastChecksText(checks) });
  return EXIT.done;
}
