/**
 * The IAM actions that each kind of work on a bucket takes. An S3 operation is not an action of the same name: HeadObject
 * is `s3:GetObject`, CopyObject is `s3:GetObject` and `s3:PutObject`, and what a copy carries takes actions of its own.
 *
 * Sources: "Required permissions for Amazon S3 API operations" (Amazon S3 User Guide) and "Actions, resources, and
 * condition keys for Amazon S3" (Service Authorization Reference); for the headers that HEAD leaves out silently
 * (`s3:GetObjectRetention`, `s3:GetObjectLegalHold`) and for the KMS actions the API reference of HeadObject, CopyObject,
 * UploadPart and CompleteMultipartUpload. None of it could be tried against AWS itself.
 */
import type { PermittedAction } from "../../core/iam/policy-document.ts";
import type { StoreNeed } from "../../core/iam/command-needs.ts";

/** Without it a missing object is answered by 403 instead of 404. */
const LIST: PermittedAction = { action: "s3:ListBucket", on: "bucket", purpose: "ListObjects", changes: false };

const VERSIONS: PermittedAction = { ...LIST, action: "s3:ListBucketVersions" };

function reading(action: string, when?: PermittedAction["when"]): PermittedAction {
  return { action, on: "object", purpose: "ReadObjects", changes: false, ...(when && { when }) };
}

function writing(action: string, when?: PermittedAction["when"]): PermittedAction {
  return { action, on: "object", purpose: "WriteObjects", changes: true, ...(when && { when }) };
}

function setting(action: string): PermittedAction {
  return { action, on: "bucket", purpose: "ReadBucketSettings", changes: false };
}

const READ = reading("s3:GetObject");
const ABORT = writing("s3:AbortMultipartUpload");
const RESTORE: PermittedAction = {
  action: "s3:RestoreObject",
  on: "object",
  purpose: "RestoreArchivedObjects",
  changes: true,
};
const LOCKS = [
  writing("s3:PutObjectRetention", ["object-lock"]),
  writing("s3:PutObjectLegalHold", ["object-lock"]),
] as const;
/** HEAD asks for the checksum, which of an object under a KMS key takes the key. */
const DECRYPT: PermittedAction = {
  action: "kms:Decrypt",
  on: "kms-key",
  purpose: "UseKmsKey",
  changes: false,
  when: ["kms"],
};
const ENCRYPT: PermittedAction = { ...DECRYPT, action: "kms:GenerateDataKey", changes: true };

const SETTINGS = [
  setting("s3:GetBucketLocation"),
  setting("s3:GetBucketVersioning"),
  setting("s3:GetBucketObjectLockConfiguration"),
  setting("s3:GetLifecycleConfiguration"),
  setting("s3:GetReplicationConfiguration"),
  setting("s3:GetBucketNotification"),
  setting("s3:GetBucketOwnershipControls"),
  // Whose the objects have to be, so that a copy leaves them to the same owner.
  { ...setting("s3:GetBucketAcl"), when: ["acl"] },
] as const;
const HEAD = [
  READ,
  LIST,
  // Without these two a HEAD shows neither hold nor lock, and does not say that it leaves them out.
  reading("s3:GetObjectRetention", ["object-lock"]),
  reading("s3:GetObjectLegalHold", ["object-lock"]),
  DECRYPT,
] as const;

/** Total: a need without actions does not compile. */
export const S3_ACTIONS: Readonly<Record<StoreNeed, readonly PermittedAction[]>> = {
  list: [LIST],
  settings: SETTINGS,
  head: HEAD,
  "read-body": [READ, DECRYPT],
  put: [writing("s3:PutObject"), ABORT, ENCRYPT, DECRYPT],
  "change-class": [
    READ,
    reading("s3:GetObjectTagging"),
    writing("s3:PutObject"),
    writing("s3:PutObjectTagging"),
    writing("s3:PutObjectAcl", ["acl"]),
    ...LOCKS,
    ABORT,
    DECRYPT,
    ENCRYPT,
  ],
  acl: [reading("s3:GetObjectAcl", ["acl"])],
  tags: [reading("s3:GetObjectTagging")],
  "set-tags": [writing("s3:PutObjectTagging")],
  holds: LOCKS,
  restore: [RESTORE],
  "abort-upload": [ABORT],
  "list-uploads": [{ ...LIST, action: "s3:ListBucketMultipartUploads" }],
  "list-versions": [VERSIONS],
  // After a crash the newest noncurrent version tells what our copy replaced.
  "replaced-version": [
    { ...VERSIONS, when: ["versioned"] },
    reading("s3:GetObjectVersion", ["object-lock", "drop-own-noncurrent"]),
    {
      action: "s3:DeleteObjectVersion",
      on: "object",
      purpose: "RemoveReplacedVersions",
      changes: true,
      when: ["drop-own-noncurrent"],
    },
  ],
  probe: [LIST, ...SETTINGS, READ, reading("s3:GetObjectTagging"), writing("s3:PutObject"), ABORT, RESTORE],
};
