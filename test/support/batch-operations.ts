/** What S3 Batch Operations does with a job: stands in for it over the S3 interface, and writes its completion report. */
import { createHash } from "node:crypto";
import {
  CopyObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  S3ServiceException,
  StorageClass,
} from "@aws-sdk/client-s3";
import type { CreateJobInput } from "../../src/core/export/batch-job.ts";

/** A completion report: `manifest.json`, and its files by name. */
export interface CompletionReport {
  readonly manifest: string;
  readonly files: Readonly<Record<string, string>>;
}

interface CopyTerms {
  readonly StorageClass: string;
  readonly UnModifiedSinceConstraint: string;
}

/** Carries out a job on every line of its manifest. */
export async function carryOutJob(s3: S3Client, job: CreateJobInput, manifest: string): Promise<CompletionReport> {
  const rows: Record<"succeeded" | "failed", string[]> = { succeeded: [], failed: [] };
  for (const line of manifest.split("\n").filter((text) => text !== "")) {
    const [bucket = "", key = ""] = line.split(",");
    try {
      await carryOutTask(s3, job, bucket, key);
      rows.succeeded.push(`${bucket},${key},,succeeded,,200,Successful`);
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      const message = `${error.message.replaceAll('"', '""')}\nRequest ID: ""42""`;
      rows.failed.push(`${bucket},${key},,failed,${error.name},${error.$metadata.httpStatusCode},"${message}"`);
    }
  }
  return reportOf(rows);
}

async function carryOutTask(s3: S3Client, job: CreateJobInput, bucket: string, encodedKey: string): Promise<void> {
  const Key = decodeURIComponent(encodedKey.replaceAll("+", " "));
  const { S3PutObjectCopy: copy } = job.Operation;
  if (!isCopy(copy)) {
    const RestoreRequest = { Days: 3, GlacierJobParameters: { Tier: "Bulk" as const } };
    await s3.send(new RestoreObjectCommand({ Bucket: bucket, Key, RestoreRequest }));
    return;
  }
  await s3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key,
      CopySource: `${bucket}/${encodedKey}`,
      StorageClass: Object.values(StorageClass).find((name) => name === copy.StorageClass),
      MetadataDirective: "COPY",
      CopySourceIfUnmodifiedSince: new Date(copy.UnModifiedSinceConstraint),
    }),
  );
}

function isCopy(operation: unknown): operation is CopyTerms {
  return typeof operation === "object" && operation !== null && "StorageClass" in operation;
}

/** A report in the form of AWS. */
export function reportOf(rows: Readonly<Record<string, readonly string[]>>): CompletionReport {
  const files: Record<string, string> = {};
  const Results = Object.entries(rows).flatMap(([TaskExecutionStatus, lines]) => {
    if (lines.length === 0) return [];
    const text = lines.map((line) => `${line}\n`).join("");
    const MD5Checksum = createHash("md5").update(text).digest("hex");
    const name = `${createHash("sha1").update(text).digest("hex")}.csv`;
    files[name] = text;
    return [{ TaskExecutionStatus, Bucket: "reports", MD5Checksum, Key: `astra/job-1/results/${name}` }];
  });
  const ReportSchema = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";
  const head = { Format: "Report_CSV_20180820", ReportCreationDate: "2026-03-02T17:48:39.725Z" };
  return { manifest: JSON.stringify({ ...head, Results, ReportSchema }), files };
}
