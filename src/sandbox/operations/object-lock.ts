/** Legal holds and retention of single objects. */
import { findVersion } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { checkDigests } from "../content-checks.ts";
import type { ObjectVersion, Retention } from "../object-version.ts";
import { S3Error } from "../s3-error.ts";
import { checkRetention, lockMissing } from "../write-headers.ts";
import { childText, leaf, malformed, parseXmlRoot, xmlDocument } from "../xml.ts";

export function getLegalHold(call: BucketCall): Answer {
  const version = lockable(call);
  return xmlAnswer(xmlDocument("LegalHold", leaf("Status", version.legalHold ? "ON" : "OFF")));
}

export function putLegalHold(call: BucketCall): Answer {
  const version = lockable(call);
  checkDigests(call.headers, call.body);
  const status = childText(parseXmlRoot(call.body, "LegalHold"), "Status")?.trim();
  if (status !== "ON" && status !== "OFF") throw malformed();
  version.legalHold = status === "ON";
  return { status: 200, charge: { item: "put", storageClass: version.storageClass } };
}

export function getRetention(call: BucketCall): Answer {
  const { retention } = lockable(call);
  if (!retention) {
    throw new S3Error("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration");
  }
  return xmlAnswer(
    xmlDocument(
      "Retention",
      leaf("Mode", retention.mode),
      leaf("RetainUntilDate", new Date(retention.untilMs).toISOString()),
    ),
  );
}

export function putRetention(call: BucketCall): Answer {
  const version = lockable(call);
  checkDigests(call.headers, call.body);
  const root = parseXmlRoot(call.body, "Retention");
  const mode = childText(root, "Mode");
  const until = childText(root, "RetainUntilDate");
  const asked =
    mode === undefined && until === undefined ? null : checkRetention(mode ?? "", until ?? "", call.account.nowMs);
  checkWeakening(call, version, asked);
  version.retention = asked;
  return { status: 200, charge: { item: "put", storageClass: version.storageClass } };
}

/** A retention that runs may be made longer; shorter or none only where its mode is GOVERNANCE and is bypassed. */
function checkWeakening(call: BucketCall, version: ObjectVersion, asked: Retention | null): void {
  const { retention } = version;
  if (!retention || retention.untilMs <= call.account.nowMs) return;
  if (asked?.mode === retention.mode && asked.untilMs >= retention.untilMs) return;
  const bypass = call.headers.get("x-amz-bypass-governance-retention")?.toLowerCase() === "true";
  if (retention.mode === "GOVERNANCE" && bypass) return;
  throw new S3Error("AccessDenied", "Access Denied because object protected by object lock.");
}

function lockable(call: BucketCall): ObjectVersion {
  if (!call.bucket.objectLock) throw lockMissing();
  return findVersion(call.bucket, call.key, call.query.get("versionId"));
}
