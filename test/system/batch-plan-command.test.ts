/** `astra plan` of an inventory: decided in a thread of its own, told as any other plan. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeInventoryFixture } from "../../bench/inventory-fixture.ts";
import { EXIT } from "../../src/core/errors.ts";
import { ACCESS_KEY, BUCKET, SECRET_KEY, type SandboxFixture, sandboxFixture } from "../support/sandbox.ts";
import { jsonOf, runCli, startCli } from "./cli-process.ts";

const ROWS = 30_000;

let folder = "";
let fixture: SandboxFixture;

beforeAll(async () => {
  fixture = await sandboxFixture();
  folder = await mkdtemp(join(tmpdir(), "astra-batch-command-"));
  const config = {
    bucket: BUCKET,
    s3: {
      endpoint: fixture.sandbox.endpoint,
      region: "us-east-1",
      credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY },
    },
    engine: { strategy: "cost", batch_from_objects: ROWS },
  };
  await writeFile(join(folder, "astra.yaml"), JSON.stringify(config));
  const place = { stateFolder: join(folder, ".astra"), bucket: BUCKET, id: "whole" };
  await writeInventoryFixture({ ...place, rows: ROWS, nowMs: Date.now(), threads: 1 });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await fixture[Symbol.asyncDispose]();
});

test("the newest inventory is taken by itself, and the plan is whole", { timeout: 120_000 }, async () => {
  const { plan } = await jsonOf(["plan", "--out", "plan.json"], folder);
  expect(plan).toMatchObject({
    bucket: BUCKET,
    inventory: { id: "whole", source: "files" },
    totals: { objectsSeen: ROWS },
    parts: [{ file: "part-00000.parquet", rows: ROWS }],
  });
  expect(await jsonOf(["audit", "verify"], folder)).toMatchObject({ ok: true });
  const text = await runCli(["plan", "--inventory", "latest", "--prefix", "logs/"], folder);
  expect(text.status).toBe(EXIT.done);
  expect(text.stdout).toContain("logs/");
  const file = await runCli(["apply", "plan.json", "--yes", "--json"], folder);
  // Nothing of the inventory is in the sandbox: each move of the canary is looked at, and skipped.
  expect(JSON.parse(file.stdout)).toMatchObject({
    run: { done: 0, failed: 0, stopReason: "canary", reasons: { missing: 100 } },
  });
});

test(
  "a listing is made where it is asked for, and an inventory that is not there is named",
  { timeout: 60_000 },
  async () => {
    expect(await jsonOf(["plan", "--inventory", "none"], folder)).toMatchObject({
      plan: { totals: { objectsSeen: 0 } },
    });
    const missing = await runCli(["plan", "--inventory", "no-such", "--json"], folder);
    expect(missing.status).toBe(EXIT.failed);
    expect(JSON.parse(missing.stdout)).toMatchObject({ ok: false, error: { code: "ASTRA_INVENTORY_MISSING" } });
  },
);

test("told to end, it leaves a draft that the next one goes on with", { timeout: 60_000 }, async () => {
  const { child, ended } = startCli(["plan", "--json"], folder);
  const plans = join(folder, ".astra/plans");
  const before = new Set(await readdir(plans));
  for (;;) {
    const names = await readdir(plans);
    if (names.some((name) => !before.has(name)) || child.exitCode !== null) break;
  }
  child.kill("SIGINT");
  const { status, stdout } = await ended;
  const made = (await readdir(plans)).find((name) => !before.has(name));
  const next = await jsonOf(["plan"], folder);
  if (status === EXIT.done) expect(JSON.parse(stdout)).toMatchObject({ plan: { id: made } });
  else {
    expect(status).toBe(EXIT.interrupted);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ASTRA_INTERRUPTED" } });
    expect(next).toMatchObject({ plan: { id: made } });
  }
});
