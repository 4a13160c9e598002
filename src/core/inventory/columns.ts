/**
 * Names of columns, as they stand in inventories of S3 (CSV: `LastModifiedDate`, Parquet: `last_modified_date`) and in ours.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html#storage-inventory-contents
 */
import { AstraError } from "../errors.ts";
import { type InventoryColumn, REQUIRED_COLUMNS } from "../inventory.ts";

/** What is read of a source: what a part holds, and what says whether a row is a current object of the bucket. */
export type InventoryField = Exclude<InventoryColumn, "key_hash"> | "bucket" | "is_latest" | "is_delete_marker";

/** Every documented column that is used; the others (`ObjectOwner`, `BucketKeyStatus` and so on) and unknown ones are left. */
const FIELDS: Readonly<Record<string, InventoryField>> = {
  bucket: "bucket",
  key: "key",
  versionid: "version_id",
  islatest: "is_latest",
  isdeletemarker: "is_delete_marker",
  size: "size_bytes",
  sizebytes: "size_bytes",
  lastmodifieddate: "last_modified_ms",
  lastmodified: "last_modified_ms",
  lastmodifiedms: "last_modified_ms",
  etag: "etag",
  storageclass: "storage_class",
  ismultipartuploaded: "is_multipart",
  ismultipart: "is_multipart",
  replicationstatus: "replication_status",
  encryptionstatus: "encryption",
  encryption: "encryption",
  objectlockretainuntildate: "retain_until_ms",
  retainuntilms: "retain_until_ms",
  objectlocklegalholdstatus: "legal_hold",
  legalhold: "legal_hold",
  intelligenttieringaccesstier: "intelligent_tier",
  intelligenttier: "intelligent_tier",
};

/** Where the source has a field. */
export interface FieldPlace {
  /** Place of the column, from 0. */
  readonly index: number;
  readonly name: string;
  /** A number of milliseconds, and not a date. */
  readonly isMilliseconds: boolean;
}

/** Case, underscores, blanks and dashes make no difference. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, "");
}

/** Columns that a source has, by field. @throws AstraError ASTRA_INVENTORY_INVALID for one that is missing or there twice */
export function fieldPlaces(names: readonly string[], where: string): ReadonlyMap<InventoryField, FieldPlace> {
  const places = new Map<InventoryField, FieldPlace>();
  for (const [index, name] of names.entries()) {
    const plain = plainName(name);
    const field = Object.hasOwn(FIELDS, plain) ? FIELDS[plain] : undefined;
    if (field === undefined) continue;
    const other = places.get(field);
    if (other) {
      throw new AstraError("ASTRA_INVENTORY_INVALID", `the columns ${other.name} and ${name} say the same`, { where });
    }
    places.set(field, { index, name, isMilliseconds: plain.endsWith("ms") });
  }
  const missing = REQUIRED_COLUMNS.filter((column) => !places.has(column));
  if (missing.length === 0) return places;
  throw new AstraError("ASTRA_INVENTORY_INVALID", `there is no column for ${missing.map(wordOf).join(", ")}`, {
    where,
    fix: "Put Size and Last modified date into the inventory's configuration; files of somebody else need columns named Key, Size and LastModifiedDate.",
  });
}

const WORDS = { key: "the key", size_bytes: "the size", last_modified_ms: "the last modified date" } as const;

function wordOf(column: (typeof REQUIRED_COLUMNS)[number]): string {
  return WORDS[column];
}
