/** Reference sums in the form of `daily-bill.json`: what an object that stays in one class is charged for storage. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { rentMicrosPerMonth } from "../../src/core/pricing/bill.ts";
import { DAYS_PER_MONTH, MICROS_PER_DOLLAR } from "../../src/core/units.ts";
import { AWS } from "./prices.ts";

const caseFile = z.object({
  cases: z.array(
    z.object({
      sizeBytes: z.number(),
      days: z.number(),
      paths: z.array(z.object({ moves: z.array(z.tuple([z.number(), z.string()])), storage: z.number() })),
    }),
  ),
});

export interface StorageCase {
  readonly storageClass: string;
  readonly sizeBytes: number;
  readonly expectedDollars: number;
  readonly actualDollars: number;
}

/** Every path of the file that goes to one class on the first day and stays; a class that cools by itself is left out. */
export async function storageCases(file: string): Promise<StorageCase[]> {
  const { cases } = caseFile.parse(JSON.parse(await readFile(file, "utf8")));
  return cases.flatMap(({ sizeBytes, days, paths }) =>
    paths.flatMap(({ moves, storage }): StorageCase[] => {
      const [only, ...more] = moves;
      const prices = only && AWS.classes[only[1]];
      if (!only || more.length > 0 || only[0] !== 0 || !prices || prices.innerTiers) return [];
      const actualDollars = (rentMicrosPerMonth(AWS, prices, sizeBytes) / MICROS_PER_DOLLAR / DAYS_PER_MONTH) * days;
      return [{ storageClass: only[1], sizeBytes, expectedDollars: storage, actualDollars }];
    }),
  );
}
