/**
 * SIGTERM, and a store so slow that the work at hand would take minutes: every command that runs for long ends within ten
 * seconds, as what runs it may kill it then. What was begun is finished or taken up by the next start; nothing is lost.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";

import { type RunningSandbox, startSandboxProcess, workFolder } from "../cli/cli.ts";
import { until } from "../support/waiting.ts";
import { type CliProcess, type CliResult, jsonOf, startCli } from "./cli-process.ts";

const BUCKET = "data";
/** After so long a container's runtime kills what it has asked to end. */
const KILL_AFTER_MS = 10_000;
const PATIENCE_MS = 60_000;
const OBJECTS = 240;
/** Of 1 MiB, as the bill sees them. */
const BODY = { bytes: 16, scale: 65_536 };

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;

beforeEach(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess(BUCKET, { byteScale: BODY.scale });
  const config = {
    bucket: BUCKET,
    s3: { endpoint: sandbox.endpoint, credentials: { access_key_id: "A", secret_access_key: "S" } },
    ingest: { parallel: 4 },
    engine: { strategy: "matrix", concurrency: 16 },
  };
  await writeFile(join(folder.path, "astra.yaml"), JSON.stringify(config));
});

afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<Record<string, unknown>> => jsonOf(args, folder.path);

async function control(method: "POST" | "DELETE", body?: Readonly<Record<string, unknown>>): Promise<void> {
  const init = { method, headers: { "x-astra-secret": "S" }, ...(body && { body: JSON.stringify(body) }) };
  expect((await fetch(`${sandbox.endpoint}/_astra/faults`, init)).status).toBe(204);
}

const slow = (operation: string, latencyMs: number): Promise<void> =>
  control("POST", { kind: "latency", operation, latencyMs });

/** Objects by class. */
async function classes(): Promise<Record<string, number>> {
  const listed = await startCli(["list", "--json"], folder.path).ended;
  const counts: Record<string, number> = {};
  for (const line of listed.stdout.trimEnd().split("\n")) {
    const { type, storageClass }: { type?: unknown; storageClass?: unknown } = JSON.parse(line);
    if (type === "object") counts[String(storageClass)] = (counts[String(storageClass)] ?? 0) + 1;
  }
  return counts;
}

async function untilClass(storageClass: string): Promise<void> {
  await until(`an object in ${storageClass}`, PATIENCE_MS, async () => ((await classes())[storageClass] ? true : null));
}

/** Asks it to end; what has not ended in time is killed, as a container's runtime does. */
async function terminate({ child, ended }: CliProcess): Promise<CliResult> {
  child.kill("SIGTERM");
  const isLate = await Promise.race([ended.then(() => false), pause(KILL_AFTER_MS).then(() => true)]);
  if (isLate) child.kill("SIGKILL");
  return ended;
}

function resultOf(result: CliResult): Record<string, unknown> {
  expect(result.signal, "it had to be killed").toBeNull();
  const value: Record<string, unknown> = JSON.parse(result.stdout);
  return value;
}

async function produce(): Promise<void> {
  const produced = await run("generate-event", "backup_{n}.zip", "--count", String(OBJECTS), "--size", `${BODY.bytes}`);
  expect(produced).toMatchObject({ produced: OBJECTS });
}

/** Objects that nobody has read for long: all of them have to move. */
async function oldObjects(): Promise<void> {
  await produce();
  expect(await run("consume", "--drain")).toMatchObject({ uploaded: OBJECTS });
  const names = Array.from({ length: OBJECTS }, (_, index) => `backup_${String(index + 1).padStart(3, "0")}.zip`);
  const known = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
  await writeFile(
    join(folder.path, "known.json"),
    JSON.stringify(Object.fromEntries(names.map((name) => [name, known]))),
  );
  await run("metadata", "import", "known.json");
}

test.each([
  ["consume", ["consume"]],
  ["consume --workers 2", ["consume", "--workers", "2"]],
] as const)("%s commits what it has uploaded and leaves the rest", { timeout: 120_000 }, async (_name, command) => {
  await produce();
  await slow("PutObject", 1_500);
  const worker = startCli([...command, "--json"], folder.path);
  await untilClass("STANDARD");
  const ended = await terminate(worker);
  const first = resultOf(ended);
  expect(ended.status, ended.stderr).toBe(0);
  expect(first).toMatchObject({ ok: true, deadLettered: 0 });
  expect(Number(first["consumed"])).toBeLessThan(OBJECTS);
  expect(first["uploaded"]).toBe(first["consumed"]);
  await control("DELETE");
  const second = await run("consume", "--drain");
  expect(second).toMatchObject({ ok: true, deadLettered: 0, duplicates: 0, alreadyApplied: 0 });
  expect(Number(first["consumed"]) + Number(second["consumed"])).toBe(OBJECTS);
  expect(await classes()).toEqual({ STANDARD: OBJECTS });
});

