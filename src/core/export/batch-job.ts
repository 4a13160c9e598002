/**
 * Jobs of S3 Batch Operations that carry out a plan: the input of `CreateJob`, and its manifest.
 *
 * Sources: API reference of S3 Control `CreateJob`, `S3CopyObjectOperation` and `S3InitiateRestoreObjectOperation`, and the
 * S3 user guide, "Specifying a manifest", "Copy objects" and "Restore objects" (Batch Operations).
 */
import type { RestoreSpeedName } from "../plan-terms.ts";

/** Batch Operations copies objects up to this size (S3 user guide: 5 GB, taken as the smaller of its two meanings). */
export const MOST_BATCH_COPY_BYTES = 5_000_000_000;

/** One job's charge, and that of a million objects, USD (S3 pricing page, management features; the second is uncertain). */
const DOLLARS_PER_JOB = 0.25;
const DOLLARS_PER_MILLION = 1;

/** What a job does to every object of its manifest. */
export type BatchOperation =
  | {
      readonly kind: "copy";
      readonly bucket: string;
      readonly storageClass: string;
      /** `null`: the bucket's default encryption is what the objects have. */
      readonly kms: { readonly keyId: string; readonly bucketKey: boolean } | null;
      /** Objects written after this are left alone, ms. */
      readonly unmodifiedSinceMs: number;
    }
  | { readonly kind: "restore"; readonly days: number; readonly speed: RestoreSpeedName };

/** What a job needs to be told besides. */
export interface BatchJobTerms {
  readonly operation: BatchOperation;
  /** The same work has the same token, and is made once however often it is sent; at most 64 characters. */
  readonly token: string;
  readonly description: string;
  readonly roleArn: string;
  readonly accountId: string;
  readonly priority: number;
  readonly manifest: { readonly bucket: string; readonly key: string; readonly etag: string };
  readonly report: { readonly bucket: string; readonly prefix: string };
}

/** Input of `CreateJob`, as `aws s3control create-job --cli-input-json` takes it. */
export interface CreateJobInput {
  readonly AccountId: string;
  readonly ConfirmationRequired: true;
  readonly Operation: Readonly<Record<string, unknown>>;
  readonly Report: Readonly<Record<string, unknown>>;
  readonly ClientRequestToken: string;
  readonly Manifest: Readonly<Record<string, unknown>>;
  readonly Description: string;
  readonly Priority: number;
  readonly RoleArn: string;
}

const ROLE = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;

/** Partition and account of a role's ARN; `null` where it is none. */
export function roleParts(arn: string): { readonly partition: string; readonly accountId: string } | null {
  const match = ROLE.exec(arn);
  return match ? { partition: match[1] ?? "", accountId: match[2] ?? "" } : null;
}

/** The job. Nothing is begun before somebody has confirmed it. Throws RangeError for a role that is none. */
export function createJobInput(terms: BatchJobTerms): CreateJobInput {
  const role = roleParts(terms.roleArn);
  if (!role) throw new RangeError(`${terms.roleArn} is no role`);
  const { manifest, report } = terms;
  const bucketArn = (bucket: string): string => `arn:${role.partition}:s3:::${bucket}`;
  return {
    AccountId: terms.accountId,
    ConfirmationRequired: true,
    Operation: operationOf(terms.operation, bucketArn),
    Report: {
      Bucket: bucketArn(report.bucket),
      Format: "Report_CSV_20180820",
      Enabled: true,
      ...(report.prefix !== "" && { Prefix: report.prefix }),
      ReportScope: "AllTasks",
    },
    ClientRequestToken: terms.token,
    Manifest: {
      // Without versions: a version named here would come back on top of whatever was written after it.
      Spec: { Format: "S3BatchOperations_CSV_20180820", Fields: ["Bucket", "Key"] },
      Location: { ObjectArn: `${bucketArn(manifest.bucket)}/${manifest.key}`, ETag: manifest.etag },
    },
    Description: terms.description,
    Priority: terms.priority,
    RoleArn: terms.roleArn,
  };
}

/** Tags travel with the copy because no new ones are named, and metadata because it is said so. */
function operationOf(
  operation: BatchOperation,
  bucketArn: (bucket: string) => string,
): Readonly<Record<string, unknown>> {
  if (operation.kind === "restore") {
    const GlacierJobTier = operation.speed === "bulk" ? "BULK" : "STANDARD";
    return { S3InitiateRestoreObject: { ExpirationInDays: operation.days, GlacierJobTier } };
  }
  const { kms, unmodifiedSinceMs } = operation;
  const seconds = Math.floor(unmodifiedSinceMs / 1000) * 1000;
  return {
    S3PutObjectCopy: {
      TargetResource: bucketArn(operation.bucket),
      StorageClass: operation.storageClass,
      MetadataDirective: "COPY",
      UnModifiedSinceConstraint: new Date(seconds).toISOString().replace(".000Z", "Z"),
      ...(kms && { SSEAwsKmsKeyId: kms.keyId, BucketKeyEnabled: kms.bucketKey }),
    },
  };
}

/** One line of a manifest; keys are URL-encoded, as Batch Operations demands. */
export function manifestLine(bucket: string, key: string): string {
  return `${bucket},${key.split("/").map(encodeURIComponent).join("/")}\n`;
}

/** What Batch Operations itself charges, in micro-dollars: comes on top of the requests, which cost what ours do. */
export function batchJobMicros(jobs: number, objects: number): number {
  return jobs * DOLLARS_PER_JOB * 1_000_000 + objects * DOLLARS_PER_MILLION;
}
