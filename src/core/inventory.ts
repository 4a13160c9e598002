/**
 * An inventory: what a bucket held at one instant, as a table of files, whoever made it: the provider's own inventory,
 * files of somebody else, or a listing of ours. One shape for all, so that whatever reads one reads every one.
 */

/** Where an inventory came from. */
export const INVENTORY_SOURCES = ["s3-inventory", "files", "listing"] as const;
export type InventorySource = (typeof INVENTORY_SOURCES)[number];

/** A Parquet file of an inventory, in its folder. */
export interface InventoryPart {
  readonly file: string;
  readonly rows: number;
  readonly sizeBytes: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** Rows of the source that are no current objects, or could not be used; counted, never silently dropped. */
export interface InventoryLeftOut {
  readonly noncurrentVersions: number;
  readonly deleteMarkers: number;
  /** Rows of another bucket. */
  readonly otherBuckets: number;
  /** Rows that can't be read: no key, a size or a date that is none. */
  readonly badRows: number;
}

/** Header of a whole inventory; stands as `inventory.json` beside its parts, and is written last. */
export interface Inventory {
  readonly version: 1;
  readonly id: string;
  readonly bucket: string;
  readonly source: InventorySource;
  /** Address of the manifest, the files, or the bucket listed. */
  readonly location: string;
  /** The key prefix it is limited to; empty for the whole bucket. */
  readonly prefix: string;
  /** When making it began, ms since 1970-01-01 UTC: changes since then may be missing in it. */
  readonly takenMs: number;
  readonly madeMs: number;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: readonly InventoryPart[];
  readonly leftOut: InventoryLeftOut;
}

/** Kinds of columns, in the words of DuckDB and Parquet tools. */
export type InventoryColumnType = "VARCHAR" | "BIGINT" | "UBIGINT" | "BOOLEAN";

/**
 * Columns of every part, in this order; what the source does not tell is NULL. `key_hash` is the lower half of the MD5 of
 * the key's UTF-8 bytes as an unsigned 64-bit number (DuckDB: `md5_number_lower(key)`): stable across versions and tools.
 * It narrows a join; the key itself confirms it.
 */
export const INVENTORY_COLUMNS = {
  key: "VARCHAR",
  key_hash: "UBIGINT",
  size_bytes: "BIGINT",
  etag: "VARCHAR",
  last_modified_ms: "BIGINT",
  storage_class: "VARCHAR",
  version_id: "VARCHAR",
  is_multipart: "BOOLEAN",
  replication_status: "VARCHAR",
  encryption: "VARCHAR",
  legal_hold: "BOOLEAN",
  retain_until_ms: "BIGINT",
  intelligent_tier: "VARCHAR",
} as const satisfies Readonly<Record<string, InventoryColumnType>>;
export type InventoryColumn = keyof typeof INVENTORY_COLUMNS;

/** Columns without which nothing can be decided of a row. */
export const REQUIRED_COLUMNS = ["key", "size_bytes", "last_modified_ms"] as const satisfies readonly InventoryColumn[];
