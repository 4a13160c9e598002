/** A bucket with objects of all ages, and a bucket with the access logs that tell of their reads; moto keeps both. */
import { createHash } from "node:crypto";
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  type StorageClass,
} from "@aws-sdk/client-s3";
import { logLine, logTime } from "./access-log-lines.ts";
import type { InventoryRow } from "./s3-inventory.ts";
import type { DatedMoto } from "./moto.ts";

export const DATA_BUCKET = "data";
export const LOG_BUCKET = "logs";
export const LOG_PREFIX = "access/";
/** Whose reads count for nothing. */
export const BACKUP_ROLE = "arn:aws:iam::123456789012:role/backup";

const MS_PER_DAY = 86_400_000;
/** Large enough that a move pays its fee within half a year. */
const BODY_BYTES = 700 * 1024;
const READER = "arn:aws:iam::123456789012:user/reader";

/** Objects of one kind. */
export interface RealGroup {
  readonly name: string;
  readonly objects: number;
  readonly ageDays: number;
  readonly storageClass: StorageClass;
  /** Lines of the access log for each object. */
  readonly lines?: number;
  readonly line?: Parameters<typeof logLine>[0];
  /** Class by the matrix, where the move there pays its fee in time. */
  readonly becomes: string;
}

/** What docs/matrix.md says of each; a few reads make colder classes dearer, and leaving STANDARD_IA saves too little. */
export const REAL_GROUPS: readonly RealGroup[] = [
  { name: "fresh", objects: 20, ageDays: 5, storageClass: "STANDARD", becomes: "STANDARD" },
  { name: "month", objects: 40, ageDays: 45, storageClass: "STANDARD", becomes: "STANDARD_IA" },
  { name: "quarter", objects: 40, ageDays: 120, storageClass: "STANDARD", becomes: "GLACIER" },
  { name: "year", objects: 40, ageDays: 400, storageClass: "STANDARD", becomes: "DEEP_ARCHIVE" },
  { name: "year-ia", objects: 10, ageDays: 400, storageClass: "STANDARD_IA", becomes: "STANDARD_IA" },
  { name: "there", objects: 10, ageDays: 120, storageClass: "GLACIER", becomes: "GLACIER" },
  { name: "read-often", objects: 20, ageDays: 400, storageClass: "STANDARD", lines: 12, becomes: "STANDARD" },
  { name: "read-some", objects: 20, ageDays: 400, storageClass: "STANDARD", lines: 6, becomes: "STANDARD" },
  { name: "read-once", objects: 20, ageDays: 400, storageClass: "STANDARD", lines: 1, becomes: "STANDARD" },
  {
    name: "read-by-backup",
    objects: 10,
    ageDays: 400,
    storageClass: "STANDARD",
    lines: 12,
    line: { requester: BACKUP_ROLE },
    becomes: "DEEP_ARCHIVE",
  },
  {
    name: "looked-at",
    objects: 10,
    ageDays: 400,
    storageClass: "STANDARD",
    lines: 12,
    line: { operation: "REST.HEAD.OBJECT" },
    becomes: "DEEP_ARCHIVE",
  },
  {
    name: "refused",
    objects: 10,
    ageDays: 400,
    storageClass: "STANDARD",
    lines: 12,
    line: { answer: "403 AccessDenied 243 - 7 -" },
    becomes: "DEEP_ARCHIVE",
  },
];

/** Names as people give them, and as they don't; moto takes no line end. */
const ODD_NAMES = ["a b+c%20", "ü ☂ 日本", "quote\"s'", "tab\tname", "=1+1", "..", "x".repeat(200)];

export interface RealObject {
  readonly key: string;
  readonly group: RealGroup;
}

export function realObjects(): readonly RealObject[] {
  return REAL_GROUPS.flatMap((group) =>
    Array.from({ length: group.objects }, (_, index) => {
      const odd = ODD_NAMES[index];
      return { key: `${group.name}/${odd === undefined ? `object-${index}.bin` : `${odd}-${index}`}`, group };
    }),
  );
}

/** Makes both buckets and fills the first. */
export async function putRealObjects(s3: S3Client, moto: DatedMoto, nowMs: number): Promise<void> {
  for (const Bucket of [DATA_BUCKET, LOG_BUCKET]) await s3.send(new CreateBucketCommand({ Bucket }));
  for (const group of REAL_GROUPS) {
    await moto.writeAt(nowMs - group.ageDays * MS_PER_DAY);
    const puts = realObjects()
      .filter((each) => each.group === group)
      .map(async ({ key }) => {
        const [Body, StorageClass] = [bodyOf(key), group.storageClass];
        await s3.send(new PutObjectCommand({ Bucket: DATA_BUCKET, Key: key, Body, StorageClass }));
      });
    await Promise.all(puts);
  }
  await moto.writeAt(null);
}

/** The object's own. */
export function bodyOf(key: string): Buffer {
  return Buffer.alloc(BODY_BYTES, createHash("sha256").update(key).digest());
}

/** What a listing shows, as an inventory would. */
export async function listed(s3: S3Client, bucket = DATA_BUCKET): Promise<readonly InventoryRow[]> {
  const rows: InventoryRow[] = [];
  for (let from: string | undefined, isMore = true; isMore;) {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: from }));
    for (const { Key = "", Size = 0, ETag = "", LastModified, StorageClass = "STANDARD" } of page.Contents ?? []) {
      const etag = ETag.replaceAll('"', "");
      rows.push({ key: Key, sizeBytes: Size, etag, lastModifiedMs: Number(LastModified), storageClass: StorageClass });
    }
    from = page.NextContinuationToken;
    isMore = page.IsTruncated === true;
  }
  return rows;
}

/** In log files the key is URL-encoded, and so is the result. */
function loggedKey(key: string): string {
  return encodeURIComponent(encodeURIComponent(key)).replaceAll("%252F", "/");
}

const AGENTS = [
  '"aws-sdk-java/1.11 Linux/4"',
  '"Mozilla "5.0" (x) "-" - 200 REST.GET.OBJECT"',
  `"${"[".repeat(300)} \\" \u001b[31m \\x00 ]"`,
  '"" OR 1=1 -- "',
  "-",
];

/** Lines of all reads in the last days, in no order, some days old and none of the future. */
export function realLines(nowMs: number): readonly string[] {
  const lines: string[] = [];
  for (const [index, { key, group }] of realObjects().entries()) {
    for (let read = 0; read < (group.lines ?? 0); read += 1) {
      const time = logTime(nowMs - (1 + ((index + read) % 20)) * MS_PER_DAY);
      const logged = loggedKey(key);
      const uri = `"GET /${DATA_BUCKET}/${logged} HTTP/1.1"`;
      const agent = AGENTS[(index + read) % AGENTS.length] ?? "-";
      lines.push(logLine({ key: logged, uri, time, agent, requester: READER, id: `R${index}N${read}`, ...group.line }));
    }
  }
  return lines;
}

/** A log object, as S3 names it. @param number gives it its place among the others */
export async function putLog(s3: S3Client, nowMs: number, number: number, text: string): Promise<void> {
  const stamp = new Date(nowMs - MS_PER_DAY).toISOString().slice(0, 10);
  const Key = `${LOG_PREFIX}${stamp}-0${number}-15-01-${String(number).repeat(16)}`;
  await s3.send(new PutObjectCommand({ Bucket: LOG_BUCKET, Key, Body: text }));
}
