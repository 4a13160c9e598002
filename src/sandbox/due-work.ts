/** What happens to stored things by the passing of time alone: inner tiers, restores, lifecycle rules. */
import { MS_PER_DAY } from "../core/units.ts";
import type { Account } from "./account.ts";
import type { Bucket } from "./bucket.ts";
import { classPrices, isMonitored } from "./charges.ts";
import { deleteCurrent } from "./deletion.ts";
import { type LifecycleAction, lifecycleActions, strongestAction } from "./lifecycle.ts";
import { midnightFrom } from "./lifecycle-rules.ts";
import type { Upload } from "./multipart-upload.ts";
import { type ObjectVersion, isLocked } from "./object-version.ts";

/** The next instant at which something happens to the version by itself; Infinity = never. */
export function dueOfVersion(account: Account, bucket: Bucket, version: ObjectVersion): number {
  return Math.min(innerTierDue(account, version), restoreDue(version), lifecycleDue(account, bucket, version));
}

/** Does what is due for the version at the meter's present instant. */
export function runVersion(account: Account, bucket: Bucket, version: ObjectVersion): void {
  const now = account.nowMs;
  if (restoreDue(version) <= now) runRestore(account, bucket, version);
  if (innerTierDue(account, version) <= now) {
    account.alter(bucket, version, (cooled) => {
      cooled.innerTier += 1;
    });
  }
  if (now % MS_PER_DAY === 0) runLifecycle(account, bucket, version);
}

function innerTierDue(account: Account, version: ObjectVersion): number {
  if (version.deleteMarker) return Infinity;
  const prices = classPrices(account.book, version.storageClass);
  const next = isMonitored(prices, version.sizeBytes) ? prices.innerTiers?.[version.innerTier + 1] : undefined;
  return next ? version.lastAccessMs + next.idleDays * MS_PER_DAY : Infinity;
}

function restoreDue(version: ObjectVersion): number {
  if (!version.restore) return Infinity;
  return version.restore.ready ? version.restore.expiresMs : version.restore.readyMs;
}

function runRestore(account: Account, bucket: Bucket, version: ObjectVersion): void {
  account.alter(bucket, version, (restored) => {
    const { restore } = restored;
    restored.restore = restore && !restore.ready ? { ...restore, ready: true } : null;
  });
}

/** Rules are carried out at midnight UTC; what they would have done before they were set is done at the next one. */
function lifecycleDue(account: Account, bucket: Bucket, version: ObjectVersion): number {
  if (bucket.lifecycle.length === 0) return Infinity;
  const nextRun = midnightFrom(account.nowMs + 1);
  let due = Infinity;
  for (const action of lifecycleActions(account.book, bucket, version)) due = Math.min(due, action.dueMs);
  return due === Infinity ? due : Math.max(due, nextRun);
}

function runLifecycle(account: Account, bucket: Bucket, version: ObjectVersion): void {
  const due: LifecycleAction[] = [];
  for (const action of lifecycleActions(account.book, bucket, version))
    if (action.dueMs <= account.nowMs) due.push(action);
  const action = strongestAction(account.book, due);
  if (!action) return;
  if (action.kind === "transition") account.transition(bucket, version, action.storageClass);
  else if (version.noncurrentSinceMs === null && !version.deleteMarker) deleteCurrent(account, bucket, version.key);
  else if (!isLocked(version, account.nowMs, false)) account.removeVersion(bucket, version);
}

/** When the bucket's rules abort an upload; Infinity = never. */
export function dueOfUpload(account: Account, bucket: Bucket, upload: Upload): number {
  let due = Infinity;
  for (const rule of bucket.lifecycle) {
    if (rule.abortUploadsAfterDays === null || !upload.key.startsWith(rule.prefix)) continue;
    due = Math.min(due, midnightFrom(upload.initiatedMs + rule.abortUploadsAfterDays * MS_PER_DAY));
  }
  return due === Infinity ? due : Math.max(due, midnightFrom(account.nowMs + 1));
}

/** Aborts an upload if the rules still say so. */
export function runUpload(account: Account, bucket: Bucket, upload: Upload): void {
  if (bucket.uploads.get(upload.uploadId) !== upload) return;
  const ripe = bucket.lifecycle.some(
    (rule) =>
      rule.abortUploadsAfterDays !== null &&
      upload.key.startsWith(rule.prefix) &&
      midnightFrom(upload.initiatedMs + rule.abortUploadsAfterDays * MS_PER_DAY) <= account.nowMs,
  );
  if (!ripe) return;
  account.dropParts(upload, [...upload.parts.keys()]);
  bucket.uploads.delete(upload.uploadId);
}
