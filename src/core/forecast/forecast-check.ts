/** A forecast beside what came true. */
import type { Band, Forecast, ForecastMonth } from "./forecast.ts";
import { monthSpan } from "../billing/month-span.ts";

/** `over`, `under`: outside the interval, so something is not as the forecast took it to be. */
export type Drift = "inside" | "over" | "under";

export interface ForecastCheck {
  readonly month: string;
  readonly forecastId: string;
  readonly forecastMs: number;
  readonly expected: Band;
  /** Without Astra, as then expected. */
  readonly withoutMicros: number;
  readonly actualMicros: number;
  /** `billed` by the provider, or `modelled` from the state. */
  readonly source: "billed" | "modelled";
  readonly drift: Drift;
  /** The drift in one sentence. */
  readonly words: string;
}

/** The newest forecast made before the month began that speaks of it. @param forecasts newest first */
export function forecastFor(
  forecasts: readonly Forecast[],
  month: string,
): { readonly forecast: Forecast; readonly month: ForecastMonth } | null {
  const span = monthSpan(month);
  for (const forecast of forecasts) {
    const found = forecast.months.find((each) => each.month === month);
    if (found && span && forecast.createdMs < span.fromMs) return { forecast, month: found };
  }
  return null;
}

/** Sets one month's spend beside what was expected of it under Astra. */
export function checkForecast(
  { forecast, month }: { readonly forecast: Forecast; readonly month: ForecastMonth },
  actualMicros: number,
  source: ForecastCheck["source"],
): ForecastCheck {
  const expected = month.with;
  const drift = actualMicros > expected.highMicros ? "over" : actualMicros < expected.lowMicros ? "under" : "inside";
  return {
    month: month.month,
    forecastId: forecast.id,
    forecastMs: forecast.createdMs,
    expected,
    withoutMicros: month.without.expectedMicros,
    actualMicros,
    source,
    drift,
    words: wordsOf(drift, actualMicros, expected, forecast.interval),
  };
}

function wordsOf(drift: Drift, actual: number, expected: Band, interval: number): string {
  const percent = `${Math.round(interval * 100)} %`;
  if (drift === "inside") return `inside the ${percent} interval`;
  const edge = drift === "over" ? expected.highMicros : expected.lowMicros;
  const away = edge === 0 ? "" : ` by ${Math.abs(Math.round((actual / edge - 1) * 100))} %`;
  const cause =
    drift === "over"
      ? "more was stored or read than the weeks before it had shown"
      : "less was stored or read than the weeks before it had shown";
  return `drift: ${drift} the ${percent} interval${away}; ${cause}`;
}
