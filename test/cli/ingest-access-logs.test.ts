import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { astra, oneLine, record, workFolder } from "./cli.ts";

const AGENT = `"-" "agent "x" 1.0" - host SigV4 ECDHE AuthHeader data.s3.amazonaws.com TLSV1.2 - -`;
const DAY = new Date(Date.now() - 86_400_000);
const MONTH = DAY.toUTCString().slice(8, 11);
const TIME = `[${String(DAY.getUTCDate()).padStart(2, "0")}/${MONTH}/${DAY.getUTCFullYear()}:12:00:00 +0000]`;

function line(id: string, key: string, changes: { readonly [field: string]: string } = {}): string {
  const { bucket = "data", requester = "web", operation = "REST.GET.OBJECT", status = "200" } = changes;
  return `owner ${bucket} ${TIME} 192.0.2.3 ${requester} ${id} ${operation} ${key} "GET /x HTTP/1.1" ${status} - 10 10 1 1 ${AGENT}`;
}

const LINES = [
  line("A1", "a.txt"),
  line("A2", "a.txt", { requester: "-" }),
  line("A3", "b%2520c.txt", { status: "206" }),
  line("A4", "a.txt", { requester: "backup" }),
  line("A5", "a.txt", { operation: "REST.HEAD.OBJECT" }),
  line("A6", "a.txt", { status: "304" }),
  line("A7", "a.txt", { bucket: "other" }),
  line("A8", "a%25zz"),
  `owner data ${TIME} 192.0`,
];

const COUNTS = {
  lines: 9,
  accesses: 3,
  excludedReads: 1,
  withoutData: 1,
  otherOperations: 1,
  otherBuckets: 1,
  badLines: 2,
  badLinesBy: { cut: 1, key: 1 },
};

async function logFolder(cwd: string): Promise<void> {
  await writeFile(join(cwd, "astra.yaml"), "bucket: data\nengine: { excluded_principals: [backup] }\n");
  await mkdir(join(cwd, "logs", "sub"), { recursive: true });
  await writeFile(join(cwd, "logs", "1"), `${LINES.slice(0, 5).join("\n")}\n`);
  await writeFile(join(cwd, "logs", "sub", "2.gz"), gzipSync(LINES.slice(5).join("\n")));
}

async function knowObjects(cwd: string): Promise<void> {
  const created = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
  await writeFile(join(cwd, "ages.json"), JSON.stringify({ "a.txt": created, "b c.txt": created }));
  expect(await astra(["metadata", "import", "ages.json"], { cwd })).toMatchObject({ status: 0 });
}

/** Reads by key, as the state has them. */
async function readsByKey(cwd: string): Promise<Record<string, unknown>> {
  const exported = record(JSON.parse((await astra(["metadata", "export"], { cwd })).stdout));
  return Object.fromEntries(Object.entries(exported).map(([key, entry]) => [key, record(entry)["access_count"]]));
}

test("reads count once, however often the files are given and whatever they are called", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await logFolder(cwd);
  await knowObjects(cwd);
  const first = oneLine(await astra(["ingest", "access-logs", "logs", "--json"], { cwd }));
  expect(first).toMatchObject({ ok: true, files: 2, duplicates: 0, isWhole: true, unreadable: [], ...COUNTS });
  expect(first["firstBad"]).toEqual([
    { where: `${join(cwd, "logs", "sub", "2.gz")}:3`, fault: "key" },
    { where: `${join(cwd, "logs", "sub", "2.gz")}:4`, fault: "cut" },
  ]);
  await writeFile(join(cwd, "logs", "2-unpacked"), LINES.slice(5).join("\n"));
  const again = await astra(["ingest", "access-logs", "logs/1", "logs"], { cwd });
  expect(again).toMatchObject({ status: 0, stderr: "" });
  expect(again.stdout).toMatch(/0 lines of 3 files:\n +0 {2}reads of objects\n\n3 files counted before/);
  expect(await readsByKey(cwd)).toEqual({ "a.txt": 2, "b c.txt": 1 });
});

test("the text shows what was counted, and the first bad lines", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await logFolder(cwd);
  const { stdout } = await astra(["ingest", "access-logs", "logs"], { cwd });
  expect(stdout).toMatch(/9 lines of 2 files:\n +3 {2}reads of objects\n +1 {2}reads by readers that do not count\n/);
  expect(stdout).toMatch(/Bad lines:\n +1 {2}cut short/);
});

test("a file that can't be read is named and the others go on", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await logFolder(cwd);
  await writeFile(join(cwd, "logs", "0.gz"), gzipSync(LINES.join("\n")).subarray(0, 100));
  const result = await astra(["ingest", "access-logs", "logs", "--json"], { cwd });
  expect(result.status).toBe(3);
  expect(oneLine(result)).toMatchObject({
    ok: false,
    isWhole: false,
    files: 2,
    unreadable: [{ where: join(cwd, "logs", "0.gz"), message: expect.stringContaining("ends too early") as string }],
  });
});

test("a path that isn't there, and files that are no access logs", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, "notes.txt"), "\u001b[31mnotes\n");
  const missing = await astra(["ingest", "access-logs", "notes.txt", "none"], { cwd });
  expect(missing).toMatchObject({ status: 1, stdout: "" });
  expect(missing.stderr).toMatch(/there is no such file or folder \(ASTRA_ACCESS_LOG_INVALID\)\n {2}where: none\n/);
  const notes = await astra(["ingest", "access-logs", "notes.txt"], { cwd });
  expect(notes).toMatchObject({ status: 1, stdout: "" });
  expect(notes.stderr).toMatch(/no line is one of an S3 server access log .*\n {2}where: .*notes\.txt:1\n/);
  expect((await astra(["ingest", "access-logs"], { cwd })).status).toBe(64);
});
