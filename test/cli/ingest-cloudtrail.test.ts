import { appendFile, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { CliResult } from "./cli.ts";
import { astra, oneLine, startSandboxProcess, workFolder, writeConfig } from "./cli.ts";

const DAY_MS = 86_400_000;
const YESTERDAY = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2);
const CRAWLER = "arn:aws:iam::111122223333:role/Crawler";

/** By "Examples of Amazon S3 data events", AWS CloudTrail User Guide. */
function get(key: string, more: object = {}): Record<string, unknown> {
  return {
    eventVersion: "1.09",
    userIdentity: { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/reader" },
    eventTime: `${YESTERDAY.toISOString().slice(0, 19)}Z`,
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    userAgent: "[aws-cli/2]",
    requestParameters: { bucketName: "data", key },
    ...more,
  };
}

const session = {
  type: "AssumedRole",
  arn: "arn:aws:sts::1:assumed-role/Crawler/s",
  sessionContext: { sessionIssuer: { arn: CRAWLER } },
};
const FIRST = [
  get("a b/ü.bin"),
  get("a b/ü.bin"),
  get("one", { eventID: "e1" }),
  get("one", { eventID: "e1" }),
  get("one", { userIdentity: session }),
  get("one", { errorCode: "AccessDenied" }),
  get("one", { eventName: "HeadObject" }),
  get("one", { eventSource: "kms.amazonaws.com", eventName: "Decrypt" }),
  get("one", { requestParameters: { bucketName: "other", key: "one" } }),
  get("one", { eventTime: "2999-01-01T00:00:00Z" }),
  { eventSource: "s3.amazonaws.com", eventName: "GetObject" },
];
const COUNTS = {
  records: 11,
  accesses: 3,
  repeatedReads: 1,
  excludedReads: 1,
  withoutData: 1,
  otherOperations: 1,
  otherServices: 1,
  otherBuckets: 1,
  badRecords: 2,
  badRecordsBy: { ahead: 1, fields: 1 },
};
const CONFIG = `bucket: data\nengine: { excluded_principals: ["${CRAWLER}"] }\n`;
const trail = (...records: readonly unknown[]): string => JSON.stringify({ Records: records });

/** Reads over all time, by key. */
async function reads(cwd: string): Promise<Record<string, number>> {
  const path = (name: string): string => join(cwd, ".astra", name);
  await using ctx = await openContext(
    configSchema.parse({ state: { path: path("state.db") }, log: { path: path("log.db") } }),
  );
  const counts: Record<string, number> = {};
  for await (const page of ctx.state.objects({}))
    for (const { key, access } of page) counts[key] = access.lifetimeReads;
  return counts;
}

const ingest = (cwd: string, ...args: string[]): Promise<CliResult> =>
  astra(["ingest", "cloudtrail", ...args], { cwd });

test("reads count once, whatever their file is called; bad files are named and the rest goes on", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  const digests = join(cwd, "trail", "CloudTrail-Digest");
  await mkdir(digests, { recursive: true });
  await writeFile(join(cwd, "astra.yaml"), CONFIG);
  await writeFile(join(cwd, "trail", "1.json.gz"), gzipSync(trail(...FIRST)));
  await writeFile(join(cwd, "trail", "2.json"), trail(get("one"), get("two")));
  await copyFile(join(cwd, "trail", "2.json"), join(cwd, "trail", "3.json"));
  await writeFile(join(cwd, "trail", "4.json.gz"), gzipSync(trail(get("three"))).subarray(0, -12));
  await writeFile(join(cwd, "trail", "5.json"), trail(get("three")).slice(0, -2));
  await writeFile(join(cwd, "trail", "6.json"), '{"digestStartTime":"x"}');
  await writeFile(join(digests, "7.json"), "not looked at");

  const first = await ingest(cwd, "trail", "--json");
  expect(first.status).toBe(3);
  expect(oneLine(first)).toMatchObject({
    ...COUNTS,
    ok: false,
    records: 13,
    accesses: 5,
    files: 3,
    duplicates: 1,
    digestFiles: 2,
    objectsChanged: 3,
    unreadableFiles: 2,
    alsoByAccessLogs: null,
  });
  expect(JSON.stringify(oneLine(first)["unreadable"])).toMatch(/4\.json\.gz.*ends too early.*5\.json.*ends too early/);
  expect(await reads(cwd)).toEqual({ "a b/ü.bin": 2, one: 2, two: 1 });

  await writeFile(join(cwd, "trail", "5.json"), trail(get("three")));
  const second = await ingest(cwd, "trail");
  expect(second.stdout).toMatch(/1 record of 4 files:\n\s+1 +reads of objects\n\n3 files counted before/);
  expect(second.stdout).toMatch(/Given up: .*4\.json\.gz/);
  expect(await reads(cwd)).toEqual({ "a b/ü.bin": 2, one: 2, two: 1, three: 1 });
});

