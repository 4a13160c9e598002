/** Forecasts, and objects that are no more. */
import { expect, test } from "vitest";
import type { Band, Forecast, ForecastMonth } from "../../src/core/forecast/forecast.ts";
import { BUCKET, NOW_MS, auditEntry, collect, fullObject } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

const BAND: Band = { expectedMicros: 1_234.5, lowMicros: 1_000, highMicros: 2_000.25 };

function month(name: string): ForecastMonth {
  const sums = { withoutMicros: 2, withMicros: 1.5 };
  return {
    month: name,
    share: 1,
    without: BAND,
    with: BAND,
    feesMicros: 3,
    classes: { STANDARD: sums },
    policies: { "matrix:age": sums },
  };
}

function forecast(id: string, createdMs: number, bucket = BUCKET): Forecast {
  return {
    id,
    bucket,
    createdMs,
    strategy: "matrix",
    priceBook: "aws-us-east-1 2026-01-01",
    interval: 0.8,
    resamples: 200,
    seed: 1,
    basis: {
      objects: 3,
      bytes: 2 ** 50,
      cohorts: 2,
      unpricedObjects: 0,
      historyDays: 91,
      createdObjectsPerMonth: 1.5,
      createdBytesPerMonth: 1e9,
      deletedPerMonth: 0.01,
      quietDecayPerMonth: 0.9,
    },
    restOfMonth: month("2026-01"),
    months: [month("2026-02"), month("2026-03")],
    totals: { without: BAND, with: BAND, saving: BAND, feesMicros: 6 },
  };
}

export function forecastTests(create: () => Promise<StateBackend>): void {
  test("forecasts of a bucket come back newest first, with what was audited", () =>
    withState(create, async (store, backend) => {
      const [first, second] = [forecast("f1", NOW_MS), forecast("f2", NOW_MS + 1)];
      await store.putForecast(second, auditEntry("second"));
      await store.putForecast(first, auditEntry("first"));
      await store.putForecast(forecast("f3", NOW_MS + 2, "other"), auditEntry("third"));
      await using other = await backend.open();
      expect(await other.forecasts(BUCKET, 5)).toEqual([second, first]);
      expect(await other.forecasts(BUCKET, 1)).toEqual([second]);
      expect(await other.forecasts("none", 5)).toEqual([]);
      expect((await other.auditEntries({ limit: 3 })).map(({ action }) => action)).toEqual([
        "third",
        "first",
        "second",
      ]);
    }));

  test("deleted objects are listed where they are asked for", () =>
    withState(create, async (store) => {
      await store.putObjects([fullObject("a"), { ...fullObject("b"), deletedMs: 7 }, fullObject("c")]);
      const keys = async (deleted?: "include" | "only") => {
        const found = await collect(store.objects({ bucket: BUCKET, ...(deleted && { deleted }) }));
        return found.map(({ key }) => key);
      };
      expect(await keys()).toEqual(["a", "c"]);
      expect(await keys("include")).toEqual(["a", "b", "c"]);
      expect(await keys("only")).toEqual(["b"]);
    }));
}
