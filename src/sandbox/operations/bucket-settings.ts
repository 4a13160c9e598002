/** Bucket configurations that change what the sandbox does: versioning, lock, lifecycle, tags, encryption, policy. */
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { bodyText, documentAnswer } from "../configurations.ts";
import { checkDigests } from "../content-checks.ts";
import { parseLifecycle } from "../lifecycle-rules.ts";
import { versionsOf } from "../bucket.ts";
import { S3Error } from "../s3-error.ts";
import { MAX_BUCKET_TAGS, parseTagging, taggingXml } from "../tags.ts";
import { childInteger, childNamed, childText, element, leaf, malformed, parseXmlRoot, xmlDocument } from "../xml.ts";

export function getVersioning(call: BucketCall): Answer {
  const { versioning } = call.bucket;
  const status = versioning === "enabled" ? "Enabled" : "Suspended";
  return xmlAnswer(xmlDocument("VersioningConfiguration", versioning === "off" ? "" : leaf("Status", status)));
}

export function putVersioning(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const status = childText(parseXmlRoot(call.body, "VersioningConfiguration"), "Status")?.trim();
  if (status !== "Enabled" && status !== "Suspended") {
    throw new S3Error("IllegalVersioningConfigurationException", "The Versioning element must be specified");
  }
  if (status === "Suspended" && call.bucket.objectLock) {
    throw new S3Error(
      "InvalidBucketState",
      "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
    );
  }
  call.bucket.versioning = status === "Enabled" ? "enabled" : "suspended";
  return { status: 200 };
}

export function getObjectLockConfiguration(call: BucketCall): Answer {
  const { objectLock, defaultRetention } = call.bucket;
  if (!objectLock) {
    throw new S3Error(
      "ObjectLockConfigurationNotFoundError",
      "Object Lock configuration does not exist for this bucket",
      {
        BucketName: call.bucket.name,
      },
    );
  }
  const rule = defaultRetention
    ? element(
        "Rule",
        element("DefaultRetention", leaf("Mode", defaultRetention.mode), leaf("Days", defaultRetention.days)),
      )
    : "";
  return xmlAnswer(xmlDocument("ObjectLockConfiguration", leaf("ObjectLockEnabled", "Enabled"), rule));
}

const DAYS_PER_YEAR = 365;

