import { expect, test } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { type AccessStats, NO_ACCESS, recordReads } from "../access-stats.ts";
import { type DecideContext, DEFAULT_GUARDS, decide } from "../decide.ts";
import { CohortFold } from "./forecast-cohorts.ts";
import { ForecastHistory } from "./forecast-history.ts";
import { forecastSteps } from "./forecast-path.ts";
import { makeForecast } from "./forecast.ts";
import { matrixStrategy } from "../matrix.ts";
import { ModelledMonth } from "../billing/modelled-month.ts";
import { monthSpan } from "../billing/month-span.ts";
import { unknownObject } from "../object-state.ts";
import { viewOf } from "../object-view.ts";
import { compilePolicies } from "../policy/policy-constraints.ts";
import { seededRandom } from "../workload/seeded-random.ts";
import type { ObjectView } from "../strategy.ts";
import { MS_PER_DAY } from "../units.ts";

const NOW_MS = Date.UTC(2026, 8, 1);
const PAST_DAYS = 210;
const AHEAD_DAYS = 92;
const CLASSES = { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER_IR", archive: "DEEP_ARCHIVE" };
const MATRIX = matrixStrategy({ classes: CLASSES, windowDays: 90 });
const DECIDING: DecideContext = {
  strategy: MATRIX,
  strategyNamed: () => MATRIX,
  policies: compilePolicies([], AWS, Object.values(CLASSES)),
  prices: AWS,
  guards: DEFAULT_GUARDS,
  noncurrentDays: 0,
  nativeRules: [],
};

interface Life {
  readonly key: string;
  readonly createdMs: number;
  readonly sizeBytes: number;
  readonly reads: readonly (readonly [atMs: number, reads: number])[];
}

/**
 * The stated process: so many objects a day, by a lognormal factor of the week; lognormal sizes; one in five is read, a
 * Poisson number of times a day that halves every two weeks.
 */
function history(seed: number): Life[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const lives: Life[] = [];
  let week = 1;
  for (let day = -PAST_DAYS; day < AHEAD_DAYS; day += 1) {
    if (day % 7 === 0) week = Math.exp(0.4 * normal());
    const born = Math.round(4 * week * (0.5 + random()));
    for (let index = 0; index < born; index += 1) {
      const createdMs = NOW_MS + (day + random()) * MS_PER_DAY;
      const rate = random() < 0.2 ? Math.exp(normal()) : 0;
      const reads: [number, number][] = [];
      const lifeDays = rate > 0 ? Math.min(120, AHEAD_DAYS - day) : 0;
      for (let age = 0; age < lifeDays; age += 1) {
        const limit = Math.exp(-rate * 2 ** (-age / 14));
        let count = 0;
        for (let product = random(); product > limit; product *= random()) count += 1;
        if (count > 0) reads.push([createdMs + age * MS_PER_DAY, count]);
      }
      const sizeBytes = Math.round(2e7 * Math.exp(1.2 * normal()));
      lives.push({ key: `${day}/${index}`, createdMs: Math.round(createdMs), sizeBytes, reads });
    }
  }
  return lives;
}

function readsBefore(life: Life, untilMs: number): AccessStats {
  return life.reads
    .filter(([atMs]) => atMs < untilMs)
    .reduce((stats, [atMs, reads]) => recordReads(stats, Math.round(atMs), reads, 90), NO_ACCESS);
}

function stateOf(life: Life, untilMs: number) {
  const { key, createdMs, sizeBytes } = life;
  const known = { sizeBytes, etag: "e", storageClass: "STANDARD", createdMs, classSinceMs: createdMs };
  return { ...unknownObject({ bucket: "data", key }), ...known, access: readsBefore(life, untilMs) };
}

function forecastOf(lives: readonly Life[]) {
  const fate = (view: ObjectView): string => {
    const decision = decide(view, null, DECIDING);
    return decision.kind === "move" ? decision.proposal.storageClass : "";
  };
  const past = new ForecastHistory(NOW_MS, "STANDARD", fate);
  const fold = new CohortFold(fate);
  for (const life of lives.filter(({ createdMs }) => createdMs < NOW_MS)) {
    const { key, sizeBytes, createdMs } = life;
    const stored = { key, sizeBytes, etag: "e", lastModifiedMs: createdMs, storageClass: "STANDARD" };
    const view = viewOf(stored, stateOf(life, NOW_MS), NOW_MS, 90, "data");
    past.live(view);
    fold.add(view, null);
  }
  return makeForecast({
    id: "f",
    bucket: "data",
    createdMs: NOW_MS,
    steps: forecastSteps(NOW_MS, 2),
    cohorts: fold.cohorts(),
    history: past,
    deciding: DECIDING,
    windowDays: 90,
    interval: 0.8,
    resamples: 200,
    seed: 1,
  });
}

function cameTrue(lives: readonly Life[], name: string): number {
  const month = monthSpan(name);
  if (!month) throw new RangeError(name);
  const model = new ModelledMonth(AWS, { month, untilMs: month.toMs, restoreDays: 1 });
  for (const life of lives) if (life.createdMs < month.toMs) model.add(stateOf(life, month.toMs), []);
  return model.bill().totalMicros;
}

test(
  "on 30 stated histories, what came true is unbiased and mostly inside the 80 % interval",
  { timeout: 60_000 },
  () => {
    let inside = 0;
    let months = 0;
    let ratio = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const lives = history(seed);
      const forecast = forecastOf(lives);
      for (const { month, without } of [forecast.restOfMonth, ...forecast.months]) {
        const actual = cameTrue(lives, month);
        if (actual >= without.lowMicros && actual <= without.highMicros) inside += 1;
        ratio += actual / without.expectedMicros;
        months += 1;
      }
    }
    expect(Math.abs(ratio / months - 1)).toBeLessThan(0.03);
    expect(inside / months).toBeGreaterThan(0.65);
    expect(inside / months).toBeLessThan(0.95);
  },
);
