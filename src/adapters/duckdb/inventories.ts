/** Inventories in a folder of this machine. The engine is loaded when a table is read, and not before. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Inventory } from "../../core/inventory.ts";
import type { Inventories, InventoryClass } from "../../ports/inventories.ts";
import { type DraftPorts, beginDraft, openForInventories } from "./inventory-draft.ts";
import { InventoryFolders } from "./inventory-folder.ts";
import { sqlPath } from "./inventory-sql.ts";

export interface InventoriesOptions {
  /** Made when the first inventory is. */
  readonly folder: string;
}

export function duckdbInventories(
  { folder }: InventoriesOptions,
  { presence, clock }: Pick<DraftPorts, "presence" | "clock">,
): Inventories {
  const folders = new InventoryFolders(folder);
  const ports = { folders, presence, clock };
  return {
    begin: async (terms) => beginDraft(ports, terms),
    drafts: async (bucket) => draftsOf(folders, bucket),
    buckets: async () => folders.buckets(),
    list: async (bucket) => wholeOf(folders, bucket),
    open: async (bucket, id) => folders.open(bucket, id),
    folderOf: ({ bucket, id }) => folders.of(bucket, id),
    classes: async (inventory) => classesOf(inventory, folders.of(inventory.bucket, inventory.id)),
    remove: async (bucket, id) => folders.remove(bucket, id),
  };
}

function draftsOf(folders: InventoryFolders, bucket: string): Awaited<ReturnType<Inventories["drafts"]>> {
  const drafts = folders.ids(bucket).flatMap((id) => {
    const terms = folders.terms(bucket, id);
    return terms?.bucket === bucket ? [{ ...terms, id }] : [];
  });
  return drafts.toSorted((a, b) => b.takenMs - a.takenMs);
}

function wholeOf(folders: InventoryFolders, bucket: string): readonly Inventory[] {
  const headers = folders.ids(bucket).flatMap((id) => folders.header(bucket, id) ?? []);
  return headers.toSorted((a, b) => b.takenMs - a.takenMs || b.madeMs - a.madeMs);
}

async function classesOf({ parts }: Inventory, folder: string): Promise<readonly InventoryClass[]> {
  if (parts.length === 0) return [];
  const temp = mkdtempSync(join(tmpdir(), "astra-inventory-"));
  try {
    using duckdb = await openForInventories(temp);
    const paths = parts.map(({ file }) => sqlPath(join(folder, file))).join(", ");
    const found = await duckdb.connection.runAndReadAll(
      `SELECT storage_class, count(*)::DOUBLE, sum(size_bytes)::DOUBLE AS bytes
       FROM read_parquet([${paths}], hive_partitioning = false) GROUP BY ALL ORDER BY bytes DESC, storage_class`,
    );
    return found.getRows().map(([storageClass, rows, bytes]) => ({
      storageClass: typeof storageClass === "string" ? storageClass : null,
      rows: Number(rows),
      bytes: Number(bytes),
    }));
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
