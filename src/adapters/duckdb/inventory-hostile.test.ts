import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Inventory } from "../../core/inventory.ts";
import type { ConvertedTable, Inventories, SourceTable } from "../../ports/inventories.ts";
import { VirtualClock } from "../system/virtual-clock.ts";
import { type Duckdb, openDuckdb, sqlText } from "./connection.ts";
import { duckdbInventories } from "./inventories.ts";

const TERMS = { bucket: "data", source: "files", location: "here", prefix: "", takenMs: 1 } as const;
const HEADER = "Key,Size,LastModifiedDate,ETag\n";

let folder: string;
let inventories: Inventories;
let duckdb: Duckdb;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "astra-hostile-"));
  const presence = { self: "me", isGone: () => false };
  inventories = duckdbInventories({ folder: join(folder, "inventories") }, { presence, clock: new VirtualClock(5) });
  duckdb = await openDuckdb({ memoryBytes: 2e8, threads: 1, tempFolder: join(folder, "tmp") });
});
afterEach(async () => {
  duckdb[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

function table(content: Uint8Array | string, changes: Partial<SourceTable> = {}): SourceTable {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(content);
  };
  const plain = { name: "a", where: "there.csv", bytes, sizeBytes: null, md5: null, format: null, columns: null };
  return { ...plain, keysEncoded: false, ...changes };
}

async function imported(source: SourceTable): Promise<{ made: ConvertedTable; inventory: Inventory }> {
  await using draft = await inventories.begin(TERMS);
  const made = await draft.convert(source);
  return { made, inventory: await draft.finish() };
}

async function column(inventory: Inventory, name: string): Promise<readonly unknown[]> {
  const paths = inventory.parts.map(({ file }) => sqlText(join(inventories.folderOf(inventory), file)));
  const found = await duckdb.connection.runAndReadAll(`SELECT ${name} FROM read_parquet([${paths.join(", ")}])`);
  return found.getRowsJson().map(([value]) => value);
}

const row = (key: string): string => `${key},1,2026-01-01,e\n`;

test("rows that a stray quote swallows are counted, line by line", async () => {
  const unclosed = await imported(table(`${HEADER}${row("a")}${row('"b')}${row("c")}${row("d")}`));
  expect(unclosed.made).toMatchObject({ part: { rows: 1 }, leftOut: { badRows: 3 } });
  await inventories.remove("data", unclosed.inventory.id);
  const within = await imported(table(`${HEADER}${row("a")}${row('b"x')}${row("c")}${row('"d"y')}${row("z")}`));
  expect(within.made.part.rows + within.made.leftOut.badRows).toBe(5);
  expect(await column(within.inventory, "key")).toEqual(["a", 'b"x', "c"]);
});

test("what is current is told by the words of other tables too, and an unknown word makes no current object", async () => {
  const rows = [
    "a,1,2026-01-01,0,f",
    "b,1,2026-01-01,1,0",
    "c,1,2026-01-01,T,1",
    "d,1,2026-01-01,maybe,",
    "e,1,2026-01-01,,",
  ];
  const { made, inventory } = await imported(
    table(`Key,Size,LastModifiedDate,IsLatest,IsDeleteMarker\n${rows.join("\n")}\n`),
  );
  expect(made.leftOut).toMatchObject({ noncurrentVersions: 1, deleteMarkers: 1, badRows: 1 });
  expect(made.firstBad).toEqual([
    { where: "there.csv, row 4", fault: "nobody can tell whether it is the current version" },
  ]);
  expect(await column(inventory, "key")).toEqual(["b", "e"]);
});

test("ETags stand without their quotes", async () => {
  const { inventory } = await imported(table(`${HEADER}a,1,2026-01-01,"""abc-2"""\n`));
  expect(await column(inventory, "etag")).toEqual(["abc-2"]);
});

test("a file whose lines end in carriage returns alone is no empty inventory", async () => {
  await expect(imported(table("Key,Size,LastModifiedDate\ra,1,2026-01-01\r"))).rejects.toMatchObject({
    code: "ASTRA_INVENTORY_INVALID",
    where: "there.csv:1",
  });
  expect(await inventories.list("data")).toEqual([]);
});

test("what is longer than stated is left at once, however much there is of it", async () => {
  let given = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1000;
      yield new Uint8Array(1000).fill(10);
    }
  };
  const source = table("", { bytes: endless, sizeBytes: 5000, md5: "0".repeat(32), columns: ["Key"] });
  await expect(imported(source)).rejects.toMatchObject({ code: "ASTRA_INVENTORY_CHECKSUM", where: "there.csv" });
  expect(given).toBeLessThan(10_000_000);
});

test("a small file that unpacks to what fills a disk is refused", async () => {
  const zeros = gzipSync(Buffer.alloc(32 * 1024 * 1024));
  const bomb = Buffer.concat(Array.from({ length: 16 }, () => zeros));
  await expect(imported(table(bomb, { columns: ["Key", "Size", "LastModifiedDate"] }))).rejects.toMatchObject({
    code: "ASTRA_INVENTORY_INVALID",
    message: "it unpacks to more than 500 times its size, which no inventory does",
  });
});

test("names and values that would be SQL are text", async () => {
  const header = `"Key","Size","LastModifiedDate","x"" FROM y; --","ETag'"`;
  const key = "'); DROP TABLE x; --";
  const { inventory } = await imported(table(`${header}\n"${key}",1,2026-01-01,z,e\n`));
  expect(await column(inventory, "key")).toEqual([key]);
});
