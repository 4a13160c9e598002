import {
  CreateMultipartUploadCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sdkClient } from "../support/sandbox.ts";
import {
  type CliResult,
  type RunningSandbox,
  astra,
  oneLine,
  record,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

const Bucket = "data";
/** Bodies count as so many times their size. */
const SCALE = 2 ** 20;
const MIB = 2 ** 20;

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
let s3: S3Client;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess(Bucket, { byteScale: SCALE });
  await writeConfig(folder.path, sandbox.endpoint, Bucket);
  s3 = sdkClient(sandbox.endpoint, "A", "S");
});

afterAll(async () => {
  s3?.destroy();
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test("a bucket without any", async () => {
  expect((await run("leftovers")).stdout).toBe("No leftovers in s3://data.\n");
  const none = { count: 0, bytes: 0, microsPerMonth: 0, oldestMs: null, classes: [] };
  expect(oneLine(await run("leftovers", "--json"))).toMatchObject({ ok: true, uploads: none, noncurrent: none });
});

describe("versions and uploads", () => {
  beforeAll(async () => {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    const put = (Key: string, StorageClass: "STANDARD" | "DEEP_ARCHIVE", bytes: number) =>
      s3.send(new PutObjectCommand({ Bucket, Key, StorageClass, Body: "x".repeat(bytes) }));
    await put("logs/a", "STANDARD", 1000);
    await put("logs/a", "DEEP_ARCHIVE", 2000);
    await put("logs/a", "STANDARD", 3000);
    await put("other", "STANDARD", 4000);
    await put("other", "STANDARD", 5000);
    const begun = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "logs/\u001b[31mupload" }));
    const part = { Bucket, Key: "logs/\u001b[31mupload", UploadId: begun.UploadId, PartNumber: 1, Body: "p" };
    await s3.send(new UploadPartCommand(part));
  });

  test("are counted, priced by the book and left alone", async () => {
    const first = oneLine(await run("leftovers", "--json"));
    const noncurrent = record(first["noncurrent"]);
    expect(noncurrent).toMatchObject({ count: 3, bytes: 7000 * MIB });
    const [standard, archive] = (noncurrent["classes"] as unknown[]).map(record);
    expect(standard).toMatchObject({ storageClass: "STANDARD", count: 2, bytes: 5000 * MIB });
    expect(archive).toMatchObject({ storageClass: "DEEP_ARCHIVE", count: 1, bytes: 2000 * MIB });
    // $0.023 a GB-month in STANDARD; $0.00099 in DEEP_ARCHIVE with 32 KiB more, and 8 KiB at STANDARD's price.
    expect(standard?.["microsPerMonth"]).toBeCloseTo((5000 / 1024) * 23_000, 6);
    const overhead = (32 / 1024 / 1024) * 990 + (8 / 1024 / 1024) * 23_000;
    expect(archive?.["microsPerMonth"]).toBeCloseTo((2000 / 1024) * 990 + overhead, 6);
    expect(first).toMatchObject({ uploads: { count: 1, bytes: null, microsPerMonth: null } });
    expect(oneLine(await run("leftovers", "--json"))).toEqual(first);
  });

  test("of one prefix, as text: what is not known is called unknown", async () => {
    const { stdout, status } = await run("leftovers", "--prefix", "logs/");
    expect(status).toBe(0);
    expect(stdout).toMatch(/uploads not ended +STANDARD +1 +unknown +unknown +20\d\d-/);
    expect(stdout).toMatch(/noncurrent versions +STANDARD +1 +1000 MiB +\$0\.022/);
    expect(stdout).toMatch(/noncurrent versions +DEEP_ARCHIVE +1 +2\.0 GiB +\$0\.0019/);
    expect(stdout).toContain("Nothing was touched.");
    expect(stdout).not.toContain("\u001b");
  });
});

test("a bucket that isn't there", async () => {
  const result = await run("leftovers", "--bucket", "nowhere");
  expect(result).toMatchObject({ status: 1, stdout: "" });
  expect(result.stderr).toContain("ASTRA_STORE_BUCKET_MISSING");
});
