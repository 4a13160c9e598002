import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { auditEntry, journalEntry, runRecord } from "../support/state-fixtures.ts";
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

const OBJECTS = 40;

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
  const names = Array.from({ length: OBJECTS }, (_, index) => `backup_${index}.zip`);
  await run("generate-event", ...names, "--size", "1MiB");
  await run("consume", "--drain");
  const old = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
  await writeFile(join(folder.path, "meta.json"), JSON.stringify(Object.fromEntries(names.map((name) => [name, old]))));
  await run("metadata", "import", "meta.json");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function moved(): Promise<number> {
  return (await run("list")).stdout.split("GLACIER").length - 1;
}

test("a run is paused, stopped, shown, resumed and finished", { timeout: 120_000 }, async () => {
  const headers = { "x-astra-secret": "S" };
  const faults = `${sandbox.endpoint}/_astra/faults`;
  const body = JSON.stringify({ kind: "latency", operation: "CopyObject", latencyMs: 300 });
  expect((await fetch(faults, { method: "POST", headers, body })).status).toBe(204);
  const planId = String(record(oneLine(await run("plan", "--json"))["plan"])["id"]);
  const child = start(["apply", planId, "--yes", "--json"], {
    cwd: folder.path,
    env: { ASTRA_ENGINE_CONCURRENCY: "1" },
  });
  const pieces: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => pieces.push(piece));
  const ended = once(child, "close");
  while ((await moved()) === 0) expect(child.exitCode).toBeNull();
  const [running] = (oneLine(await run("runs", "--json"))["runs"] as unknown[]).map(record);
  const id = String(running?.["id"]);
  expect(running).toMatchObject({ state: "running", planId });

  expect((await run("runs", "pause", id.slice(0, 8))).stdout).toBe(
    `Run ${id} holds before its next move, until it is resumed or stopped.\n`,
  );
  expect((await run("runs", id)).stdout).toContain(`Ordered to pause; \`astra runs resume ${id}\` takes that back.`);
  expect(child.exitCode).toBeNull();
  expect(oneLine(await run("runs", "stop", id, "--json"))).toMatchObject({ ok: true, order: "stop", run: { id } });
  expect(await ended).toEqual([3, null]);
  expect(record(JSON.parse(pieces.join("")))).toMatchObject({
    run: { state: "stopped", stopReason: "operator", failed: 0 },
  });
  expect(await moved()).toBeLessThan(OBJECTS);

  const shown = oneLine(await run("runs", id, "--json"));
  expect(shown).toMatchObject({ order: "stop", stop: { fix: expect.stringContaining("runs resume") as string } });
  expect(record(shown["runBudget"])["capMicros"]).toBe(10_000_000);
  const refused = await run("apply", planId, "--yes");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/was stopped by an operator.*ASTRA_RUN_STOPPED.*astra runs resume/s);

  await fetch(faults, { method: "DELETE", headers });
  expect(await run("runs", "resume", id)).toMatchObject({ status: 0 });
  expect(oneLine(await run("apply", planId, "--yes", "--json"))).toMatchObject({
    run: { state: "done", done: OBJECTS },
  });
  const late = await run("runs", "pause", id);
  expect(late).toMatchObject({ status: 1, stdout: "" });
  expect(late.stderr).toMatch(new RegExp(`run ${id} is over: it is done.*ASTRA_RUN_OVER`, "s"));
  const orders = oneLine(await run("audit", "list", "--action", "run.order", "--json"))["entries"] as unknown[];
  expect(orders.map((entry) => record(record(entry)["detail"])["order"])).toEqual(["run", "stop", "pause"]);
});

test("what was spent, what is left, what waits; orders hold for what waits, and for nothing once it is over", async () => {
  await using state = openSqliteState({ path: join(folder.path, ".astra/state.db") });
  const id = "feed-1";
  const counts = { done: 1, failed: 1, restoring: 1, state: "partly" } as const;
  await state.startRun(runRecord(id, { ...counts, bucket: "elsewhere" }), auditEntry("run.start"));
  const lines = [
    journalEntry(id, 0, "a", "done"),
    journalEntry(id, 1, "b\u001b[2J", "failed", { reason: "ASTRA_STORE_REFUSED" }),
    journalEntry(id, 2, "c", "restoring"),
  ];
  const spends = [{ scope: `run:${id}`, feeNanos: 4_000_000_000, objects: 3, bytes: 7 }];
  await state.writeJournal({ entries: lines, spends });

  const { stdout } = await run("runs", "feed");
  expect(stdout).toMatch(/^Run feed-1 of plan .*1 object moved.*1 failed/s);
  expect(stdout).toContain("This run: $4.00 of $10.00 spent, $6.00 left. It may still move 999,997 objects.");
  expect(stdout).toContain("1 object (118 MiB) waiting for a restore.");
  expect(stdout).toMatch(/Not done:\n +failed +ASTRA_STORE_REFUSED +b\\u\{1b\}\[2J\n +restoring +c\n/);
  expect(oneLine(await run("runs", id, "--json"))).toMatchObject({
    order: "run",
    stop: null,
    runBudget: { spentMicros: 4_000_000, leftMicros: 6_000_000, objects: 3, bytes: 7, bytesLeft: null },
    restoring: { lines: 1, bytes: 123_456_789 },
    tagged: { lines: 0 },
  });

  expect(await run("runs", "pause", "feed-1")).toMatchObject({ status: 0 });
  expect(oneLine(await run("runs", id, "--json"))).toMatchObject({ order: "pause" });
  await state.writeJournal({ entries: [journalEntry(id, 2, "c", "done")] });
  const late = await run("runs", "resume", id);
  expect(late).toMatchObject({ status: 1, stdout: "" });
  expect(late.stderr).toMatch(/run feed-1 is over: it is partly.*ASTRA_RUN_OVER/s);
});

test.each([
  ["an order without a run", ["runs", "pause"], 64, /the run's id is missing/],
  ["a run that isn't there", ["runs", "stop", "nothing"], 64, /there is no run nothing/],
  ["an order that is none", ["runs", "halt", "abc"], 64, /"halt" is no order/],
])("refused: %s", async (_name, args, status, says) => {
  const result = await run(...args);
  expect(result).toMatchObject({ status, stdout: "" });
  expect(result.stderr).toMatch(says);
});