test("a trail's bucket: logs that a listing shows to be known are not read again", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await using sandbox = await startSandboxProcess("trail-bucket");
  await writeConfig(cwd, sandbox.endpoint, "data");
  const client = new S3Client({
    endpoint: sandbox.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "A", secretAccessKey: "S" },
  });
  const put = async (name: string, Body: string | Uint8Array): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: "trail-bucket", Key: `AWSLogs/1/${name}`, Body }));
  };
  await put("CloudTrail/1.json.gz", gzipSync(trail(get("one"), get("two"))));
  await put("CloudTrail/2.json.gz", gzipSync(trail()));
  await put("CloudTrail-Digest/3.json.gz", gzipSync("{}"));
  const source = "s3://trail-bucket/AWSLogs/";
  expect(oneLine(await ingest(cwd, source, "--json"))).toMatchObject({
    ok: true,
    files: 2,
    digestFiles: 1,
    accesses: 2,
  });
  await put("CloudTrail/4.json.gz", gzipSync(trail(get("one"))));
  expect(oneLine(await ingest(cwd, source, "--json"))).toMatchObject({ ok: true, known: 2, files: 1, accesses: 1 });
  expect(await reads(cwd)).toEqual({ one: 2, two: 1 });
});

test("warns where access logs tell of the same days", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, "astra.yaml"), CONFIG);
  const month = YESTERDAY.toUTCString().slice(8, 11);
  const time = `${String(YESTERDAY.getUTCDate()).padStart(2, "0")}/${month}/${YESTERDAY.getUTCFullYear()}:12:00:00 +0000`;
  const line = `owner data [${time}] 192.0.2.3 web A1 REST.GET.OBJECT one "GET /one HTTP/1.1" 200 - 10 10 1 1 "-" "x" - host SigV4 E A data.s3.amazonaws.com TLSV1.2 - -\n`;
  await appendFile(join(cwd, "access.log"), line);
  expect((await astra(["ingest", "access-logs", "access.log"], { cwd })).status).toBe(0);
  await writeFile(join(cwd, "trail.json"), trail(get("one")));
  const told = await ingest(cwd, "trail.json");
  const day = YESTERDAY.toISOString().slice(0, 10);
  expect(told.stdout).toContain(`Warning: access logs from ${day} to ${day} were counted too.`);
  await writeFile(join(cwd, "later.json"), trail(get("two")));
  const number = Math.floor(YESTERDAY.getTime() / DAY_MS);
  expect(oneLine(await ingest(cwd, "later.json", "--json"))["alsoByAccessLogs"]).toEqual({
    first: number,
    last: number,
  });
});

test("what is no trail at all, or is not there, is an error", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, "hello.txt"), "hello");
  for (const name of ["hello.txt", "nowhere.json"]) {
    const refused = await ingest(cwd, name, "--json");
    expect(refused.status).toBe(1);
    expect(oneLine(refused)["error"]).toMatchObject({
      code: "ASTRA_TRAIL_INVALID",
      where: expect.stringContaining(name) as string,
    });
  }
});
