/**
 * Inventories of any size, made by the engine itself in seconds: keys of a few prefixes and endings, sizes between 50 bytes
 * and 60 MB, ages up to two years, and the state of every tenth object.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { recordReads, NO_ACCESS } from "../src/core/access-stats.ts";
import { type ObjectState, unknownObject } from "../src/core/object-state.ts";
import { INVENTORY_COLUMNS, type Inventory, type InventoryPart } from "../src/core/inventory.ts";
import { MS_PER_DAY } from "../src/core/units.ts";

export interface InventoryFixture {
  readonly rows: number;
  /** Of the state: its inventories' folder is beside it. */
  readonly stateFolder: string;
  readonly bucket: string;
  readonly id?: string;
  readonly nowMs: number;
  /** Rows of a part; a million where absent. */
  readonly partRows?: number;
  readonly threads?: number;
}

/**
 * A bucket that was planned the night before: nearly all objects lie where their size has long brought them; one in twenty is
 * new, or was written anew, and is in STANDARD.
 */
const CLASSES = `CASE WHEN hash(i + 3) % 20 = 0 OR size_bytes < 650000 THEN 'STANDARD'
  WHEN size_bytes < 7100000 OR ends_with(key, '.parquet') THEN 'STANDARD_IA' ELSE 'GLACIER_IR' END`;
const KEY = `(['logs', 'images', 'backup', 'users', 'data', 'tmp'])[1 + i % 6] || '/' || (i // 1000) || '/' ||
  lpad(i::VARCHAR, 12, '0') || '-' || substr(md5(i::VARCHAR), 1, 16) ||
  (['.json', '.jpg', '.parquet', '.log'])[1 + (i // 6) % 4]`;

/** Writes a whole inventory. @returns its header */
export async function writeInventoryFixture(fixture: InventoryFixture): Promise<Inventory> {
  const { rows, stateFolder, bucket, id = `fixture-${rows}`, nowMs, partRows = 1_000_000, threads = 2 } = fixture;
  const folder = join(stateFolder, "inventories", bucket, id);
  mkdirSync(folder, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const connection = await instance.connect();
  const parts: InventoryPart[] = [];
  for (let first = 0; first < rows; first += partRows) {
    const file = `part-${String(parts.length).padStart(5, "0")}.parquet`;
    const path = join(folder, file);
    const count = Math.min(partRows, rows - first);
    await connection.run(
      `COPY (SELECT ${columnsSql()} FROM (SELECT *, ${CLASSES} AS storage_class FROM (
          SELECT i, ${KEY} AS key, ${sizeSql()} AS size_bytes, md5((i + 5)::VARCHAR) AS etag,
            ${nowMs} - (hash(i + 2) % 730)::BIGINT * ${MS_PER_DAY} - i % ${MS_PER_DAY} - ${MS_PER_DAY} AS last_modified_ms
          FROM range(${first}, ${first + count}) t(i))))
       TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    parts.push({ file, rows: count, sizeBytes: statSync(path).size, sha256 });
  }
  connection.closeSync();
  instance.closeSync();
  const header: Inventory = {
    version: 1,
    id,
    bucket,
    source: "files",
    location: "the benchmark's own",
    prefix: "",
    takenMs: nowMs,
    madeMs: nowMs,
    rows,
    bytes: 0,
    parts,
    leftOut: { noncurrentVersions: 0, deleteMarkers: 0, otherBuckets: 0, badRows: 0 },
  };
  writeFileSync(join(folder, "inventory.json"), JSON.stringify(header));
  return header;
}

function columnsSql(): string {
  const known: Readonly<Record<string, string>> = {
    key: "key",
    key_hash: "md5_number_lower(key)",
    size_bytes: "size_bytes",
    etag: "etag",
    last_modified_ms: "last_modified_ms::BIGINT",
    storage_class: "storage_class",
    is_multipart: "false",
  };
  return Object.entries(INVENTORY_COLUMNS)
    .map(([name, type]) => `(${known[name] ?? "NULL"})::${type} AS ${name}`)
    .join(", ");
}

/** Evenly on a logarithmic scale. */
function sizeSql(): string {
  return "exp((hash(i + 1) % 1000000) / 1000000.0 * 14 + 4)::BIGINT";
}

/** States of every n-th object of the inventory, in pages. */
export async function* statesOfFixture(
  { rows, bucket, nowMs }: Pick<InventoryFixture, "rows" | "bucket" | "nowMs">,
  oneIn: number,
  keepDays: number,
): AsyncGenerator<readonly ObjectState[]> {
  const PAGE = 10_000;
  for (let first = 0; first < rows; first += PAGE * oneIn) {
    const count = Math.min(PAGE, Math.ceil((rows - first) / oneIn));
    yield Array.from({ length: count }, (_, index) => stateOf(first + index * oneIn, bucket, nowMs, keepDays));
  }
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function stateOf(i: number, bucket: string, nowMs: number, keepDays: number): ObjectState {
  const prefix = ["logs", "images", "backup", "users", "data", "tmp"][i % 6] ?? "";
  const ending = [".json", ".jpg", ".parquet", ".log"][Math.floor(i / 6) % 4] ?? "";
  const name = `${String(i).padStart(12, "0")}-${md5(String(i)).slice(0, 16)}${ending}`;
  let access = NO_ACCESS;
  for (let read = 0; read < 1 + (i % 4); read += 1) {
    access = recordReads(access, nowMs - ((i * 7 + read * 13) % 120) * MS_PER_DAY, 1 + (i % 3), keepDays);
  }
  const createdMs = nowMs - ((i * 31) % 700) * MS_PER_DAY;
  const known = { etag: md5(String(i + 5)), createdMs, classSinceMs: createdMs, access };
  return { ...unknownObject({ bucket, key: `${prefix}/${Math.floor(i / 1000)}/${name}` }), ...known };
}
