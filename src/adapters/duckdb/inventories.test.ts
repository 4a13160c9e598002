import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { INVENTORY_COLUMNS, type Inventory } from "../../core/inventory.ts";
import { isAstraError } from "../../core/errors.ts";
import type { ConvertedTable, Inventories, SourceTable } from "../../ports/inventories.ts";
import type { ListedObject } from "../../ports/object-store.ts";
import type { Presence } from "../../ports/presence.ts";
import { VirtualClock } from "../system/virtual-clock.ts";
import { type Duckdb, openDuckdb, sqlText } from "./connection.ts";
import { duckdbInventories } from "./inventories.ts";

const DATE = "2026-01-02T03:04:05.000Z";
const TERMS = { bucket: "data", source: "files", location: "here", prefix: "", takenMs: Date.UTC(2026, 1, 1) } as const;
const S3_COLUMNS =
  "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded, ReplicationStatus, EncryptionStatus, ObjectLockRetainUntilDate, ObjectLockMode, ObjectLockLegalHoldStatus, IntelligentTieringAccessTier, BucketKeyStatus, ChecksumAlgorithm, ObjectAccessControlList, ObjectOwner, LifecycleExpirationDate".split(
    ", ",
  );

let folder: string;
let inventories: Inventories;
let duckdb: Duckdb;

beforeEach(async () => {
  // A name that would be a pattern, and one that would end a quoted text.
  folder = await mkdtemp(join(tmpdir(), "astra[1]'*-"));
  inventories = openIn(folder);
  duckdb = await openDuckdb({ memoryBytes: 2e8, threads: 1, tempFolder: join(folder, "tmp") });
});
afterEach(async () => {
  duckdb[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
});

function openIn(path: string, presence: Presence = { self: "me", isGone: () => false }): Inventories {
  return duckdbInventories({ folder: join(path, "inventories") }, { presence, clock: new VirtualClock(5) });
}

/** A row of S3's CSV, with what differs from a plain one. */
function s3Row(changes: Readonly<Record<string, string>> = {}): string {
  const plain: Record<string, string> = {
    Bucket: "data",
    Key: "k",
    IsLatest: "true",
    IsDeleteMarker: "false",
    Size: "7",
  };
  const row = { ...plain, LastModifiedDate: DATE, ETag: "e", StorageClass: "STANDARD", ...changes };
  return S3_COLUMNS.map((name) => `"${(row as Record<string, string>)[name] ?? ""}"`).join(",");
}

function table(bytes: Uint8Array | string, changes: Partial<SourceTable> = {}): SourceTable {
  const whole = Buffer.from(bytes);
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < whole.length; at += 1000) yield whole.subarray(at, at + 1000);
  };
  const plain = { name: "a", where: "there.csv", bytes: source, sizeBytes: null, md5: null, format: null };
  return { ...plain, columns: null, keysEncoded: false, ...changes };
}

const s3Table = (rows: readonly string[], changes: Partial<SourceTable> = {}): SourceTable =>
  table(gzipSync(`${rows.join("\n")}\n`), { columns: S3_COLUMNS, keysEncoded: true, format: "csv", ...changes });

async function imported(source: SourceTable): Promise<{ made: ConvertedTable; inventory: Inventory }> {
  await using draft = await inventories.begin(TERMS);
  const made = await draft.convert(source);
  return { made, inventory: await draft.finish() };
}

async function rowsOf(inventory: Inventory): Promise<readonly Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (const { file } of inventory.parts) {
    const path = join(inventories.folderOf(inventory), file).replaceAll(/[[*?]/g, "[$&]");
    const read = await duckdb.connection.runAndReadAll(`SELECT * FROM read_parquet(${sqlText(path)})`);
    found.push(...read.getRowObjectsJson());
  }
  return found;
}