test("a store that does not answer holds no consumer up", { timeout: 120_000 }, async () => {
  await produce();
  await slow("PutObject", 15_000);
  const worker = startCli(["consume", "--json"], folder.path);
  await pause(3_000);
  const ended = await terminate(worker);
  expect(ended).toMatchObject({ signal: null, status: 130 });
  expect(ended.stderr).toContain("the next start takes it up");
  await control("DELETE");
  expect(await run("consume", "--drain")).toMatchObject({ ok: true, consumed: OBJECTS, deadLettered: 0 });
  expect(await classes()).toEqual({ STANDARD: OBJECTS });
});

test("apply finishes the moves it has begun, and the next one the others", { timeout: 180_000 }, async () => {
  await oldObjects();
  await run("plan", "--out", "plan.json");
  await slow("CopyObject", 1_500);
  const applying = startCli(["apply", "plan.json", "--yes", "--json"], folder.path);
  await untilClass("GLACIER");
  const ended = await terminate(applying);
  const first = resultOf(ended);
  expect(ended.status, ended.stderr).toBe(3);
  expect(first).toMatchObject({ ok: false, failed: 0, run: { state: "interrupted", skipped: 0 } });
  expect(await classes()).toEqual({ GLACIER: first["moved"], STANDARD: OBJECTS - Number(first["moved"]) });
  await control("DELETE");
  expect(await run("apply", "plan.json", "--yes")).toMatchObject({ ok: true, run: { state: "done", done: OBJECTS } });
  expect(await classes()).toEqual({ GLACIER: OBJECTS });
});

test("a store that does not answer holds no apply up", { timeout: 180_000 }, async () => {
  await oldObjects();
  await run("plan", "--out", "plan.json");
  await slow("CopyObject", 15_000);
  const applying = startCli(["apply", "plan.json", "--yes", "--json"], folder.path);
  await pause(4_000);
  const ended = await terminate(applying);
  expect(ended).toMatchObject({ signal: null, status: 130 });
  await control("DELETE");
  expect(await run("apply", "plan.json", "--yes")).toMatchObject({ ok: true, run: { state: "done", done: OBJECTS } });
  expect(await classes()).toEqual({ GLACIER: OBJECTS });
});

test("run-engine finishes the moves it has begun, and the next one the others", { timeout: 180_000 }, async () => {
  await oldObjects();
  await slow("CopyObject", 1_500);
  const engine = startCli(["run-engine", "--yes", "--json"], folder.path);
  await untilClass("GLACIER");
  const ended = await terminate(engine);
  const first = resultOf(ended);
  expect(ended.status, ended.stderr).toBe(3);
  expect(first).toMatchObject({ failed: 0, run: { state: "interrupted", skipped: 0 } });
  const moved = Number(first["moved"]);
  expect(await classes()).toEqual({ GLACIER: moved, STANDARD: OBJECTS - moved });
  await control("DELETE");
  expect(await run("run-engine", "--yes")).toMatchObject({ ok: true });
  expect(await classes()).toEqual({ GLACIER: OBJECTS });
});

test("run-engine that is still looking at the bucket moves nothing", { timeout: 120_000 }, async () => {
  await oldObjects();
  await slow("ListObjectsV2", 4_000);
  const engine = startCli(["run-engine", "--yes", "--json"], folder.path);
  await pause(3_000);
  const ended = await terminate(engine);
  expect(ended.signal).toBeNull();
  await control("DELETE");
  expect(await classes()).toEqual({ STANDARD: OBJECTS });
  expect(await run("run-engine", "--yes")).toMatchObject({ ok: true, moved: OBJECTS });
});

test("watch has put into the log just what it told of", { timeout: 60_000 }, async () => {
  const incoming = join(folder.path, "incoming");
  await mkdir(incoming);
  const watching = startCli(["watch", "incoming", "--json", "--interval", "1"], folder.path);
  let told = "";
  watching.child.stdout?.on("data", (piece: Buffer) => {
    told += piece.toString();
  });
  await until("the watch", PATIENCE_MS, () => (told.includes('"type":"version"') ? true : null));
  for (let index = 0; index < 50; index += 1) await writeFile(join(incoming, `file-${index}`), `body ${index}`);
  await until("an event", PATIENCE_MS, () => (told.includes('"type":"event"') ? true : null));
  const ended = await terminate(watching);
  expect(ended).toMatchObject({ signal: null, status: 0 });
  const lines = ended.stdout.trimEnd().split("\n");
  const events = lines.filter((line) => line.includes('"type":"event"')).length;
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "summary", ok: true, produced: events });
  expect(await run("consume", "--drain")).toMatchObject({ consumed: events, uploaded: events, deadLettered: 0 });
});
