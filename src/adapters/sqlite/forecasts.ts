/** Forecasts, kept to be compared with what comes true. */
import type { Forecast } from "../../core/forecast/forecast.ts";
import { textOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { forecastOf } from "./json.ts";

/** To be called within a write transaction. */
export function writeForecast(db: Database, forecast: Forecast): void {
  db.statement("INSERT INTO forecasts (id, bucket, created_ms, forecast) VALUES (?, ?, ?, ?)").run(
    forecast.id,
    forecast.bucket,
    forecast.createdMs,
    JSON.stringify(forecast),
  );
}

export function newestForecasts(db: Database, bucket: string, limit: number): Forecast[] {
  return db
    .statement("SELECT forecast FROM forecasts WHERE bucket = ? ORDER BY created_ms DESC, n DESC LIMIT ?")
    .all(bucket, limit)
    .map((row) => forecastOf(textOf(row, "forecast")));
}
