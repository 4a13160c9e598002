/**
 * The sandbox's ledger and the expected bill are the same prices: an object is lived through in the sandbox, by real requests,
 * and what was charged is compared with what the bill expects. The ledger prorates by the calendar month, the bill by months
 * of 30.4375 days: whole calendar months agree exactly, shares of one by the ratio of the two lengths.
 */
import {
  CopyObjectCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type StorageClass,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { BUCKET, type SandboxFixture, START_MS, sandboxFixture } from "../../../test/support/sandbox.ts";
import { copyFee, monthlyBill } from "./bill.ts";
import { transitionFee } from "./transition-fee.ts";
import { DAYS_PER_MONTH, GB_BYTES, MS_PER_DAY } from "../units.ts";
import { mayMove } from "./waterfall.ts";

const Bucket = BUCKET;
const MANAGED = Object.entries(AWS.classes)
  .filter(([, { managed }]) => managed)
  .map(([name]) => name as StorageClass);
/** April: 30 days. */
const MONTH_RATIO = DAYS_PER_MONTH / 30;
const GB = 4;
const SIZE = GB * GB_BYTES;

let fixture: SandboxFixture;
beforeEach(async () => {
  fixture = await sandboxFixture({ byteScale: GB_BYTES });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
});

const put = (Key: string, name: StorageClass) =>
  fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: "x".repeat(GB), StorageClass: name }));
const at = (day: number) => fixture.sandbox.advanceTo(START_MS + day * MS_PER_DAY);

/** What was charged since `before`, by what the lines end in, without the storage that goes on meanwhile. */
function chargedSince(before: Readonly<Record<string, number>>, wanted: RegExp): number {
  const lines = Object.entries(fixture.sandbox.bill().lines).filter(([name]) => wanted.test(name));
  return lines.reduce((sum, [name, micros]) => sum + micros - (before[name] ?? 0), 0);
}
const RENT = / (?:storage|monitoring|tags|restore-copy)\b/;
const FEES = / (?:put|get|transition|retrieval|restore-request|restore-retrieval)\b/;

describe.each(MANAGED)("a month in %s", (name) => {
  it("costs what the bill expects of an unread object", async () => {
    // Long enough for a class that cools inside to have come to rest: 1 April to 1 August, then August to October.
    await put("k", name);
    at(122);
    const before = fixture.sandbox.bill().lines;
    at(122 + 31 + 30 + 31);
    const idle = { sizeBytes: SIZE, readsPerMonth: 0, readDaysPerMonth: 0 };
    const expected = monthlyBill(AWS, name, idle)?.totalMicros ?? Number.NaN;
    expect(Math.abs(chargedSince(before, RENT) - 3 * expected)).toBeLessThan(6);
  });

  it("costs what the bill expects of the reads", async () => {
    await put("k", name);
    const before = fixture.sandbox.bill().lines;
    const [days, readsADay] = [5, 3];
    for (let day = 0; day < days; day += 1) {
      at(2 * day);
      fixture.sandbox.enterReads(BUCKET, "k", readsADay);
    }
    at(2 * days);
    const use = { sizeBytes: SIZE, readsPerMonth: days * readsADay, readDaysPerMonth: days };
    const bill = monthlyBill(AWS, name, use);
    const copies = chargedSince(before, / restore-copy\b/) / MONTH_RATIO;
    const charged = chargedSince(before, FEES) + copies;
    const expected = (bill?.requestsMicros ?? Number.NaN) + (bill?.retrievalMicros ?? Number.NaN);
    expect(Math.abs(charged - expected)).toBeLessThan(4);
  });
});

describe.each(MANAGED)("a copy out of %s", (from) => {
  it("costs what its fee says, with HEADs, retrieval and the rest of the minimum", async () => {
    const targets = MANAGED.filter((to) => mayMove(AWS, { from, to, mechanism: "copy" }));
    for (const to of targets) await put(to, from);
    if (AWS.classes[from]?.restore) {
      const RestoreRequest = { Days: 1, GlacierJobParameters: { Tier: "Standard" } } as const;
      for (const Key of targets) await fixture.s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest }));
    }
    at(1);
    let expected = 0;
    const before = fixture.sandbox.bill().lines;
    for (const to of targets) {
      await fixture.s3.send(new HeadObjectCommand({ Bucket, Key: to }));
      await fixture.s3.send(
        new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${to}`, StorageClass: to }),
      );
      await fixture.s3.send(new HeadObjectCommand({ Bucket, Key: to }));
      const fee = copyFee(AWS, { from, to, sizeBytes: SIZE, daysHeld: 1, noncurrentDays: 0, restoreDays: 0 });
      expected += (fee?.totalMicros ?? Number.NaN) - (fee?.earlyDeletionMicros ?? 0);
      expected += (fee?.earlyDeletionMicros ?? 0) * MONTH_RATIO;
    }
    const restores = AWS.classes[from]?.restore?.["standard"];
    const paidBefore =
      targets.length * ((restores?.perThousand?.amount ?? 0) / 1000 + GB * (restores?.perGb?.amount ?? 0)) * 1e6;
    const charged = chargedSince(before, FEES) + chargedSince(before, / early-deletion\b/) + paidBefore;
    expect(targets.length).toBeGreaterThanOrEqual(4);
    expect(Math.abs(charged - expected)).toBeLessThan(12);
  });
});

describe("a move by tag", () => {
  it("costs the tagging, the transition and the rest of the minimum", async () => {
    const [from, to] = ["STANDARD_IA", "GLACIER"] as const;
    await put("k", from);
    await fixture.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "by-tag",
              Status: "Enabled",
              Filter: { Tag: { Key: "move", Value: to } },
              Transitions: [{ Days: 1, StorageClass: to }],
            },
          ],
        },
      }),
    );
    at(10);
    const before = fixture.sandbox.bill().lines;
    const Tagging = { TagSet: [{ Key: "move", Value: to }] };
    await fixture.s3.send(new PutObjectTaggingCommand({ Bucket, Key: "k", Tagging }));
    at(12);
    const object = [...fixture.sandbox.snapshot(BUCKET)][0];
    expect(object?.storageClass).toBe(to);
    // The rule acts at the next midnight, eleven days after the object came.
    const move = { from, to, mechanism: "tag", sizeBytes: SIZE, daysHeld: 11, noncurrentDays: 0 } as const;
    const fee = transitionFee(AWS, move);
    const early = (fee?.earlyDeletionMicros ?? Number.NaN) * MONTH_RATIO;
    const charged = chargedSince(before, FEES) + chargedSince(before, / early-deletion\b/);
    expect(early).toBeGreaterThan(0);
    expect(Math.abs(charged - (fee?.requestsMicros ?? Number.NaN) - early)).toBeLessThan(3);
  });
});
