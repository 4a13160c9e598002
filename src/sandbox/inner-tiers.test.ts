/** INTELLIGENT_TIERING in the ledger: read on known days against sums by hand, read at random against the expected bill. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, START_MS, sandboxFixture } from "../../test/support/sandbox.ts";
import { seededRandom } from "../adapters/system/seeded-random.ts";
import { builtInPriceBook } from "../config/price-books.ts";
import { monthlyBill } from "../core/pricing/bill.ts";
import { calendarMonths } from "../core/pricing/calendar-fee.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB, MS_PER_DAY } from "../core/units.ts";

const TIERS = [
  { name: "frequent", fromDays: 0, microsPerMonth: 23_000 },
  { name: "infrequent", fromDays: 30, microsPerMonth: 12_500 },
  { name: "archive-instant", fromDays: 90, microsPerMonth: 4_000 },
] as const;

/** Objects of one gigabyte each. */
async function store(fixture: SandboxFixture, keys: readonly string[]): Promise<void> {
  for (const Key of keys) {
    const input = { Bucket: BUCKET, Key, Body: "x", StorageClass: "INTELLIGENT_TIERING" } as const;
    await fixture.s3.send(new PutObjectCommand(input));
  }
}

interface Read {
  readonly key: string;
  readonly day: number;
}

function live(fixture: SandboxFixture, reads: readonly Read[], days: number): Readonly<Record<string, number>> {
  for (const { key, day } of reads.toSorted((a, b) => a.day - b.day)) {
    fixture.sandbox.advanceTo(START_MS + Math.round(day * MS_PER_DAY));
    fixture.sandbox.enterReads(BUCKET, key, 1);
  }
  fixture.sandbox.advanceTo(START_MS + days * MS_PER_DAY);
  return fixture.sandbox.bill().lines;
}

/** Micros of each tier for one object: the stretch after every read, cut where the next tier begins. */
function byHand(readDays: readonly number[], days: number): Record<string, number> {
  const sums: Record<string, number> = {};
  const begins = [0, ...readDays];
  for (const [index, begin] of begins.entries()) {
    const end = begins[index + 1] ?? days;
    for (const [place, tier] of TIERS.entries()) {
      const from = Math.min(end, begin + tier.fromDays);
      const to = Math.min(end, begin + (TIERS[place + 1]?.fromDays ?? Infinity));
      const months = calendarMonths(START_MS + from * MS_PER_DAY, START_MS + to * MS_PER_DAY);
      sums[tier.name] = (sums[tier.name] ?? 0) + months * tier.microsPerMonth;
    }
  }
  return sums;
}

describe("the ledger of INTELLIGENT_TIERING", () => {
  it.each([
    [[]],
    [[29]],
    [[30]],
    [[31, 60.5, 180]],
    [[89, 90, 250]],
    [[100, 101, 102, 103, 290]],
    [Array.from({ length: 20 }, (_, index) => 5 + 14 * index)],
  ])("has an object read on days %j in each tier for as long as it lay there", async (days) => {
    await using fixture = await sandboxFixture({ byteScale: GB_BYTES });
    await store(fixture, ["k"]);
    const reads = days.map((day) => ({ key: "k", day }));
    const lines = live(fixture, reads, 300);
    const expected = byHand(days, 300);
    for (const { name } of TIERS) {
      // Every month is rounded to whole micros by itself; 300 days touch ten.
      expect(
        Math.abs((lines[`INTELLIGENT_TIERING storage (${name})`] ?? 0) - (expected[name] ?? 0)),
        name,
      ).toBeLessThan(5);
    }
    expect(Math.abs((lines["INTELLIGENT_TIERING get"] ?? 0) - days.length * 0.4)).toBeLessThan(5);
    expect(lines["INTELLIGENT_TIERING retrieval"]).toBeUndefined();
  });

  it("never cools and never monitors what is smaller than 128 KiB", async () => {
    await using fixture = await sandboxFixture({ byteScale: 127 * KIB });
    await store(fixture, ["small"]);
    const lines = live(fixture, [], 30 + 31);
    expect(Object.keys(lines)).toEqual(["INTELLIGENT_TIERING put", "INTELLIGENT_TIERING storage (frequent)"]);
  });

  it.each([0.002, 0.01, 0.03, 0.1])(
    "comes to the expected bill where objects are read at random, %f times a day",
    async (perDay) => {
      await using fixture = await sandboxFixture({ byteScale: GB_BYTES });
      const objects = 250;
      const horizonDays = 200;
      const keys = Array.from({ length: objects }, (_, index) => `k${index}`);
      await store(fixture, keys);
      const lines = live(fixture, randomReads(keys, perDay, horizonDays), horizonDays);
      const rate = perDay * DAYS_PER_MONTH;
      const window = { idleDays: 0, horizonDays };
      const use = { sizeBytes: GB_BYTES, readsPerMonth: rate, readDaysPerMonth: rate, window };
      const bill = monthlyBill(builtInPriceBook(), "INTELLIGENT_TIERING", use);
      const months = calendarMonths(START_MS, START_MS + horizonDays * MS_PER_DAY) * objects;
      const storage = TIERS.reduce((sum, { name }) => sum + (lines[`INTELLIGENT_TIERING storage (${name})`] ?? 0), 0);
      // Of 250 objects, each between the first and the last tier: three standard errors are under 5 %.
      expect(Math.abs(storage / ((bill?.storageMicros ?? NaN) * months) - 1)).toBeLessThan(0.05);
      expect((lines["INTELLIGENT_TIERING monitoring"] ?? NaN) / ((bill?.monitoringMicros ?? NaN) * months)).toBeCloseTo(
        1,
        2,
      );
    },
  );
});

/** A Poisson process for each object. */
function randomReads(keys: readonly string[], perDay: number, days: number): Read[] {
  const chance = seededRandom(Math.round(perDay * 1000));
  return keys.flatMap((key) => {
    const reads: Read[] = [];
    const wait = (): number => -Math.log(1 - chance.next()) / perDay;
    for (let day = wait(); day < days; day += wait()) reads.push({ key, day });
    return reads;
  });
}