export function putObjectLockConfiguration(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const root = parseXmlRoot(call.body, "ObjectLockConfiguration");
  if (call.bucket.versioning !== "enabled") {
    throw new S3Error(
      "InvalidBucketState",
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  }
  if (childText(root, "ObjectLockEnabled")?.trim() !== "Enabled") throw malformed();
  const rule = childNamed(root, "Rule");
  const retention = rule && childNamed(rule, "DefaultRetention");
  if (!retention) {
    call.account.enableLock(call.bucket, null);
    return { status: 200 };
  }
  const mode = childText(retention, "Mode")?.trim();
  const days = childInteger(retention, "Days");
  const years = childInteger(retention, "Years");
  const total = days ?? (years ?? 0) * DAYS_PER_YEAR;
  if ((mode !== "GOVERNANCE" && mode !== "COMPLIANCE") || (days === undefined) === (years === undefined) || total < 1) {
    throw malformed();
  }
  call.account.enableLock(call.bucket, { mode, days: total });
  return { status: 200 };
}

const MINIMUM_SIZE_HEADER = "x-amz-transition-default-minimum-object-size";
const MINIMUM_SIZE_DOCUMENT = "lifecycle minimum-size";

export function getLifecycle(call: BucketCall): Answer {
  const answer = documentAnswer(
    call,
    "lifecycle",
    "NoSuchLifecycleConfiguration",
    "The lifecycle configuration does not exist",
  );
  const minimum = call.bucket.documents.get(MINIMUM_SIZE_DOCUMENT) ?? "all_storage_classes_128K";
  return { ...answer, headers: { ...answer.headers, [MINIMUM_SIZE_HEADER]: minimum } };
}

export function putLifecycle(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const { book } = call.account;
  const known = new Set(
    Object.keys(book.classes).filter((name) => book.classes[name]?.managed && name !== book.baseClass),
  );
  const minimum = call.headers.get(MINIMUM_SIZE_HEADER) ?? "all_storage_classes_128K";
  call.bucket.lifecycle = parseLifecycle(call.body, known, minimum === "varies_by_storage_class");
  call.bucket.documents.set("lifecycle", bodyText(call));
  call.bucket.documents.set(MINIMUM_SIZE_DOCUMENT, minimum);
  for (const key of call.bucket.newest.keys()) {
    for (const version of versionsOf(call.bucket, key)) call.account.schedule(call.bucket, version);
  }
  for (const upload of call.bucket.uploads.values()) call.account.scheduleUpload(call.bucket, upload);
  return { status: 200, headers: { [MINIMUM_SIZE_HEADER]: minimum } };
}

export function deleteLifecycle(call: BucketCall): Answer {
  call.bucket.lifecycle = [];
  call.bucket.documents.delete("lifecycle");
  return { status: 204, charge: null };
}

export function getBucketTagging(call: BucketCall): Answer {
  if (!call.bucket.tags)
    throw new S3Error("NoSuchTagSet", "The TagSet does not exist", { BucketName: call.bucket.name });
  return xmlAnswer(taggingXml(call.bucket.tags));
}

export function putBucketTagging(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  call.bucket.tags = parseTagging(call.body, MAX_BUCKET_TAGS);
  return { status: 204 };
}

export function deleteBucketTagging(call: BucketCall): Answer {
  call.bucket.tags = null;
  return { status: 204, charge: null };
}

export function getEncryption(call: BucketCall): Answer {
  const { algorithm, kmsKeyId, bucketKey } = call.bucket.defaultEncryption;
  const byDefault = element(
    "ApplyServerSideEncryptionByDefault",
    leaf("SSEAlgorithm", algorithm),
    leaf("KMSMasterKeyID", kmsKeyId),
  );
  return xmlAnswer(
    xmlDocument("ServerSideEncryptionConfiguration", element("Rule", byDefault, leaf("BucketKeyEnabled", bucketKey))),
  );
}

export function putEncryption(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const rule = childNamed(parseXmlRoot(call.body, "ServerSideEncryptionConfiguration"), "Rule");
  const byDefault = rule && childNamed(rule, "ApplyServerSideEncryptionByDefault");
  const algorithm = byDefault && childText(byDefault, "SSEAlgorithm")?.trim();
  if (!rule || !byDefault || (algorithm !== "AES256" && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse"))
    throw malformed();
  const keyId = childText(byDefault, "KMSMasterKeyID")?.trim();
  if (keyId !== undefined && !/^[\x21-\x7e]{1,2048}$/.test(keyId)) throw malformed();
  const ownKey = `arn:aws:kms:${call.region}:000000000000:alias/aws/s3`;
  call.bucket.defaultEncryption = {
    algorithm,
    kmsKeyId: algorithm === "AES256" ? null : (keyId ?? ownKey),
    bucketKey: childText(rule, "BucketKeyEnabled")?.trim() === "true",
  };
  return { status: 200 };
}

export function deleteEncryption(call: BucketCall): Answer {
  call.bucket.defaultEncryption = { algorithm: "AES256", kmsKeyId: null, bucketKey: false };
  return { status: 204, charge: null };
}

/** Policies are kept and shown, not enforced: there is one principal. */
export function getPolicy(call: BucketCall): Answer {
  const answer = documentAnswer(call, "policy", "NoSuchBucketPolicy", "The bucket policy does not exist");
  return { ...answer, headers: { "content-type": "application/json" } };
}

export function putPolicy(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const text = bodyText(call);
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new S3Error("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'");
    throw error;
  }
  call.bucket.documents.set("policy", text);
  return { status: 204 };
}

export function deletePolicy(call: BucketCall): Answer {
  call.bucket.documents.delete("policy");
  return { status: 204, charge: null };
}
