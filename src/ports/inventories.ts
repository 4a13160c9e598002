/**
 * Inventories kept on this machine: a folder of Parquet parts with one header each (`core/inventory.ts`).
 *
 * Guarantees: an inventory is there whole or not at all: its header is written last, after every part is on the disk.
 * Parts made before an interruption are found again and not made twice. Memory does not grow with an inventory.
 *
 * Errors: ASTRA_INVENTORY_INVALID (naming file and row), ASTRA_INVENTORY_FORMAT, ASTRA_INVENTORY_CHECKSUM,
 * ASTRA_INVENTORY_MISSING, ASTRA_FILE_UNWRITABLE, ASTRA_BATCH_UNAVAILABLE where the engine is not installed.
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

/** A table file of somebody else, on this machine. */
export interface SourceTable {
  /** Names the part made of it: an interrupted import goes on after the ones it has. */
  readonly name: string;
  readonly path: string;
  readonly format: "csv" | "parquet";
  /** Names of the columns of a CSV file without a header, in order, in the words of S3 Inventory; `null` with a header. */
  readonly columns: readonly string[] | null;
  /** Keys are URL-encoded, as in S3 Inventory's CSV files. */
  readonly keysEncoded: boolean;
}

/** What was made of one source table. */
export interface ConvertedTable {
  readonly part: InventoryPart;
  readonly bytes: number;
  readonly leftOut: InventoryLeftOut;
}

/** An inventory that is being made. */
export interface InventoryDraft extends AsyncDisposable {
  readonly id: string;
  /** Parts of an earlier try, by the names they were made of. */
  readonly done: ReadonlyMap<string, ConvertedTable>;
  /** One source table to one part. Rows that can't be used are counted; a table that can't be read is refused. */
  convert(table: SourceTable): Promise<ConvertedTable>;
  /** Listed objects to one part. @param name as {@link SourceTable.name} */
  write(name: string, pages: AsyncIterable<readonly ListedObject[]>): Promise<ConvertedTable>;
  /** Writes the header: from here on the inventory is there. */
  finish(): Promise<Inventory>;
}

export interface Inventories {
  /** Begins or goes on with one. */
  begin(terms: InventoryTerms): Promise<InventoryDraft>;
  /** Whole ones of a bucket, newest content first. */
  list(bucket: string): Promise<readonly Inventory[]>;
  /** @throws AstraError ASTRA_INVENTORY_MISSING */
  open(bucket: string, id: string): Promise<Inventory>;
  /** Folder of the parts of an inventory. */
  folderOf(inventory: Inventory): string;
  /** Takes one off the disk. Repeating it is harmless. */
  remove(bucket: string, id: string): Promise<void>;
}