async function parquet(select: string): Promise<Uint8Array> {
  const path = join(folder, "source.parquet");
  await duckdb.connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet)`);
  return readFile(path);
}

async function faultOf(work: Promise<unknown>): Promise<{ code: string; message: string; where: string | undefined }> {
  try {
    await work;
  } catch (error) {
    if (isAstraError(error)) return { code: error.code, message: error.message, where: error.where };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("tables of S3 Inventory", () => {
  it("become rows with every column, and the hash of the key", async () => {
    const row = s3Row({
      Key: "a%2Bb+c%25%0A%22%C3%A9",
      VersionId: "v1",
      IsMultipartUploaded: "true",
      ReplicationStatus: "PENDING",
      EncryptionStatus: "SSE-KMS",
      ObjectLockRetainUntilDate: "2030-01-01T00:00:00.000Z",
      ObjectLockLegalHoldStatus: "On",
      IntelligentTieringAccessTier: "FREQUENT",
    });
    const { inventory } = await imported(s3Table([row]));
    const key = 'a+b c%\n"é';
    const hash = createHash("md5").update(key).digest().readBigUInt64LE(8).toString();
    const rows = await rowsOf(inventory);
    expect(rows).toEqual([
      {
        key,
        key_hash: hash,
        size_bytes: "7",
        etag: "e",
        last_modified_ms: String(Date.parse(DATE)),
        storage_class: "STANDARD",
        version_id: "v1",
        is_multipart: true,
        replication_status: "PENDING",
        encryption: "SSE-KMS",
        legal_hold: true,
        retain_until_ms: String(Date.UTC(2030, 0, 1)),
        intelligent_tier: "FREQUENT",
      },
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(INVENTORY_COLUMNS));
    expect(inventory).toMatchObject({ rows: 1, bytes: 7, madeMs: 5, ...TERMS });
  });

  it("are left without old versions, markers, others' rows and bad ones, each counted", async () => {
    const wide = `"data",${'"y",'.repeat(100_000)}"z"`;
    const { made, inventory } = await imported(
      s3Table([
        s3Row(),
        s3Row({ IsLatest: "false" }),
        s3Row({ IsDeleteMarker: "true", Size: "" }),
        s3Row({ Bucket: "other" }),
        s3Row({ Size: "1.5" }),
        s3Row({ Size: "-1" }),
        s3Row({ Size: "1e3" }),
        s3Row({ LastModifiedDate: "yesterday" }),
        s3Row({ Key: "" }),
        s3Row({ Key: "%ff%fe" }),
        s3Row({ Key: "k".repeat(1025) }),
        '"data","too short"',
        wide,
        s3Row({ Key: "last", ETag: "x".repeat(3_000_000) }),
        s3Row({ Key: "/leading" }),
      ]),
    );
    expect(made.leftOut).toEqual({ noncurrentVersions: 1, deleteMarkers: 1, otherBuckets: 1, badRows: 10 });
    expect((await rowsOf(inventory)).map((row) => row["key"])).toEqual(["k", "/leading"]);
    expect(made.firstBad).toHaveLength(5);
    expect(made.firstBad[0]).toEqual({ where: "there.csv, row 5", fault: "the size is no whole number of bytes" });
  });

  it("name the line of a record that is no row", async () => {
    const { made } = await imported(s3Table([s3Row(), '"data","short"', s3Row({ Key: "b" })]));
    expect(made.leftOut.badRows).toBe(1);
    expect(made.firstBad).toEqual([{ where: "there.csv:2", fault: "the line has 2 fields in place of 21" }]);
  });
});

describe("tables of somebody else", () => {
  it("are read by the names of their columns, in any order and writing", async () => {
    const csv =
      '\uFEFFlast_modified,"x, y",SIZE,key\r\n2026-01-02T03:04:05+02:00,1,3,"a,""b""\nc%20+"\r\n2026-01-02,2,4,d';
    const { inventory } = await imported(table(csv));
    const rows = await rowsOf(inventory);
    expect(rows.map((row) => [row["key"], row["size_bytes"], row["last_modified_ms"]])).toEqual([
      ['a,"b"\nc%20+', "3", String(Date.UTC(2026, 0, 2, 1, 4, 5))],
      ["d", "4", String(Date.UTC(2026, 0, 2))],
    ]);
    expect(inventory.leftOut.badRows).toBe(0);
  });

  it.each([
    ["milliseconds", "TIMESTAMP_MS '2026-01-02 03:04:05.678'"],
    ["microseconds", "TIMESTAMP '2026-01-02 03:04:05.678901'"],
    ["nanoseconds", "TIMESTAMP_NS '2026-01-02 03:04:05.678901234'"],
    ["a zone", "TIMESTAMPTZ '2026-01-02 05:04:05.678+02'"],
    ["text", "'2026-01-02T03:04:05.678Z'"],
  ])("have dates with %s in Parquet", async (_name, date) => {
    const bytes = await parquet(
      `SELECT 'a%20b' AS "Key", 1::UINTEGER AS size, ${date} AS "LastModifiedDate", 1 AS "key'; DROP"`,
    );
    const { inventory } = await imported(table(bytes));
    const [row] = await rowsOf(inventory);
    expect(row).toMatchObject({
      key: "a%20b",
      size_bytes: "1",
      last_modified_ms: String(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
    });
  });

  it("name the row of a bad value in Parquet", async () => {
    const bytes = await parquet(
      `SELECT 'k' || i AS key, CASE i WHEN 2 THEN NULL ELSE i END AS size_bytes, 1000 * i AS last_modified_ms FROM range(4) t(i)`,
    );
    const { made } = await imported(table(bytes, { where: "t.parquet" }));
    expect(made.part.rows).toBe(3);
    expect(made.firstBad).toEqual([{ where: "t.parquet, row 3", fault: "the size is no whole number of bytes" }]);
  });

  it("may be empty", async () => {
    const { inventory } = await imported(table("Key,Size,LastModifiedDate\n"));
    expect(inventory).toMatchObject({ rows: 0, bytes: 0, leftOut: { badRows: 0 } });
  });
});

describe("tables that can't be read", () => {
  const csv = Buffer.from(`Key,Size,LastModifiedDate\n${`k,1,${DATE}\n`.repeat(5000)}`);
  const zipped = gzipSync(csv);
  const flipped = Buffer.from(zipped);
  flipped[flipped.length - 6] = (flipped.at(-6) ?? 0) ^ 1;
  const md5 = createHash("md5").update(zipped).digest("hex");

  it.each([
    ["cut gzip", table(zipped.subarray(0, -9)), "ASTRA_INVENTORY_INVALID", /cut short/],
    ["corrupt gzip", table(flipped), "ASTRA_INVENTORY_INVALID", /corrupt/],
    ["corrupt gzip with a checksum", table(flipped, { md5 }), "ASTRA_INVENTORY_CHECKSUM", /has the MD5/],
    ["another checksum", table(csv, { md5 }), "ASTRA_INVENTORY_CHECKSUM", /has the MD5/],
    ["another size", table(csv, { sizeBytes: 3 }), "ASTRA_INVENTORY_CHECKSUM", /than were stated: 3/],
    ["ORC", table("ORC\u0001"), "ASTRA_INVENTORY_FORMAT", /ORC/],
    ["cut Parquet", table("PAR1 and no more"), "ASTRA_INVENTORY_INVALID", /can't be read/],
    ["CSV for Parquet", table(csv, { format: "parquet" }), "ASTRA_INVENTORY_INVALID", /no Parquet/],
    ["no column for the size", table("Key,LastModifiedDate\na,b\n"), "ASTRA_INVENTORY_INVALID", /the size/],
    ["two columns for one", table("Key,key,Size,LastModifiedDate\n"), "ASTRA_INVENTORY_INVALID", /Key and key/],
    ["a wide header", table(`${"x,".repeat(20_000)}\n`), "ASTRA_INVENTORY_INVALID", /columns/],
    ["an endless header", table("x,".repeat(50_000)), "ASTRA_INVENTORY_INVALID", /longer than/],
    ["bad rows only", table("Key,Size,LastModifiedDate\na,b,c\n"), "ASTRA_INVENTORY_INVALID", /none of its 1 rows/],
    ["nothing", table(""), "ASTRA_INVENTORY_INVALID", /no column/],
  ])("are refused, and leave nothing behind: %s", async (_name, source, code, message) => {
    const fault = await faultOf(imported(source));
    expect(fault.code).toBe(code);
    expect(fault.message).toMatch(message);
    expect(fault.where).toContain("there.csv");
    expect(fault.message).not.toContain(folder);
    expect(await inventories.list("data")).toEqual([]);
    expect(await inventories.drafts("data")).toEqual([]);
  });

  it("are refused for a date column that holds bare numbers", async () => {
    const bytes = await parquet(`SELECT 'k' AS key, 1 AS size, 5 AS last_modified_date`);
    expect(await faultOf(imported(table(bytes)))).toMatchObject({ code: "ASTRA_INVENTORY_INVALID" });
  });
});

describe("drafts", () => {
  const page = (...keys: string[]): ListedObject[] =>
    keys.map((key) => ({ key, sizeBytes: 2, etag: "e", lastModifiedMs: 9, storageClass: "GLACIER" }));

  async function* pagesOf(...pages: ListedObject[][]): AsyncGenerator<readonly ListedObject[]> {
    yield* pages;
  }

  it("go on with the parts that an interrupted one has, and are whole by the header only", async () => {
    {
      await using draft = await inventories.begin(TERMS);
      await draft.write("1", pagesOf(page("a", 'b "c"\n,'), page("\u{1F600}")), () => [{ after: "", upTo: "b" }]);
    }
    expect(await inventories.list("data")).toEqual([]);
    expect(await inventories.drafts("data")).toMatchObject([TERMS]);
    await using draft = await openIn(folder).begin(TERMS);
    expect(draft.done.get("1")).toMatchObject({ bytes: 6, note: [{ after: "", upTo: "b" }], part: { rows: 3 } });
    await draft.write("2", pagesOf(page("d")));
    const inventory = await draft.finish();
    expect((await rowsOf(inventory)).map((row) => row["key"])).toEqual(["a", 'b "c"\n,', "\u{1F600}", "d"]);
    expect(await inventories.classes(inventory)).toEqual([{ storageClass: "GLACIER", rows: 4, bytes: 8 }]);
    expect(await inventories.drafts("data")).toEqual([]);
    expect(await inventories.open("data", inventory.id)).toEqual(inventory);
  });

  it("do nothing twice for terms whose inventory is whole", async () => {
    const { inventory } = await imported(table(`Key,Size,LastModifiedDate\nk,1,${DATE}\n`));
    await using draft = await inventories.begin(TERMS);
    const never: SourceTable = { ...table(""), bytes: () => expect.fail("read again") };
    expect((await draft.convert(never)).part).toEqual(inventory.parts[0]);
    expect(await draft.finish()).toEqual(inventory);
  });

  it("are made by one process at a time, until it is gone", async () => {
    await using draft = await inventories.begin(TERMS);
    await draft.write("1", pagesOf(page("a")));
    const other = openIn(folder, { self: "other", isGone: () => false });
    expect((await faultOf(other.begin(TERMS))).code).toBe("ASTRA_INVENTORY_BUSY");
    await using heir = await openIn(folder, { self: "heir", isGone: (holder) => holder === "me" }).begin(TERMS);
    expect(heir.done.size).toBe(1);
  });

  it("leave neither spool nor temporary files", async () => {
    const { inventory } = await imported(table(`Key,Size,LastModifiedDate\nk,1,${DATE}\n`));
    const names = await readdir(inventories.folderOf(inventory));
    expect(names.filter((name) => !/^(?:inventory|part-[\da-f]+)\.(?:json|parquet)$/.test(name))).toEqual([]);
  });
});

describe("whole inventories", () => {
  it("are refused where the header or a part is not as it was", async () => {
    const { inventory } = await imported(table(`Key,Size,LastModifiedDate\nk,1,${DATE}\n`));
    const at = inventories.folderOf(inventory);
    await writeFile(join(at, inventory.parts[0]?.file ?? ""), "x");
    expect(await faultOf(inventories.open("data", inventory.id))).toMatchObject({ code: "ASTRA_INVENTORY_INVALID" });
    await writeFile(join(at, "inventory.json"), "{");
    expect(await faultOf(inventories.list("data"))).toMatchObject({ where: join(at, "inventory.json") });
    await inventories.remove("data", inventory.id);
    expect(await inventories.list("data")).toEqual([]);
  });

  it.each(["../data", "a/b", ""])("are none under the id %j", async (id) => {
    expect((await faultOf(inventories.open("data", id))).code).toBe("ASTRA_INVENTORY_MISSING");
    expect((await faultOf(inventories.remove("data", id))).code).toBe("ASTRA_INVENTORY_MISSING");
  });

  it("of buckets with odd names stay in their folder", async () => {
    await using draft = await inventories.begin({ ...TERMS, bucket: "../up" });
    expect(inventories.folderOf({ ...(await draft.finish()) })).toContain(join(folder, "inventories", "="));
  });
});
