import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningSandbox, astra, oneLine, startSandboxProcess, workFolder, writeConfig } from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

interface Expected {
  readonly status: number;
  readonly code: string;
  readonly says: RegExp;
  readonly where?: RegExp;
}

/** Code, message and fix on standard error, and never a stack. */
async function fails(args: readonly string[], expected: Expected, env: Record<string, string> = {}): Promise<void> {
  const result = await astra(args, { cwd: folder.path, env });
  expect(result.status, result.stderr).toBe(expected.status);
  expect(result.stdout).toBe("");
  expect(result.stderr).toContain(`(${expected.code})`);
  expect(result.stderr).toMatch(expected.says);
  expect(result.stderr).toMatch(/^ {2}fix: {3}\S/m);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  if (expected.where) expect(result.stderr).toMatch(expected.where);
}

test("with --json an error is one line on standard output", async () => {
  const result = await astra(["list", "--bucket", "nowhere", "--json"], { cwd: folder.path });
  expect(result).toMatchObject({ status: 1, stderr: "" });
  const text = expect.stringMatching(/\S/) as string;
  expect(oneLine(result)).toEqual({
    ok: false,
    error: { code: "ASTRA_STORE_BUCKET_MISSING", message: text, where: text, fix: text },
  });
});

test("a read of an object of another bucket", async () => {
  await fails(["access", "s3://other/a.bin"], {
    status: 64,
    code: "ASTRA_USAGE_INVALID",
    says: /s3:\/\/other\/a\.bin is not in the bucket data/,
  });
});

describe("configuration", () => {
  test("an unknown field: file, line, column, the line itself, and the word that was meant", async () => {
    await writeFile(join(folder.path, "bad.yaml"), "bucket: data\nlog:\n  partitons: 4\n");
    await fails(["list", "--config", "bad.yaml"], {
      status: 64,
      code: "ASTRA_CONFIG_INVALID",
      says: /unknown field log\.partitons; did you mean partitions\?\n {2}3 \| {3}partitons: 4\n {4}\| {3}\^/,
      where: /where: bad\.yaml:3:3/,
    });
  });

  test("a missing file", () =>
    fails(["list", "--config", "none.yaml"], {
      status: 64,
      code: "ASTRA_CONFIG_UNREADABLE",
      says: /does not exist/,
      where: /none\.yaml/,
    }));

  test("a value of the environment", () =>
    fails(
      ["list"],
      { status: 64, code: "ASTRA_CONFIG_INVALID", says: /log\.partitions/, where: /ASTRA_LOG_PARTITIONS/ },
      { ASTRA_LOG_PARTITIONS: "many" },
    ));

  test("no bucket", async () => {
    await using empty = await workFolder();
    const result = await astra(["list"], { cwd: empty.path });
    expect(result).toMatchObject({ status: 64 });
    expect(result.stderr).toContain("--bucket NAME");
  });

  test("a level of diagnostics that is none", () =>
    fails(
      ["runs"],
      { status: 64, code: "ASTRA_CONFIG_INVALID", says: /"loud" is no level/ },
      { ASTRA_LOG_LEVEL: "loud" },
    ));
});

describe("surroundings", () => {
  test("the bucket isn't there", () =>
    fails(["list", "--bucket", "nowhere"], { status: 1, code: "ASTRA_STORE_BUCKET_MISSING", says: /nowhere/ }));

  test("a wrong secret", () =>
    fails(
      ["list"],
      { status: 4, code: "ASTRA_STORE_AUTHENTICATION", says: /secret|signature/i },
      { ASTRA_S3_CREDENTIALS_SECRET_ACCESS_KEY: "wrong" },
    ));

  test("no store at the endpoint", () =>
    fails(["list", "--s3-endpoint", "http://127.0.0.1:9"], {
      status: 1,
      code: "ASTRA_STORE_UNREACHABLE",
      says: /127\.0\.0\.1:9/,
    }));

  test("no broker", () =>
    fails(["generate-event", "x", "--kafka-brokers", "127.0.0.1:9"], {
      status: 1,
      code: "ASTRA_LOG_UNREACHABLE",
      says: /127\.0\.0\.1:9/,
    }));

  test("a state file that can't be written", async () => {
    await writeFile(join(folder.path, "a-file"), "");
    await fails(["runs", "--state", "a-file/state.db"], { status: 1, code: "ASTRA_STATE_UNREADABLE", says: /a-file/ });
  });

  test("a port that is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    await fails(["sandbox", "--port", String(port)], {
      status: 1,
      code: "ASTRA_SANDBOX_PORT",
      says: new RegExp(String(port)),
    });
    taken.close();
  });
});

describe("what a command is given", () => {
  test("a body source that isn't there", () =>
    fails(["generate-event", "x", "--source", "none.bin"], {
      status: 1,
      code: "ASTRA_BODY_MISSING",
      says: /no such file/,
      where: /none\.bin/,
    }));
  test("a file to upload that isn't there", () =>
    fails(["upload", "none.bin"], { status: 1, code: "ASTRA_BODY_MISSING", says: /no such file/, where: /none\.bin/ }));
  test("a key that is too long", () =>
    fails(["generate-event", "k".repeat(1025)], {
      status: 1,
      code: "ASTRA_EVENT_INVALID",
      says: /longer than 1024 bytes/,
    }));
  test("an object that isn't there", () =>
    fails(["explain", "s3://data/none"], { status: 1, code: "ASTRA_OBJECT_MISSING", says: /none/ }));
  test("a plan that isn't there", () =>
    fails(["apply", "00000000-0000-4000-8000-000000000000", "--yes"], {
      status: 1,
      code: "ASTRA_PLAN_INVALID",
      says: /no plan/,
    }));

  test("a plan file that is none", async () => {
    await writeFile(join(folder.path, "not-json"), '{\n "version": 1,\n oops }');
    await fails(["apply", "not-json", "--yes"], {
      status: 1,
      code: "ASTRA_PLAN_INVALID",
      says: /not JSON/,
      where: /not-json:3:2/,
    });
  });

  test("metadata with a bad entry", async () => {
    await writeFile(
      join(folder.path, "meta.json"),
      '{"a.txt": {"access_count": -1, "created_timestamp": "2024-11-08T10:30:00"}}',
    );
    await fails(["metadata", "import", "meta.json"], {
      status: 1,
      code: "ASTRA_METADATA_INVALID",
      says: /a\.txt.*access_count/,
      where: /meta\.json/,
    });
  });

  test("a folder to watch that isn't there", () =>
    fails(["watch", "nowhere"], { status: 64, code: "ASTRA_USAGE_INVALID", says: /folder cannot be read/ }));
  test("a run that isn't there", () =>
    fails(["runs", "abc"], { status: 64, code: "ASTRA_USAGE_INVALID", says: /no run abc/ }));
});
