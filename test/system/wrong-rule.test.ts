/**
 * A rule that orders a million small objects into an archive, where each is dearer than before and its move is paid for
 * in vain. What the store then bills stays within the cap, and the first slice stops it long before.
 */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { OffsetClock } from "../../src/adapters/system/offset-clock.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { ACCESS_KEY, SECRET_KEY } from "../support/sandbox.ts";
import { type CliResult, jsonOf, runCli } from "./cli-process.ts";

const BUCKET = "data";
const OBJECTS = 1_000_000;
const BODY_BYTES = 1_000;
const YEAR_MS = 365 * 86_400_000;
const CAP_USD = 1;
/** One percent of the plan. */
const SLICE = 10_000;

describe("a wrong rule over a million objects", () => {
  let folder: string;
  let sandbox: Sandbox;
  let startMs: number;
  let planned: unknown;
  let planId: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "astra-wrong-rule-"));
    const clock = new OffsetClock();
    sandbox = await startSandbox({
      clock,
      prices: builtInPriceBook(),
      accessKey: ACCESS_KEY,
      secretKey: SECRET_KEY,
      buckets: [BUCKET],
    });
    startMs = clock.now();
    fill(OBJECTS);
    await writeFile(join(folder, "policies.yaml"), "policies:\n  - name: all of it\n    pin: archive\n");
    await configure({});
    ({ plan: planned } = await jsonOf(["plan"], folder));
    planId = idOf(planned);
    await copyFile(join(folder, "state.db"), join(folder, "planned.db"));
  }, 300_000);

  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The first objects, as they were before anything moved. */
  function fill(count: number): void {
    sandbox.fill(BUCKET, count, (index) => ({
      key: `thumbnails/${String(index).padStart(7, "0")}.jpg`,
      sizeBytes: BODY_BYTES,
      lastModifiedMs: startMs - YEAR_MS,
    }));
  }

  async function configure(canary: { readonly enabled?: boolean }): Promise<void> {
    const config = {
      bucket: BUCKET,
      s3: { endpoint: sandbox.endpoint, credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY } },
      engine: { strategy: "matrix" },
      policies: "policies.yaml",
      state: { path: "state.db" },
      brakes: { fee_per_run_usd: CAP_USD, canary },
    };
    await writeFile(join(folder, "astra.yaml"), JSON.stringify(config));
  }

  /** Applies the plan; what the store billed for it, in dollars. */
  async function apply(
    state: string,
  ): Promise<{ readonly result: CliResult; readonly billedUsd: number; readonly moved: number }> {
    const before = { fees: feesUsd(sandbox), archived: archived() };
    const result = await runCli(["apply", planId, "--yes", "--json", "--state", state], folder);
    return { result, billedUsd: feesUsd(sandbox) - before.fees, moved: archived() - before.archived };
  }

  function archived(): number {
    let count = 0;
    for (const { storageClass } of sandbox.snapshot(BUCKET)) if (storageClass === "DEEP_ARCHIVE") count += 1;
    return count;
  }

  it("orders every object to be moved", () => {
    expect(planned).toMatchObject({ totals: { objectsSeen: OBJECTS, moves: OBJECTS } });
  });

  it("is stopped by the first slice, whose moves do not pay", { timeout: 120_000 }, async () => {
    const { result, billedUsd, moved } = await apply("planned.db");
    expect(result.status, result.stderr).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({
      ok: false,
      moved: SLICE,
      run: { state: "stopped", stopReason: "canary", done: SLICE, failed: 0 },
    });
    expect(moved).toBe(SLICE);
    expect(billedUsd).toBeLessThan(CAP_USD * 0.6);
  });

  it("without a first slice spends no more than the cap", { timeout: 240_000 }, async () => {
    await configure({ enabled: false });
    fill(SLICE);
    const { result, billedUsd, moved } = await apply("state.db");
    expect(result.status, result.stderr).toBe(3);
    const told: Record<string, unknown> = JSON.parse(result.stdout);
    expect(told).toMatchObject({ ok: false, run: { state: "stopped", stopReason: "fee_per_run", failed: 0 } });
    expect(billedUsd).toBeLessThanOrEqual(CAP_USD);
    // It went as far as the cap let it, and told of every move that it made.
    expect(billedUsd).toBeGreaterThan(CAP_USD * 0.95);
    expect(moved).toBe(told["moved"]);
  });

  it("goes no further when it is tried again", { timeout: 120_000 }, async () => {
    const { billedUsd, moved, result } = await apply("state.db");
    expect(JSON.parse(result.stdout)).toMatchObject({ run: { state: "stopped", stopReason: "fee_per_run" } });
    expect(moved).toBe(0);
    expect(billedUsd).toBeLessThan(0.01);
  });
});

function idOf(plan: unknown): string {
  if (typeof plan === "object" && plan !== null && "id" in plan) return String(plan.id);
  throw new Error("there is no plan");
}

/** All that the store bills for requests: what lasts (storage) is left out. */
function feesUsd(sandbox: Sandbox): number {
  let micros = 0;
  for (const [line, amount] of Object.entries(sandbox.bill().lines)) if (!line.endsWith(" storage")) micros += amount;
  return micros / 1_000_000;
}
