import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CliResult,
  type RunningSandbox,
  astra,
  oneLine,
  record,
  start,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

const OBJECTS = 60;

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
  await run("generate-event", "backup_{n}.zip", "--count", String(OBJECTS), "--size", "1MiB");
  await run("consume", "--drain");
  const { stdout } = await run("list", "--json");
  const keys = stdout
    .split("\n")
    .flatMap((line) => (line.includes('"key"') ? [String(record(JSON.parse(line))["key"])] : []));
  const old = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
  await writeFile(join(folder.path, "meta.json"), JSON.stringify(Object.fromEntries(keys.map((key) => [key, old]))));
  await run("metadata", "import", "meta.json");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

/** Makes every copy take so long; 0 takes the delay away. */
async function delayCopies(latencyMs: number): Promise<void> {
  const url = `${sandbox.endpoint}/_astra/faults`;
  const headers = { "x-astra-secret": "S" };
  await fetch(url, { method: "DELETE", headers });
  if (latencyMs === 0) return;
  const body = JSON.stringify({ kind: "latency", operation: "CopyObject", latencyMs });
  expect((await fetch(url, { method: "POST", headers, body })).status).toBe(204);
}

async function brakeNow(): Promise<Record<string, unknown>> {
  return oneLine(await run("brake", "--json"));
}

test("a switch that was never thrown is off, and nothing was spent", async () => {
  expect(await brakeNow()).toEqual({
    ok: true,
    brake: null,
    day: { spentMicros: 0, capMicros: 25_000_000, leftMicros: 25_000_000 },
  });
  expect((await run("brake")).stdout).toBe("The brake is off.\nToday (UTC): $0.00 of $25.00 spent, $25.00 left.\n");
});

test("on: who, when and why are told, and nothing is begun; off: it goes on", async () => {
  const on = await run("brake", "on", "--why", "the bill \u001b[31mlooks wrong");
  expect(on).toMatchObject({ status: 0, stderr: "" });
  expect(on.stdout).toMatch(/The brake is on, set by \S+ 20\d\d-.*: the bill \\u\{1b\}\[31mlooks wrong\./);
  const refused = await run("run-engine", "--yes");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/put the brake on.*ASTRA_BRAKE_ON.*astra brake off/s);
  expect(record((await brakeNow())["brake"])).toMatchObject({ isOn: true });
  expect((await run("brake", "off")).stdout).toMatch(/^The brake is off, set by /);
  const audited = oneLine(await run("audit", "list", "--json"))["entries"] as unknown[];
  expect(audited.map((entry) => record(entry)["action"]).slice(0, 2)).toContain("brake.off");
});

test(
  "a run under way stops, keeps what it began, and goes on once the brake is off",
  { timeout: 120_000 },
  async () => {
    await delayCopies(500);
    const planId = String(record(oneLine(await run("plan", "--json"))["plan"])["id"]);
    const slow = { ASTRA_ENGINE_CONCURRENCY: "1" };
    const child = start(["apply", planId, "--yes", "--json"], { cwd: folder.path, env: slow });
    const pieces: string[] = [];
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => pieces.push(piece));
    const ended = once(child, "close");
    while (!(await run("list")).stdout.includes("GLACIER")) expect(child.exitCode).toBeNull();
    await run("brake", "on");
    expect(await ended).toEqual([3, null]);
    const stopped = record(record(JSON.parse(pieces.join("")))["run"]);
    expect(stopped).toMatchObject({ state: "stopped", stopReason: "brake", failed: 0 });
    expect(Number(stopped["done"])).toBeLessThan(OBJECTS);
    const shown = await run("runs", String(stopped["id"]));
    expect(shown.stdout).toMatch(/Stopped: .*the brake is on.*astra brake off.*This run: \$\S+ of \$10\.00 spent/s);

    await delayCopies(0);
    expect(await run("apply", planId, "--yes")).toMatchObject({ status: 1 });
    await run("brake", "off");
    const done = oneLine(await run("apply", planId, "--yes", "--json"));
    expect(record(done["run"])).toMatchObject({ state: "done", done: OBJECTS, failed: 0 });
    const { spentMicros, capMicros, leftMicros } = record((await brakeNow())["day"]) as Record<string, number>;
    expect(spentMicros).toBeCloseTo(Number(record(done["run"])["feeMicros"]), 0);
    expect(leftMicros).toBe(Number(capMicros) - Number(spentMicros));
  },
);

test.each([
  ["a switch that is neither", ["brake", "maybe"], /"maybe" is neither on nor off/],
  ["a reason without a switch", ["brake", "--why", "x"], /--why tells of on or off/],
])("refused: %s", async (_name, args, says) => {
  const result = await run(...args);
  expect(result).toMatchObject({ status: 64, stdout: "" });
  expect(result.stderr).toMatch(says);
});
