import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { type CliResult, astra, workFolder } from "./cli.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "KEY", AWS_SECRET_ACCESS_KEY: "secret-word", AWS_REGION: "eu-west-1" };

async function ingest(args: readonly string[], config = "bucket: data\n"): Promise<CliResult> {
  await using folder = await workFolder();
  await writeFile(join(folder.path, "astra.yaml"), config);
  const result = await astra(["ingest", "notifications", "--drain", ...args], { cwd: folder.path, env: KEYS });
  expect(result.stdout).toBe("");
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stderr).not.toContain("secret-word");
  return result;
}

test("without a queue, the field and the flag are named", async () => {
  const { status, stderr } = await ingest([]);
  expect(status).toBe(64);
  expect(stderr).toMatch(/no queue is named \(ASTRA_CONFIG_MISSING\)[^]*--queue URL.*notifications\.queue_url/);
});

test.each(["queue", "ftp://sqs.eu-west-1.amazonaws.com/1/q", "https://user:pass-word@sqs.eu-west-1.amazonaws.com/1/q"])(
  "--queue %s is no address",
  async (address) => {
    const { status, stderr } = await ingest(["--queue", address]);
    expect(status).toBe(64);
    expect(stderr).toMatch(/no address of a queue \(ASTRA_USAGE_INVALID\)\n {2}where: --queue/);
    expect(stderr).not.toContain("pass-word");
  },
);

test("a password in the configured address is refused, and not repeated", async () => {
  const config = "bucket: data\nnotifications:\n  queue_url: https://user:pass-word@example.com/1/q\n";
  const { status, stderr } = await ingest(["--bucket", "data"], config);
  expect(status).toBe(64);
  expect(stderr).toMatch(/neither user nor password[^]*where: astra\.yaml:3:14/);
  expect(stderr).not.toContain("pass-word");
});

test("a queue that nobody serves", async () => {
  const address = `http://127.0.0.1:${await freePort()}`;
  const { status, stderr } = await ingest(["--queue", `${address}/1/q`]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/gave no answer to ReceiveMessage \(ECONNREFUSED.*\(ASTRA_QUEUE_UNREACHABLE\)/);
  expect(stderr).toContain(`where: ${address}`);
});
