/** Inventories and logs as they should not be: named, left out or refused, counted, and the rest goes on. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import { logLine, logTime } from "../support/access-log-lines.ts";
import { type InventoryRow, inventoryParquet } from "../support/s3-inventory.ts";
import { type CliResult, astra, oneLine, record, startSandboxProcess, workFolder, writeConfig } from "./cli.ts";

const MS_PER_DAY = 86_400_000;
const NOW_MS = Date.now();
const YESTERDAY = logTime(NOW_MS - MS_PER_DAY);
const MANY = 100_000;

let cwd: string;

beforeEach(async () => {
  const folder = await workFolder();
  cwd = folder.path;
  return () => folder[Symbol.asyncDispose]();
});

async function run(...args: string[]): Promise<CliResult> {
  const result = await astra(args, { cwd });
  expect(result.stderr).not.toMatch(/^\s+at /m);
  return result;
}

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  await mkdir(join(cwd, name, ".."), { recursive: true });
  await writeFile(join(cwd, name), bytes);
  return name;
}

function damaged(bytes: Buffer, from: number, length: number): Buffer {
  return Buffer.from(bytes).fill(0xff, from, from + length);
}

const md5 = (bytes: Uint8Array | string): string => createHash("md5").update(bytes).digest("hex");

function row(key: string, changes: Partial<InventoryRow> = {}): InventoryRow {
  const lastModifiedMs = NOW_MS - 400 * MS_PER_DAY;
  return { key, sizeBytes: 5_000_000, etag: md5(key), lastModifiedMs, storageClass: "STANDARD", ...changes };
}

const ROWS = Array.from({ length: 3000 }, (_, index) => row(`k/${index}`));
const PARQUET = inventoryParquet("data", ROWS);
const HEADER = "Key,Size,LastModifiedDate";
const CSV = `${HEADER}\n${ROWS.map(({ key }) => `${key},1,2026-01-01`).join("\n")}\n`;

/** Of an import that is refused. */
function refusal(result: CliResult): { readonly code: unknown; readonly message: string; readonly where: unknown } {
  expect(result.status).toBe(1);
  const error = record(oneLine(result)["error"]);
  expect(error["fix"]).toBeTypeOf("string");
  return { code: error["code"], message: String(error["message"]), where: error["where"] };
}

