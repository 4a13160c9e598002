/** TLS to the store with an authority of one's own, and server-side encryption of what is uploaded. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../../tools/kafka/certificate.ts";
import { type CliResult, astra, workFolder } from "../cli/cli.ts";
import { ACCESS_KEY, BUCKET, SECRET_KEY, type SandboxFixture, sandboxFixture } from "../support/sandbox.ts";
import { type TlsFront, startTlsFront } from "../support/tls-front.ts";

const KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

let folder: Awaited<ReturnType<typeof workFolder>>;
let fixture: SandboxFixture;
let front: TlsFront;
/** An authority that has signed nothing here. */
let others: string;

beforeAll(async () => {
  folder = await workFolder();
  fixture = await sandboxFixture();
  front = await startTlsFront(fixture.sandbox.endpoint);
  others = await mkdtemp(join(tmpdir(), "other-ca-"));
  await makeCertificates(others);
  await writeFile(join(folder.path, "body.bin"), "body");
  await writeFile(join(folder.path, "no.pem"), "no certificate\n");
});

afterAll(async () => {
  await front?.[Symbol.asyncDispose]();
  await fixture?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
  await rm(others, { recursive: true, force: true });
});

async function run(
  args: readonly string[],
  fields: readonly string[],
  entry: readonly string[] = [],
): Promise<CliResult> {
  const lines = [
    `bucket: ${BUCKET}`,
    "s3:",
    `  endpoint: ${front.endpoint}`,
    `  credentials: { access_key_id: ${ACCESS_KEY}, secret_access_key: "${SECRET_KEY}" }`,
    ...fields.map((field) => `  ${field}`),
    ...(entry.length > 0 ? ["buckets:", `  ${BUCKET}:`, ...entry.map((field) => `    ${field}`)] : []),
    "engine: { strategy: matrix }",
  ];
  await writeFile(join(folder.path, "astra.yaml"), `${lines.join("\n")}\n`);
  return astra(args, { cwd: folder.path });
}

test("objects and settings of the bucket are read over TLS with the authority of `ca_file`", async () => {
  const plan = await run(["plan"], [`ca_file: ${front.caFile}`]);
  expect(plan, plan.stderr).toMatchObject({ status: 0, stderr: "" });
  const list = await run(["list"], ["ca_file: no.pem"], [`ca_file: ${front.caFile}`]);
  expect(list, list.stderr).toMatchObject({ status: 0 });
});

test.each([
  ["no authority", () => [], /certificate|SELF_SIGNED/i],
  ["another authority", () => [`ca_file: ${join(others, "ca.pem")}`], /certificate|UNABLE/i],
])("with %s the certificate is refused, and the field for it is named", async (_, fields, says) => {
  for (const args of [["list"], ["plan"]]) {
    const result = await run(args, fields());
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("(ASTRA_STORE_UNREACHABLE)");
    expect(result.stderr).toMatch(says);
    expect(result.stderr).toContain("`s3.ca_file`");
  }
});

test.each([
  ["no.pem", "ASTRA_CONFIG_INVALID", "the file named by `s3.ca_file` holds no certificate"],
  ["missing.pem", "ASTRA_CONFIG_UNREADABLE", "the file named by `s3.ca_file` cannot be read"],
])("a ca_file that is none: %s", async (file, code, says) => {
  const result = await run(["list"], [`ca_file: ${file}`]);
  expect(result.status).toBe(64);
  expect(result.stderr).toContain(`(${code})`);
  expect(result.stderr).toContain(says);
  expect(result.stderr).toContain(file);
});

test.each([
  ["s3", ["encryption: { algorithm: AES256 }"], [], { ServerSideEncryption: "AES256" }],
  [
    "a bucket over s3",
    ["encryption: { algorithm: AES256 }"],
    [`encryption: { algorithm: "aws:kms", kms_key_id: "${KMS_KEY}", bucket_key: true }`],
    { ServerSideEncryption: "aws:kms", SSEKMSKeyId: KMS_KEY, BucketKeyEnabled: true },
  ],
  [
    "two layers",
    [`encryption: { algorithm: "aws:kms:dsse", kms_key_id: "${KMS_KEY}" }`],
    [],
    { ServerSideEncryption: "aws:kms:dsse", SSEKMSKeyId: KMS_KEY },
  ],
])("uploads are encrypted as the configuration of %s says", async (name, fields, entry, expected) => {
  const Key = `${name}.bin`;
  const result = await run(["upload", "body.bin", "--key", Key], [`ca_file: ${front.caFile}`, ...fields], entry);
  expect(result.status, result.stderr).toBe(0);
  expect(await fixture.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).toMatchObject(expected);
});

test.each([
  [`encryption: { algorithm: AES256, kms_key_id: "${KMS_KEY}" }`, "is only for aws:kms and aws:kms:dsse"],
  ['encryption: { algorithm: "aws:kms:dsse", bucket_key: true }', "is only for aws:kms"],
  ["encryption: { algorithm: rot13 }", "must be one of AES256, aws:kms, aws:kms:dsse"],
  ["encryption: { bucket_key: true }", "must be one of AES256"],
])("%s is refused", async (field, says) => {
  const result = await run(["list"], [field]);
  expect(result.status).toBe(64);
  expect(result.stderr).toContain("(ASTRA_CONFIG_INVALID)");
  expect(result.stderr).toContain(says);
  expect(result.stderr).toMatch(/where: astra\.yaml:\d+:\d+/);
});
