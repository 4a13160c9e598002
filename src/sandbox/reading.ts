/** What reading a version's content means: whether it can be read, what it costs, what it warms. */
import type { Account } from "./account.ts";
import type { Bucket } from "./bucket.ts";
import { classPrices, isArchive } from "./charges.ts";
import type { ObjectVersion } from "./object-version.ts";
import { S3Error } from "./s3-error.ts";

/** @throws S3Error InvalidObjectState when the version has to be restored first */
export function checkReadable(account: Account, version: ObjectVersion): void {
  if (!isArchive(account.book, version.storageClass) || version.restore?.ready) return;
  throw new S3Error("InvalidObjectState", "The operation is not valid for the object's storage class", {
    StorageClass: version.storageClass,
  });
}

/** Bills the bytes read (of archives their copy is read, free of retrieval) and warms an inner tier. */
export function billReading(account: Account, bucket: Bucket, version: ObjectVersion, bytes: number | bigint): void {
  const { restore, retrieval } = classPrices(account.book, version.storageClass);
  if (!restore && retrieval?.amount !== 0) account.meter.enter("retrieval", version.storageClass, bytes);
  warm(account, bucket, version);
}

/** Starts the idle clock of a class with inner tiers anew. */
export function warm(account: Account, bucket: Bucket, version: ObjectVersion): void {
  version.lastAccessMs = account.nowMs;
  if (version.innerTier === 0) return;
  account.alter(bucket, version, (warmed) => {
    warmed.innerTier = 0;
  });
}
