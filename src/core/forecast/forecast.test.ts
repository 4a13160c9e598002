import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { VIEW_DAY, objectView } from "../../../test/support/views.ts";
import { type DecideContext, DEFAULT_GUARDS, decide } from "../decide.ts";
import { CohortFold, laterView } from "./forecast-cohorts.ts";
import { checkForecast, forecastFor } from "./forecast-check.ts";
import { ForecastHistory } from "./forecast-history.ts";
import { forecastSteps } from "./forecast-path.ts";
import { type Forecast, makeForecast } from "./forecast.ts";
import { matrixStrategy } from "../matrix.ts";
import { compilePolicies } from "../policy/policy-constraints.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { ObjectView } from "../strategy.ts";
import { GB_BYTES, MS_PER_DAY } from "../units.ts";

const NOW_MS = VIEW_DAY * MS_PER_DAY;
const MATRIX = matrixStrategy({
  classes: { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER_IR", archive: "DEEP_ARCHIVE" },
  windowDays: 90,
});

function deciding(prices: PriceBook = AWS): DecideContext {
  return {
    strategy: MATRIX,
    strategyNamed: () => MATRIX,
    policies: compilePolicies([], prices, ["GLACIER_IR", "DEEP_ARCHIVE"]),
    prices,
    guards: DEFAULT_GUARDS,
    noncurrentDays: 0,
    nativeRules: [],
  };
}

interface Extra {
  readonly seed?: number;
  readonly months?: number;
  readonly prices?: PriceBook;
  readonly deleted?: readonly { readonly daysAgo: number; readonly bytes: number }[];
}

function forecastOf(
  views: readonly ObjectView[],
  { seed = 1, months = 6, prices = AWS, deleted = [] }: Extra = {},
): Forecast {
  const context = deciding(prices);
  const fate = (view: ObjectView): string => {
    const decision = decide(view, null, context);
    return decision.kind === "move" ? decision.proposal.storageClass : "";
  };
  const history = new ForecastHistory(NOW_MS, prices.baseClass, fate);
  const fold = new CohortFold(fate);
  for (const view of views) {
    history.live(view);
    fold.add(view, null);
  }
  for (const { daysAgo, bytes } of deleted) history.deleted(NOW_MS - daysAgo * MS_PER_DAY, null, bytes);
  return makeForecast({
    id: "f",
    bucket: "data",
    createdMs: NOW_MS,
    steps: forecastSteps(NOW_MS, months),
    cohorts: fold.cohorts(),
    history,
    deciding: context,
    windowDays: 90,
    interval: 0.8,
    resamples: 60,
    seed,
  });
}

const old = (changes: Partial<ObjectView> = {}) => objectView({ ageDays: 1000, daysInClass: 1000, ...changes });
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("steps", () => {
  test("are what is left of the month, then calendar months", () => {
    const steps = forecastSteps(Date.UTC(2026, 10, 16), 2);
    expect(steps.map(({ month, fromDays, days, share }) => [month, fromDays, days, share])).toEqual([
      ["2026-11", 0, 15, 0.5],
      ["2026-12", 15, 31, 1],
      ["2027-01", 46, 31, 1],
    ]);
  });
});

describe("an object some days from now", () => {
  test("is older, and its reads leave the window", () => {
    const view = old({ windowReads: 9, rate: { readsPerMonth: 0, readDaysPerMonth: 0 } });
    const later = laterView(view, { days: 30 });
    expect(later).toMatchObject({
      ageDays: 1030,
      daysInClass: 1030,
      windowReads: 6,
      atMs: view.atMs + 30 * MS_PER_DAY,
    });
    expect(laterView(view, { days: 90 }).windowReads).toBe(0);
  });

  test("with a steady rate keeps its reads", () => {
    const view = old({ windowReads: 12, rate: { readsPerMonth: 4.058, readDaysPerMonth: 4 } });
    expect(laterView(view, { days: 45, rateLeft: 1 }).windowReads).toBe(12);
    expect(laterView(view, { days: 400, rateLeft: 1 }).idleDays).toBeLessThan(10);
  });
});

describe("a forecast", () => {
  test("of one old GB: its rent without Astra; with it the fee once and then the archive's rent", () => {
    const forecast = forecastOf([old()], { months: 3 });
    expect(forecast.months.map(({ without }) => without.expectedMicros)).toEqual([23_000, 23_000, 23_000]);
    const overhead = (32 * 0.99 + 8 * 23) / 1024;
    for (const { with: band } of forecast.months) expect(band.expectedMicros).toBeCloseTo(990 + overhead, 1);
    expect(forecast.restOfMonth.feesMicros).toBeCloseTo(50 + 0.8, 5);
    expect(forecast.totals.feesMicros).toBe(0);
    expect(forecast.totals.saving.expectedMicros).toBeCloseTo(3 * (23_000 - 990 - overhead), 0);
  });

  test("is certain where nothing is read, created or deleted", () => {
    for (const { without, with: band } of forecastOf([old(), old({ sizeBytes: 5 * GB_BYTES })]).months) {
      expect(without.lowMicros).toBeCloseTo(without.highMicros, 6);
      expect(band.lowMicros).toBeCloseTo(band.highMicros, 6);
    }
  });

  test("grows by what was created in the last weeks, and is uncertain about it", () => {
    const created = Array.from({ length: 91 }, (_, ageDays) =>
      objectView({ ageDays, daysInClass: ageDays, sizeBytes: GB_BYTES * (1 + (ageDays % 9)) }),
    );
    const { months, basis } = forecastOf([old(), ...created]);
    expect(basis.createdObjectsPerMonth).toBeCloseTo(30.4375, 0);
    const [first, second] = months.map(({ without }) => without.expectedMicros);
    const bytes = sum(created.map(({ sizeBytes }) => sizeBytes));
    // A month's creations, and the requests that wrote them, more than the month before.
    expect((second ?? 0) - (first ?? 0)).toBeCloseTo((bytes / 3 / GB_BYTES) * 23_000 * (91.3125 / 91), -4);
    const last = months.at(-1)?.without;
    expect(last?.lowMicros).toBeLessThan(last?.expectedMicros ?? 0);
    expect(last?.highMicros).toBeGreaterThan(last?.expectedMicros ?? 0);
  });

  test("shrinks by what was deleted", () => {
    const { basis, months } = forecastOf([old()], {
      deleted: [
        { daysAgo: 10, bytes: GB_BYTES },
        { daysAgo: 200, bytes: GB_BYTES },
      ],
    });
    expect(basis.deletedPerMonth).toBeGreaterThan(0);
    expect(months.at(-1)?.without.expectedMicros).toBeLessThan(months[0]?.without.expectedMicros ?? 0);
  });

  test("lets the reads of old objects go on falling as they fell, and never rise", () => {
    const read = (days: readonly number[]) =>
      forecastOf([
        old({
          readDays: days.map((ago) => ({ day: VIEW_DAY - ago, reads: 10 })),
          rate: { readsPerMonth: 10, readDaysPerMonth: 1 },
        }),
      ]).basis.quietDecayPerMonth;
    expect(read([80, 75, 50, 45, 5])).toBeLessThan(1);
    expect(read([80, 5, 4, 3, 2])).toBe(1);
    expect(read([80, 79, 50])).toBe(0.5);
  });

  test("leaves out, and counts, what has no known price", () => {
    const { basis, totals } = forecastOf([old({ storageClass: "STANDARD_IA" })], {
      prices: withClass("STANDARD_IA", { storage: [] }),
    });
    expect(basis).toMatchObject({ objects: 1, unpricedObjects: 1 });
    expect(totals.without.expectedMicros).toBe(0);
  });

  test("names what decides", () => {
    const { months } = forecastOf([old(), old({ key: "x/backup_1.zip" })]);
    expect(Object.keys(months[0]?.policies ?? {})).toEqual(["matrix:age", "matrix:name:backup_*"]);
    expect(Object.keys(months[0]?.classes ?? {})).toEqual(["DEEP_ARCHIVE", "GLACIER_IR", "STANDARD"]);
  });
});

const someView = fc
  .record({
    ageDays: fc.integer({ min: 0, max: 900 }),
    sizeBytes: fc.integer({ min: 1, max: 2 ** 32 }),
    reads: fc.constantFrom(0, 0, 0, 0.3, 4, 60),
    storageClass: fc.constantFrom("STANDARD", "STANDARD_IA", "GLACIER_IR"),
    key: fc.constantFrom("a", "monthly_a", "backup_a"),
  })
  .map(({ reads, ageDays, ...rest }) =>
    objectView({
      ...rest,
      ageDays,
      daysInClass: ageDays,
      windowReads: Math.round(reads * Math.min(3, ageDays / 30)),
      rate: { readsPerMonth: reads, readDaysPerMonth: reads / 2 },
      readDays: reads > 0 ? [{ day: VIEW_DAY - 3, reads: Math.ceil(reads) }] : [],
    }),
  );

test("whatever the objects: sums agree, intervals hold what is expected, and the seed decides", () => {
  fc.assert(
    fc.property(fc.array(someView, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 99 }), (views, seed) => {
      const forecast = forecastOf(views, { seed, months: 4 });
      expect(forecastOf(views, { seed, months: 4 })).toEqual(forecast);
      for (const month of [forecast.restOfMonth, ...forecast.months]) {
        for (const groups of [month.classes, month.policies]) {
          const shares = Object.values(groups);
          const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, b));
          near(sum(shares.map(({ withoutMicros }) => withoutMicros)), month.without.expectedMicros);
          near(sum(shares.map(({ withMicros }) => withMicros)), month.with.expectedMicros);
        }
        for (const band of [month.without, month.with]) {
          expect(band.lowMicros).toBeGreaterThanOrEqual(0);
          expect(band.lowMicros).toBeLessThanOrEqual(band.expectedMicros);
          expect(band.highMicros).toBeGreaterThanOrEqual(band.expectedMicros);
        }
      }
      const all = sum(forecast.months.map((month) => month.with.expectedMicros));
      expect(Math.abs(all - forecast.totals.with.expectedMicros)).toBeLessThanOrEqual(1e-9 * Math.max(1, all));
    }),
    { numRuns: 25 },
  );
});

