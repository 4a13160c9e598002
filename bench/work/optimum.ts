/** The clairvoyant optimum of made-up objects over a year, at AWS's prices with every class. */
import { z } from "zod";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { type DailyTariff, dailyTariff } from "../../src/core/backtest/daily-tariff.ts";
import { type ObjectLife, optimumOf } from "../../src/core/backtest/optimum.ts";
import { seededRandom } from "../../src/core/workload/seeded-random.ts";
import { KIB } from "../../src/core/units.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ objects: z.number(), sampleEvery: z.number() });
export type OptimumInput = z.infer<typeof inputSchema>;

export const DAYS = 365;
const CLASSES = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"];
const MOST_READS = 8;

/** Object `index`: 64 KiB to 1 GiB, log-uniform; up to eight days with reads, most of them in its first month. */
export function benchObject(index: number): { readonly sizeBytes: number; readonly life: ObjectLife } {
  const random = seededRandom(index);
  const sizeBytes = Math.round(64 * KIB * 2 ** (random() * 14));
  const count = Math.floor(random() * (MOST_READS + 1));
  const days = new Set(Array.from({ length: count }, () => Math.floor(DAYS * random() ** 3)));
  const readDay = [...days].toSorted((a, b) => a - b);
  const life = {
    firstDay: 0,
    endDay: DAYS,
    isDeleted: random() < 0.2,
    fromRow: 0,
    toRow: readDay.length,
    readDay,
    reads: readDay.map(() => 1),
    bytesRead: readDay.map(() => sizeBytes),
  };
  return { sizeBytes, life };
}

export function benchTariff(sizeBytes: number): DailyTariff {
  return dailyTariff(builtInPriceBook(), { names: CLASSES, hasAutoArchive: true }, sizeBytes);
}

/** Nine digits: far more than a wrong path would leave, far less than rounding touches. */
export function shownCost(cost: number): string {
  return cost.toPrecision(9);
}

export async function work(input: unknown): Promise<WorkDone> {
  const { objects, sampleEvery } = inputSchema.parse(input);
  const book = builtInPriceBook();
  const made = Array.from({ length: objects }, (_, index) => benchObject(index));
  const found: Record<string, string> = {};
  const { phase } = await timed(objects * DAYS, () => {
    made.forEach(({ sizeBytes, life }, index) => {
      const tariff = dailyTariff(book, { names: CLASSES, hasAutoArchive: true }, sizeBytes);
      const { cost } = optimumOf(tariff, life);
      if (index % sampleEvery === 0) found[String(index)] = shownCost(cost);
    });
  });
  return { phases: { optimum: phase }, found };
}