describe("an inventory", () => {
  const imported = (source: string): Promise<CliResult> =>
    run("inventory", "import", source, "--bucket", "data", "--json");

  test.each([
    ["Parquet that is cut", "t.parquet", PARQUET.subarray(0, -1000), "No magic bytes"],
    ["Parquet of four bytes", "t.parquet", PARQUET.subarray(0, 4), "too small"],
    ["Parquet with damaged pages", "t.parquet", damaged(PARQUET, PARQUET.length >> 1, 200), "can't be read"],
    ["Parquet with a damaged end", "t.parquet", damaged(PARQUET, PARQUET.length - 300, 280), "can't be read"],
    ["a gzip stream that is cut", "t.csv.gz", gzipSync(CSV).subarray(0, -50), "cut short"],
    ["a gzip stream that is damaged", "t.csv.gz", damaged(gzipSync(CSV), 2000, 50), "corrupt"],
    ["a gzip stream with something behind it", "t.csv.gz", Buffer.concat([gzipSync(CSV), PARQUET]), "corrupt"],
    ["no columns", "t.csv", "", "no column for the key"],
    ["100,000 columns", "t.csv", `${"c,".repeat(MANY)}c\n${"1,".repeat(MANY)}1\n`, "longer than"],
  ])("of %s is refused by name, and leaves nothing", async (_name, name, bytes, message) => {
    const error = refusal(await imported(await put(name, bytes)));
    expect(error).toMatchObject({ code: "ASTRA_INVENTORY_INVALID" });
    expect(String(error.where)).toContain(name);
    expect(error.message).toContain(message);
    expect(oneLine(await run("inventory", "show", "--json"))).toEqual({ ok: true, inventories: [] });
  });

  test("with right checksums and a damaged file is refused whole; brought again, it goes on", async () => {
    const bad = damaged(PARQUET, PARQUET.length >> 1, 200);
    const manifest = async (second: Buffer): Promise<string> => {
      const files = [];
      for (const [index, bytes] of [inventoryParquet("data", [row("a")]), second].entries()) {
        const key = `inv/data/daily/data/${index}.parquet`;
        await put(key, bytes);
        files.push({ key, size: bytes.length, MD5checksum: md5(bytes) });
      }
      const text = JSON.stringify({
        sourceBucket: "data",
        version: "2016-11-30",
        creationTimestamp: String(NOW_MS - MS_PER_DAY),
        fileFormat: "Parquet",
        fileSchema: "message s3.inventory { required binary key (UTF8); }",
        files,
      });
      await put("inv/data/daily/2026-01-01T00-00Z/manifest.checksum", md5(text));
      return put("inv/data/daily/2026-01-01T00-00Z/manifest.json", text);
    };
    const error = refusal(await imported(await manifest(bad)));
    expect(error.code).toBe("ASTRA_INVENTORY_INVALID");
    expect(String(error.where)).toContain("1.parquet");
    expect(oneLine(await run("inventory", "show", "--json"))).toMatchObject({ inventories: [] });
    expect(oneLine(await imported(await manifest(PARQUET)))).toMatchObject({
      tablesBefore: 1,
      inventory: { rows: 3001 },
    });
  });

  test("with rows that are none is taken without them, and they are named", async () => {
    const odd = [`${"x,".repeat(MANY)}x`, "cut", "a,-1,2026-01-01", "b,1,yesterday", ",1,2026-01-01"];
    const result = oneLine(
      await imported(await put("t.csv", `${HEADER}\nfirst,1,2026-01-01\n${odd.join("\n")}\nlast,2,2026-01-01\n`)),
    );
    expect(result).toMatchObject({ ok: true, inventory: { rows: 2, bytes: 3, leftOut: { badRows: 5 } } });
    const named = JSON.stringify(result["firstBad"]);
    expect(named).toContain("the last modified date is no date");
    expect(named).toContain("t.csv, row");
    const none = Buffer.from([0xff, 0xfe, 0x80]);
    const text = Buffer.concat([Buffer.from(`${HEADER}\nfirst,1,2026-01-01\n`), none, Buffer.from(",1,2026-01-01\n")]);
    const other = oneLine(await imported(await put("u.csv", text)));
    expect(other).toMatchObject({ inventory: { rows: 1, leftOut: { badRows: 1 } } });
    expect(other["firstBad"]).toMatchObject([{ fault: expect.stringContaining("not UTF-8") as string }]);
  });

  test("that is older than the state moves nothing that the state knows to have changed", async () => {
    await using sandbox = await startSandboxProcess("data");
    await writeConfig(cwd, sandbox.endpoint, "data");
    await put(
      "t.parquet",
      inventoryParquet(
        "data",
        ["same", "replaced", "removed", "moved", "unknown"].map((key) => row(key)),
      ),
    );
    await know({ key: "same", etag: md5("same") });
    await know({ key: "replaced", etag: md5("other") });
    await know({ key: "removed", deletedMs: NOW_MS });
    await know({ key: "moved", etag: md5("moved"), storageClass: "GLACIER" });
    const taken = new Date(NOW_MS - 5 * MS_PER_DAY).toISOString();
    const old = await run("inventory", "import", "t.parquet", "--taken", taken);
    expect(old.stderr).toContain("the inventory is 5 days old");
    const plan = record(oneLine(await run("plan", "--inventory", "latest", "--json"))["plan"]);
    expect(plan["totals"]).toMatchObject({ objectsSeen: 5, moves: 2, refusals: { changed: { objects: 3 } } });
    // By itself a plan takes none that is this old; the listing shows an empty bucket.
    expect(oneLine(await run("plan", "--json"))["plan"]).toMatchObject({ totals: { objectsSeen: 0 } });
  });

  test("of times that are yet to come is refused; objects of such times count as new", async () => {
    await using sandbox = await startSandboxProcess("data");
    await writeConfig(cwd, sandbox.endpoint, "data");
    const future = { lastModifiedMs: NOW_MS + 1000 * MS_PER_DAY };
    await put("t.parquet", inventoryParquet("data", [row("old"), row("ahead", future)]));
    const taken = new Date(NOW_MS + 3 * MS_PER_DAY).toISOString();
    const refused = refusal(await run("inventory", "import", "t.parquet", "--taken", taken, "--json"));
    expect(refused).toMatchObject({ code: "ASTRA_INVENTORY_INVALID" });
    expect(refused.message).toContain("yet to come");
    await run("inventory", "import", "t.parquet");
    const plan = record(oneLine(await run("plan", "--inventory", "latest", "--json"))["plan"]);
    expect(plan["totals"]).toMatchObject({ objectsSeen: 2, moves: 1, objectsStaying: 1 });
  });

  /** What events of today would have told of an object. */
  async function know(changes: Partial<ObjectState> & { readonly key: string }): Promise<void> {
    await using ctx = await openContext(configSchema.parse({ state: { path: join(cwd, ".astra", "state.db") } }));
    const known = { storageClass: "STANDARD", classSinceMs: NOW_MS, createdMs: NOW_MS - 400 * MS_PER_DAY };
    await ctx.state.putObjects([{ ...unknownObject({ bucket: "data", key: changes.key }), ...known, ...changes }]);
  }
});

