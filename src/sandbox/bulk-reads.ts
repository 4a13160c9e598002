/** Reads entered as a number, for workloads in which every single GET would be noise. */
import { MS_PER_DAY } from "../core/units.ts";
import { DEFAULT_RESTORE_SPEED } from "../core/pricing/bill.ts";
import type { Account } from "./account.ts";
import { type Bucket, findVersion } from "./bucket.ts";
import { isArchive } from "./charges.ts";
import type { ObjectVersion } from "./object-version.ts";
import { billReading } from "./reading.ts";

/** @throws S3Error NoSuchKey; RangeError when `count` is no whole number > 0 */
export function enterReads(
  account: Account,
  bucket: Bucket,
  key: string,
  count: number,
): { readonly restored: boolean } {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`a number of reads can't be ${count}`);
  const version = findVersion(bucket, key, undefined);
  const restored = isArchive(account.book, version.storageClass) && !version.restore?.ready;
  if (restored) restoreForADay(account, bucket, version);
  account.meter.enter("get", version.storageClass, count);
  billReading(account, bucket, version, BigInt(version.sizeBytes) * BigInt(count));
  return { restored };
}

/** The readers' day is taken to begin when the copy is there: the wait is not simulated. */
function restoreForADay(account: Account, bucket: Bucket, version: ObjectVersion): void {
  const { meter, nowMs } = account;
  // A restore that was asked for already is paid; it only comes sooner.
  if (!version.restore) {
    meter.enter("restore-request", version.storageClass, 1, DEFAULT_RESTORE_SPEED);
    meter.enter("restore-retrieval", version.storageClass, version.sizeBytes, DEFAULT_RESTORE_SPEED);
  }
  account.alter(bucket, version, (copied) => {
    copied.restore = { speed: DEFAULT_RESTORE_SPEED, ready: true, readyMs: nowMs, expiresMs: nowMs + MS_PER_DAY };
  });
}
