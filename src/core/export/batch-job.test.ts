import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { batchJobMicros, createJobInput, manifestLine, roleParts } from "./batch-job.ts";

const TERMS = {
  token: "t".repeat(64),
  description: "astra plan p, standard_ia-1",
  roleArn: "arn:aws-cn:iam::123456789012:role/team/batch",
  accountId: "123456789012",
  priority: 10,
  manifest: { bucket: "reports", key: "astra/p/standard_ia-1.csv", etag: "e".repeat(32) },
  report: { bucket: "reports", prefix: "astra" },
};

describe("a job", () => {
  it("copies to another class, keeps metadata and tags, and leaves alone what was written since", () => {
    const operation = {
      kind: "copy",
      bucket: "data",
      storageClass: "STANDARD_IA",
      kms: { keyId: "k", bucketKey: true },
      unmodifiedSinceMs: Date.UTC(2026, 2, 2, 10, 0, 0, 999),
    } as const;
    const job = createJobInput({ ...TERMS, operation });
    expect(job).toEqual({
      AccountId: "123456789012",
      ConfirmationRequired: true,
      Operation: {
        S3PutObjectCopy: {
          TargetResource: "arn:aws-cn:s3:::data",
          StorageClass: "STANDARD_IA",
          MetadataDirective: "COPY",
          UnModifiedSinceConstraint: "2026-03-02T10:00:00Z",
          SSEAwsKmsKeyId: "k",
          BucketKeyEnabled: true,
        },
      },
      Report: {
        Bucket: "arn:aws-cn:s3:::reports",
        Format: "Report_CSV_20180820",
        Enabled: true,
        Prefix: "astra",
        ReportScope: "AllTasks",
      },
      ClientRequestToken: "t".repeat(64),
      Manifest: {
        Spec: { Format: "S3BatchOperations_CSV_20180820", Fields: ["Bucket", "Key"] },
        Location: { ObjectArn: "arn:aws-cn:s3:::reports/astra/p/standard_ia-1.csv", ETag: "e".repeat(32) },
      },
      Description: "astra plan p, standard_ia-1",
      Priority: 10,
      RoleArn: "arn:aws-cn:iam::123456789012:role/team/batch",
    });
  });

  it("restores at a speed that Batch Operations has", () => {
    const operation = { kind: "restore", days: 3, speed: "expedited" } as const;
    const { Operation } = createJobInput({ ...TERMS, operation });
    expect(Operation).toEqual({ S3InitiateRestoreObject: { ExpirationInDays: 3, GlacierJobTier: "STANDARD" } });
  });

  it.each(["", "batch", "arn:aws:iam::12:role/x", "arn:aws:iam::123456789012:user/x"])(
    "needs a role: %j",
    (roleArn) => {
      expect(roleParts(roleArn)).toBeNull();
      const operation = { kind: "restore", days: 3, speed: "bulk" } as const;
      expect(() => createJobInput({ ...TERMS, roleArn, operation })).toThrow(RangeError);
    },
  );
});

test("a line of a manifest has two fields, whatever the key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (key) => {
      const line = manifestLine("data", key);
      expect(line).toMatch(/^data,[\w%./!~*'()-]+\n$/);
      expect(decodeURIComponent(line.slice(5, -1).replaceAll("+", " "))).toBe(key);
    }),
  );
});

test("the service's own charge is by job and by object", () => {
  // S3 pricing page: $0.25 a job, $1.00 a million objects.
  expect(batchJobMicros(2, 3_000_000)).toBe(3_500_000);
});
