/**
 * Inventories kept on this machine: a folder of Parquet parts with one header each (`core/inventory.ts`).
 *
 * Guarantees: an inventory is there whole or not at all: its header is written last, after every part is on the disk.
 * Parts made before an interruption are found again and not made twice. Memory does not grow with an inventory.
 *
 * Errors: ASTRA_INVENTORY_INVALID (naming file and row), ASTRA_INVENTORY_FORMAT, ASTRA_INVENTORY_CHECKSUM,
 * ASTRA_INVENTORY_MISSING, ASTRA_INVENTORY_BUSY, ASTRA_FILE_UNWRITABLE, ASTRA_BATCH_UNAVAILABLE where the engine is not
 * installed.
 */
import type { Inventory, InventoryLeftOut, InventoryPart, InventorySource } from "../core/inventory.ts";
import type { ListedObject } from "./object-store.ts";

/** What an inventory is begun with. The same terms find what an interrupted one has done so far. */
export interface InventoryTerms {
  readonly bucket: string;
  readonly source: InventorySource;
  readonly location: string;
  readonly prefix: string;
  readonly takenMs: number;
}

/** A table file of somebody else. */
export interface SourceTable {
  /** Names the part made of it, and gives the part its place: parts are ordered by name. */
  readonly name: string;
  /** Its address, for messages. */
  readonly where: string;
  /** Its bytes from the beginning; compressed CSV as it is. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
  /** As somebody stated it; `null` where nobody did. */
  readonly sizeBytes: number | null;
  /** MD5 of the bytes, hex; `null` where nobody stated it. */
  readonly md5: string | null;
  /** `null`: told by its first bytes. */
  readonly format: "csv" | "parquet" | null;
  /** Names of the columns of a CSV file without a header, in order; `null` with a header. */
  readonly columns: readonly string[] | null;
  /** Keys of a CSV file are URL-encoded, as in S3 Inventory's. */
  readonly keysEncoded: boolean;
}

/** A row that could not be used. */
export interface BadRow {
  /** File and number of the record, from 1, a header not counted. */
  readonly where: string;
  readonly fault: string;
}

/** What was made of one source table. */
export interface ConvertedTable {
  readonly part: InventoryPart;
  readonly bytes: number;
  readonly leftOut: InventoryLeftOut;
  /** The first bad rows, a few. */
  readonly firstBad: readonly BadRow[];
  /** What the caller wanted kept with it. */
  readonly note: unknown;
}

/** An inventory that is being made. Disposing it keeps what is done. */
export interface InventoryDraft extends AsyncDisposable {
  readonly id: string;
  /** Parts of an earlier try, by the names they were made of; all of them where the inventory is whole. */
  readonly done: ReadonlyMap<string, ConvertedTable>;
  /**
   * One source table to one part. Rows that can't be used are counted; a table that can't be read is refused, and so is one
   * whose size or checksum is not as stated.
   */
  convert(table: SourceTable): Promise<ConvertedTable>;
  /**
   * Listed objects to one part.
   * @param name as {@link SourceTable.name}
   * @param note asked for after the last page: kept with the part, and given back with it
   */
  write(name: string, pages: AsyncIterable<readonly ListedObject[]>, note?: () => unknown): Promise<ConvertedTable>;
  /** Writes the header: from here on the inventory is there. */
  finish(): Promise<Inventory>;
}

/** Objects of one class; `null` where the source does not tell it. */
export interface InventoryClass {
  readonly storageClass: string | null;
  readonly rows: number;
  readonly bytes: number;
}

export interface Inventories {
  /** Begins or goes on with one. */
  begin(terms: InventoryTerms): Promise<InventoryDraft>;
  /** What was begun and not finished, newest first. */
  drafts(bucket: string): Promise<readonly (InventoryTerms & { readonly id: string })[]>;
  /** Buckets with inventories. */
  buckets(): Promise<readonly string[]>;
  /** Whole ones of a bucket, newest content first. */
  list(bucket: string): Promise<readonly Inventory[]>;
  /** @throws AstraError ASTRA_INVENTORY_MISSING, ASTRA_INVENTORY_INVALID where its header or a part is not as it was */
  open(bucket: string, id: string): Promise<Inventory>;
  /** Folder of the parts of an inventory. */
  folderOf(inventory: Inventory): string;
  /** Largest first. */
  classes(inventory: Inventory): Promise<readonly InventoryClass[]>;
  /** Takes one off the disk, or what is done of one. Repeating it is harmless. */
  remove(bucket: string, id: string): Promise<void>;
}