describe("access logs", () => {
  const line = (id: string, changes: Parameters<typeof logLine>[0] = {}): string =>
    `${logLine({ id, time: YESTERDAY, key: `key-of-${id}`, ...changes })}\n`;

  test("with lines cut, overlong, of the future, hostile, and delivered twice: counted once, the rest goes on", async () => {
    const good = line("G1") + line("G2");
    const agents = [
      '"a "b" c"',
      '"""',
      '"\\"',
      '"" REST.GET.OBJECT x "GET / HTTP/1.1" 200 - 1 1 1 1 "-"',
      '"\u001b[31m\u0000"',
      `"${'" '.repeat(20_000)}"`,
    ];
    await put("logs/1", good);
    await put("logs/2-again", good);
    await put("logs/3-again.gz", gzipSync(good));
    await put("logs/4", agents.map((agent, index) => line(`A${index}`, { agent })).join(""));
    await put(
      "logs/5",
      line("W1", { tail: "- ".repeat(MANY) }) + line("W2", { tail: "- ".repeat(MANY / 4) }) + line("W3"),
    );
    await put("logs/6", line("F1", { time: logTime(NOW_MS + 3 * MS_PER_DAY) }) + line("F2"));
    await put("logs/7", line("C1") + line("C2").slice(0, 150));
    await put("logs/8.gz", damaged(gzipSync(agents.join("").repeat(50)), 300, 20));
    const result = await run("ingest", "access-logs", "logs", "--json");
    expect(result.status).toBe(3);
    const told = oneLine(result);
    expect(told).toMatchObject({
      ok: false,
      files: 7,
      duplicates: 2,
      lines: 15,
      accesses: 2 + agents.length + 2 + 1 + 1,
      badLines: 3,
      badLinesBy: { cut: 1, ahead: 1, too_long: 1 },
      unreadableFiles: 1,
    });
    const named = [told["firstBad"], told["unreadable"]].map((list) => JSON.stringify(list)).join("");
    for (const place of ["5:1", "6:1", "7:2", "8.gz"]) expect(named).toContain(`logs/${place}`);
    expect(oneLine(await run("ingest", "access-logs", "logs", "--json"))).toMatchObject({ accesses: 0, duplicates: 7 });
  });
});

test("a trail with records of 100,000 fields, hostile readers and no records at all: the rest goes on", async () => {
  const get = (key: string, more: object = {}): object => ({
    eventVersion: "1.09",
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/reader" },
    eventTime: `${new Date(NOW_MS - MS_PER_DAY).toISOString().slice(0, 19)}Z`,
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    requestParameters: { bucketName: "data", key },
    ...more,
  });
  const fields = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`field-${at}`, at]));
  const wide = { additionalEventData: fields(MANY) };
  const hostile = { userAgent: '"}]}{"Records":[\u001b[31m', userIdentity: { arn: '"], [' } };
  const records = [get("a", wide), get("b", { additionalEventData: fields(2 * MANY) }), get("c", hostile), get("d")];
  await put("trail/1.json.gz", gzipSync(JSON.stringify({ Records: records })));
  await put("trail/2.json", JSON.stringify(records));
  await put("trail/3.json", `{"Records":[${JSON.stringify(get("e"))},${"[".repeat(MANY)}${"]".repeat(MANY)}]}`);
  const result = await run("ingest", "cloudtrail", "trail", "--json");
  expect(result.status).toBe(3);
  const told = oneLine(result);
  expect(told).toMatchObject({
    files: 2,
    accesses: 4,
    badRecords: 1,
    badRecordsBy: { too_long: 1 },
    unreadableFiles: 1,
  });
  expect(JSON.stringify(told["unreadable"])).toContain("trail/2.json");
});
