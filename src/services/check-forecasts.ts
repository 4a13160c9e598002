/** Earlier forecasts of a bucket beside what the state says came true. */
import { type ForecastCheck, checkForecast, forecastFor } from "../core/forecast/forecast-check.ts";
import type { Forecast } from "../core/forecast/forecast.ts";
import { type MonthSpan, monthSpan } from "../core/billing/month-span.ts";
import { requirePermission } from "../core/permission.ts";
import { calendarMonth } from "../core/units.ts";
import type { Context } from "./context.ts";
import { modelMonth } from "./model-month.ts";

export interface CheckForecastsInput {
  readonly bucket: string;
  /** Only this month; every month that is over without it. */
  readonly month?: MonthSpan;
}

/** A forecast a day for more than a year. */
const MOST_FORECASTS = 500;

/** Months that are over and were forecast, oldest first. @throws AstraError ASTRA_STATE_*, ASTRA_STORE_* */
export async function checkForecasts({
  ctx,
  input,
}: {
  ctx: Context;
  input: CheckForecastsInput;
}): Promise<readonly ForecastCheck[]> {
  requirePermission(ctx.actor, "object.read");
  const forecasts = await ctx.state.forecasts(input.bucket, MOST_FORECASTS);
  const checks: ForecastCheck[] = [];
  for (const month of wantedMonths(forecasts, input.month, ctx.clock.now())) {
    const found = forecastFor(forecasts, month.month);
    if (!found) continue;
    // As the forecast did, so that both speak of the same objects.
    const model = await modelMonth(ctx, { bucket: input.bucket, month, isListed: true });
    if (model) checks.push(checkForecast(found, model.bill().totalMicros, "modelled"));
  }
  return checks;
}

function wantedMonths(forecasts: readonly Forecast[], only: MonthSpan | undefined, nowMs: number): MonthSpan[] {
  const names = new Set(forecasts.flatMap(({ months }) => months.map(({ month }) => month)));
  const present = calendarMonth(nowMs);
  return [...names]
    .filter((name) => name < present && (!only || name === only.month))
    .toSorted()
    .flatMap((name) => monthSpan(name) ?? []);
}
