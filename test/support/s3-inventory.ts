/** An inventory as S3 writes it into a destination bucket: Parquet files, a manifest, and the manifest's checksum. */
import { createHash } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { parquetWriteBuffer } from "hyparquet-writer";

/** A version of an object. */
export interface InventoryRow {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
  readonly isLatest?: boolean;
  readonly isDeleteMarker?: boolean;
}

export interface WrittenInventory {
  /** `s3://…/manifest.json` */
  readonly manifest: string;
  /** Keys of the Parquet files in the destination bucket. */
  readonly files: readonly string[];
}

export interface InventoryPlace {
  readonly s3: S3Client;
  readonly source: string;
  readonly destination: string;
  readonly takenMs: number;
}

/** "Amazon S3 Inventory list", Amazon S3 User Guide: the columns of a Parquet file, keys as they are. */
export function inventoryParquet(source: string, rows: readonly InventoryRow[]): Buffer {
  const column = <Value>(of: (row: InventoryRow) => Value): Value[] => rows.map(of);
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: "bucket", type: "STRING", data: column(() => source), nullable: false },
      { name: "key", type: "STRING", data: column(({ key }) => key), nullable: false },
      { name: "version_id", type: "STRING", data: column(() => null) },
      { name: "is_latest", type: "BOOLEAN", data: column(({ isLatest }) => isLatest ?? true) },
      { name: "is_delete_marker", type: "BOOLEAN", data: column(({ isDeleteMarker }) => isDeleteMarker ?? false) },
      { name: "size", type: "INT64", data: column(({ sizeBytes }) => BigInt(sizeBytes)) },
      {
        name: "last_modified_date",
        type: "TIMESTAMP",
        data: column(({ lastModifiedMs }) => new Date(lastModifiedMs)),
      },
      { name: "e_tag", type: "STRING", data: column(({ etag }) => etag) },
      { name: "storage_class", type: "STRING", data: column(({ storageClass }) => storageClass) },
      { name: "is_multipart_uploaded", type: "BOOLEAN", data: column(({ etag }) => etag.includes("-")) },
      { name: "replication_status", type: "STRING", data: column(() => null) },
      { name: "encryption_status", type: "STRING", data: column(() => "SSE-S3") },
    ],
  });
  return Buffer.from(bytes);
}

/** Writes one, the checksum last. @param parts rows of each Parquet file */
export async function putInventory(
  { s3, source, destination, takenMs }: InventoryPlace,
  parts: readonly (readonly InventoryRow[])[],
): Promise<WrittenInventory> {
  const folder = `inventories/${source}/daily`;
  const put = (Key: string, Body: Buffer | string) => s3.send(new PutObjectCommand({ Bucket: destination, Key, Body }));
  const files: { readonly key: string; readonly size: number; readonly MD5checksum: string }[] = [];
  for (const [index, rows] of parts.entries()) {
    const bytes = inventoryParquet(source, rows);
    const key = `${folder}/data/${takenMs}-${index}.parquet`;
    await put(key, bytes);
    files.push({ key, size: bytes.length, MD5checksum: md5(bytes) });
  }
  const manifest = JSON.stringify({
    sourceBucket: source,
    destinationBucket: `arn:aws:s3:::${destination}`,
    version: "2016-11-30",
    creationTimestamp: String(takenMs),
    fileFormat: "Parquet",
    fileSchema: "message s3.inventory { required binary bucket (UTF8); required binary key (UTF8); }",
    files,
  });
  const dated = `${folder}/${new Date(takenMs).toISOString().slice(0, 16).replace(":", "-")}Z`;
  await put(`${dated}/manifest.json`, manifest);
  await put(`${dated}/manifest.checksum`, md5(Buffer.from(manifest)));
  return { manifest: `s3://${destination}/${dated}/manifest.json`, files: files.map(({ key }) => key) };
}

function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
