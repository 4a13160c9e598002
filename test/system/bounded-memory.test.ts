/**
 * Nothing queues without end: where the store is slow and the bucket large, memory stays where it is. What is measured is
 * the process's peak as the system counts it, against a bound that leaves room for another machine's allocator.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OffsetClock } from "../../src/adapters/system/offset-clock.ts";
import { ACCESS_KEY, BUCKET, SECRET_KEY, type SandboxFixture, sandboxFixture } from "../support/sandbox.ts";

const MILLION = 1_000_000;
const MIB = 1024 ** 2;
/** Node with the sources loaded is half of the first; what more side by side needs is Node's young generation at its largest. */
const LISTING_BYTES = { "one after another": 260 * MIB, parallel: 440 * MIB };
/** With 128 MiB of the state's pages. */
const MOVING_BYTES = 520 * MIB;
const MOVES = 60_000;
const MAIN = resolve(import.meta.dirname, "../../src/apps/cli/main.ts");
const PRELOAD = resolve(import.meta.dirname, "peak-memory.ts");

let fixture: SandboxFixture;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "astra-memory-"));
  fixture = await sandboxFixture({ clock: new OffsetClock() });
  fixture.sandbox.fill(BUCKET, MILLION, (index) => ({ key: `data/${index % 100}/${index}`, sizeBytes: 7 }));
  fixture.sandbox.createBucket("moves");
  const monthAgoMs = Date.now() - 45 * 86_400_000;
  fixture.sandbox.fill("moves", MOVES, (index) => ({
    key: `log/${index}`,
    sizeBytes: 50 * MIB,
    lastModifiedMs: monthAgoMs,
  }));
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly peakBytes: number;
}

/** Runs a program to its end, or interrupts it after a while. */
async function run(program: string, args: readonly string[], interruptAfterMs: number | null): Promise<Ended> {
  const peakFile = join(folder, "peak");
  const child = spawn(process.execPath, ["--import", PRELOAD, program, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      PEAK_MEMORY_FILE: peakFile,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const closed = once(child, "close");
  if (interruptAfterMs !== null) {
    await pause(interruptAfterMs);
    child.kill("SIGINT");
  }
  await closed;
  const [stdout, stderr] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()];
  return { status: child.exitCode, stdout, stderr, peakBytes: Number(await readFile(peakFile, "utf8")) };
}

describe("memory, with a slow store", () => {
  it.each(["one after another", "parallel"] as const)(
    "is bounded while a million objects are listed: %s",
    async (form) => {
      fixture.sandbox.faults.clear();
      fixture.sandbox.faults.add({ kind: "latency", latencyMs: 5 });
      const program = resolve(import.meta.dirname, "list-child.ts");
      const { stdout, stderr, peakBytes } = await run(program, [fixture.sandbox.endpoint, BUCKET, form], null);
      expect(JSON.parse(stdout || stderr)).toEqual({ objects: MILLION, bytes: 7 * MILLION });
      expect(peakBytes).toBeLessThan(LISTING_BYTES[form]);
    },
    300_000,
  );

  it("is bounded while a plan far larger than what is under way is carried out", async () => {
    fixture.sandbox.faults.clear();
    const config = {
      bucket: "moves",
      s3: { endpoint: fixture.sandbox.endpoint, region: "us-east-1" },
      log: { path: "log.db" },
      state: { path: "state.db" },
      engine: { strategy: "matrix" },
      brakes: { canary: { enabled: false } },
    };
    await writeFile(join(folder, "astra.yaml"), JSON.stringify(config));
    const planned = await run(MAIN, ["plan", "--json"], null);
    expect(planned.stderr).toBe("");
    expect(JSON.parse(planned.stdout)).toMatchObject({ ok: true, plan: { totals: { moves: MOVES } } });
    const { id } = JSON.parse(planned.stdout).plan;
    fixture.sandbox.faults.add({ kind: "latency", latencyMs: 500 });
    const stopped = await run(MAIN, ["apply", id, "--yes", "--json"], 20_000);
    const answer = JSON.parse(stopped.stdout.trimEnd().split("\n").at(-1) ?? "{}");
    // Some thousands were moved, and all that was under way has ended.
    expect(answer, stopped.stderr).toMatchObject({ run: { state: "interrupted", failed: 0, skipped: 0 } });
    expect(answer.run.done).toBeGreaterThan(512);
    expect(stopped.peakBytes).toBeLessThan(MOVING_BYTES);
  }, 300_000);
});
