/** RestoreObject: a readable copy of an archived object, after the hours its speed takes. */
import { MS_PER_DAY, MS_PER_HOUR } from "../../core/units.ts";
import { findVersion } from "../bucket.ts";
import type { Answer, BucketCall } from "../call.ts";
import { classPrices } from "../charges.ts";
import { checkDigests } from "../content-checks.ts";
import { midnightFrom } from "../lifecycle-rules.ts";
import { versionHeader } from "../object-headers.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { childInteger, childNamed, childText, malformed, parseXmlRoot } from "../xml.ts";

export function restoreObject(call: BucketCall): Answer {
  const { account, bucket } = call;
  const version = findVersion(bucket, call.key, call.query.get("versionId"));
  checkDigests(call.headers, call.body);
  const speeds = classPrices(account.book, version.storageClass).restore;
  if (!speeds) {
    throw new S3Error("InvalidObjectState", "Restore is not allowed for the object's current storage class", {
      StorageClass: version.storageClass,
    });
  }
  const { days, speed } = requested(call);
  const hours = (Object.hasOwn(speeds, speed) ? speeds[speed] : undefined)?.hours;
  if (hours === undefined)
    throw invalidArgument("Tier", speed, `${version.storageClass} can't be restored at this speed`);
  if (version.restore && !version.restore.ready) {
    throw new S3Error("RestoreAlreadyInProgress", "Object restore is already in progress");
  }
  const headers = versionHeader(call, version.versionId);
  if (version.restore) {
    const expiresMs = midnightFrom(account.nowMs + days * MS_PER_DAY);
    account.alter(bucket, version, (kept) => {
      kept.restore = kept.restore && { ...kept.restore, expiresMs };
    });
    return { status: 200, headers, charge: { item: "put", storageClass: version.storageClass } };
  }
  const readyMs = account.nowMs + Math.round(hours * MS_PER_HOUR);
  account.alter(bucket, version, (started) => {
    started.restore = { speed, ready: false, readyMs, expiresMs: midnightFrom(readyMs + days * MS_PER_DAY) };
  });
  account.meter.enter("restore-request", version.storageClass, 1, speed);
  account.meter.enter("restore-retrieval", version.storageClass, version.sizeBytes, speed);
  return { status: 202, headers, charge: null };
}

function requested(call: BucketCall): { days: number; speed: string } {
  const root = parseXmlRoot(call.body, "RestoreRequest");
  const days = childInteger(root, "Days");
  if (days === undefined) throw malformed();
  if (days < 1) throw invalidArgument("Days", String(days), "'Days' must be a positive integer");
  const job = childNamed(root, "GlacierJobParameters");
  const tier = (job && childText(job, "Tier")) ?? childText(root, "Tier") ?? "Standard";
  return { days, speed: tier.trim().toLowerCase() };
}
