/** Solving decision tables from an untaught model at AWS's prices, and looking choices up in them. */
import { z } from "zod";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { AccessModel } from "../../src/core/predict/access-model.ts";
import { Predictor, SIZES, type Situation, middleOfBucket } from "../../src/core/predict/predictor.ts";
import { PROFILES } from "../../src/core/predict/profile.ts";
import { seededRandom } from "../../src/core/workload/seeded-random.ts";
import { tariffCache } from "../../src/core/backtest/tariff-cache.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ tables: z.number(), lookUps: z.number() });
export type DecisionTableInput = z.infer<typeof inputSchema>;

const CLASSES = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"];
const MAX_PAYBACK_DAYS = 180;

/** An object of bucket `index` in STANDARD that is read on most days, or that was last read two years ago. */
export function benchSituation(profile: number, isRead: boolean): Situation {
  return {
    storageClass: 0,
    leftDays: 0,
    clock: null,
    recencyDays: isRead ? 1 : 720,
    ageDays: 900,
    score: isRead ? 40 : 2 ** -7,
    fullReads: 1,
    profile,
  };
}

export async function work(input: unknown): Promise<WorkDone> {
  const { tables, lookUps } = inputSchema.parse(input);
  const tariffOf = tariffCache(builtInPriceBook(), { names: CLASSES, hasAutoArchive: true }, "lifecycle");
  const sizes = Array.from({ length: SIZES }, (_, bucket) => middleOfBucket(bucket));
  const predictor = new Predictor({ model: new AccessModel(), tariffOf, sizes, maxPaybackDays: MAX_PAYBACK_DAYS });
  const asked = Array.from({ length: tables }, (_, index) => ({
    tariff: tariffOf(sizes[index % SIZES] ?? 0),
    profile: Math.floor(index / SIZES) % PROFILES,
  }));
  const { phase: solve } = await timed(tables, () => {
    for (const { tariff, profile } of asked) predictor.table(tariff, benchSituation(profile, true), "long");
  });
  const random = seededRandom(1);
  const situations = asked.map(({ tariff, profile }) => ({
    tariff,
    situation: { ...benchSituation(profile, false), recencyDays: 1 + Math.floor(random() * 700) },
  }));
  for (const { tariff, situation } of situations) predictor.choose(tariff, situation, "long");
  const { phase: lookUp } = await timed(lookUps, () => {
    for (let done = 0; done < lookUps; done += 1) {
      const { tariff, situation } = situations[done % situations.length] ?? {};
      if (tariff && situation) predictor.choose(tariff, situation, "long");
    }
  });
  const found: Record<string, string> = {};
  asked.forEach(({ tariff, profile }, index) => {
    const choose = (isRead: boolean): string =>
      CLASSES[predictor.choose(tariff, benchSituation(profile, isRead), "long")] ?? "";
    found[String(index)] = `${choose(true)} ${choose(false)}`;
  });
  return { phases: { solve, "look up": lookUp }, found };
}
