/**
 * Which IAM actions a request takes, read from the request itself and made without Astra's own table: from the
 * permissions that the Amazon S3 API reference names at each operation.
 */
import type { SeenRequest } from "./recording-proxy.ts";

const BY_OPERATION: Readonly<Record<string, readonly string[]>> = {
  ListObjectsV2: ["s3:ListBucket"],
  HeadBucket: ["s3:ListBucket"],
  ListObjectVersions: ["s3:ListBucketVersions"],
  ListMultipartUploads: ["s3:ListBucketMultipartUploads"],
  GetBucketLocation: ["s3:GetBucketLocation"],
  GetBucketVersioning: ["s3:GetBucketVersioning"],
  GetObjectLockConfiguration: ["s3:GetBucketObjectLockConfiguration"],
  GetBucketLifecycleConfiguration: ["s3:GetLifecycleConfiguration"],
  GetBucketReplication: ["s3:GetReplicationConfiguration"],
  GetBucketNotificationConfiguration: ["s3:GetBucketNotification"],
  GetBucketNotification: ["s3:GetBucketNotification"],
  GetBucketAcl: ["s3:GetBucketAcl"],
  GetBucketOwnershipControls: ["s3:GetBucketOwnershipControls"],
  GetObject: ["s3:GetObject"],
  HeadObject: ["s3:GetObject"],
  GetObjectAcl: ["s3:GetObjectAcl"],
  PutObjectAcl: ["s3:PutObjectAcl"],
  GetObjectTagging: ["s3:GetObjectTagging"],
  PutObjectTagging: ["s3:PutObjectTagging"],
  GetObjectRetention: ["s3:GetObjectRetention"],
  GetObjectLegalHold: ["s3:GetObjectLegalHold"],
  PutObjectRetention: ["s3:PutObjectRetention"],
  PutObjectLegalHold: ["s3:PutObjectLegalHold"],
  PutObject: ["s3:PutObject"],
  CopyObject: ["s3:GetObject", "s3:PutObject"],
  CreateMultipartUpload: ["s3:PutObject"],
  UploadPart: ["s3:PutObject"],
  UploadPartCopy: ["s3:GetObject", "s3:PutObject"],
  CompleteMultipartUpload: ["s3:PutObject"],
  AbortMultipartUpload: ["s3:AbortMultipartUpload"],
  RestoreObject: ["s3:RestoreObject"],
  DeleteObject: ["s3:DeleteObject"],
};

/** Requests on a version take the action of that version in place of the object's. */
const OF_A_VERSION: Readonly<Record<string, string>> = {
  "s3:GetObject": "s3:GetObjectVersion",
  "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
  "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
  "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
  "s3:DeleteObject": "s3:DeleteObjectVersion",
};

const BY_HEADER: readonly (readonly [header: RegExp, action: string])[] = [
  [/^x-amz-tagging$/, "s3:PutObjectTagging"],
  [/^x-amz-(?:acl|grant-.*)$/, "s3:PutObjectAcl"],
  [/^x-amz-object-lock-(?:mode|retain-until-date)$/, "s3:PutObjectRetention"],
  [/^x-amz-object-lock-legal-hold$/, "s3:PutObjectLegalHold"],
];

/** @throws Error for an operation that the table does not know */
export function actionsOf({ operation, head, answered }: SeenRequest): readonly string[] {
  const named = BY_OPERATION[operation];
  if (!named) throw new Error(`what ${operation} takes is not known`);
  const isVersion =
    head.query.has("versionId") || (head.headers.get("x-amz-copy-source") ?? "").includes("?versionId=");
  const actions = named.map((action) => (isVersion ? (OF_A_VERSION[action] ?? action) : action));
  for (const [pattern, action] of BY_HEADER) {
    if ([...head.headers.keys()].some((name) => pattern.test(name))) actions.push(action);
  }
  if (operation === "CopyObject" && head.headers.get("x-amz-tagging-directive") !== "REPLACE")
    actions.push("s3:GetObjectTagging", "s3:PutObjectTagging");
  if (operation === "HeadObject" || operation === "GetObject") actions.push(...shownByPermission(answered));
  if (answered["x-amz-server-side-encryption"]?.startsWith("aws:kms")) actions.push(...(KMS[operation] ?? []));
  return actions;
}

/** Headers that S3 leaves out where the action is not permitted. */
function shownByPermission(answered: SeenRequest["answered"]): readonly string[] {
  return [
    ...("x-amz-object-lock-mode" in answered ? ["s3:GetObjectRetention"] : []),
    ...("x-amz-object-lock-legal-hold" in answered ? ["s3:GetObjectLegalHold"] : []),
  ];
}

/** On the key of an object whose answer names SSE-KMS. */
const KMS: Readonly<Record<string, readonly string[]>> = {
  HeadObject: ["kms:Decrypt"],
  GetObject: ["kms:Decrypt"],
  PutObject: ["kms:GenerateDataKey"],
  CopyObject: ["kms:Decrypt", "kms:GenerateDataKey"],
  CreateMultipartUpload: ["kms:GenerateDataKey"],
  UploadPart: ["kms:Decrypt", "kms:GenerateDataKey"],
  UploadPartCopy: ["kms:Decrypt", "kms:GenerateDataKey"],
  CompleteMultipartUpload: ["kms:Decrypt"],
};