test("a million alike objects are a few cohorts", () => {
  const fold = new CohortFold(() => "");
  for (let index = 0; index < 20_000; index += 1) fold.add(old({ key: `k${index}`, sizeBytes: 1000 + index }), null);
  expect(fold.cohorts().length).toBeLessThan(10);
  expect(sum(fold.cohorts().map(({ objects }) => objects))).toBe(20_000);
});

describe("a forecast beside what came true", () => {
  const made = forecastOf([old()], { months: 3 });
  const month = made.months[0];
  const name = month?.month ?? "";
  const high = month?.with.highMicros ?? 0;
  const low = month?.with.lowMicros ?? 0;

  test("is the newest one made before the month", () => {
    const newer = { ...made, id: "newer", createdMs: made.createdMs + 1 };
    const tooLate = { ...made, id: "late", createdMs: made.createdMs + 90 * MS_PER_DAY };
    expect(forecastFor([tooLate, newer, made], name)?.forecast.id).toBe("newer");
    expect(forecastFor([made], "2001-01")).toBeNull();
    expect(forecastFor([], name)).toBeNull();
  });

  test.each([
    [high, "inside", /inside the 80 % interval/],
    [high * 1.5, "over", /drift: over the 80 % interval by 50 %; more was stored or read/],
    [low / 2, "under", /drift: under the 80 % interval by 50 %; less was stored or read/],
  ] as const)("%d micros is %s", (actual, drift, words) => {
    const found = forecastFor([made], name);
    if (!found) throw new RangeError("the month is forecast");
    const check = checkForecast(found, actual, "billed");
    expect(check).toMatchObject({ drift, source: "billed", month: name });
    expect(check.words).toMatch(words);
  });
});
