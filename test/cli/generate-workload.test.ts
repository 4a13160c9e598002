import { once } from "node:events";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localTraceFiles } from "../../src/adapters/trace-files/local-trace-files.ts";
import { type DataEvent, parseEvent } from "../../src/core/event.ts";
import { localActor } from "../../src/core/permission.ts";
import { groupOf } from "../../src/core/trace/trace.ts";
import { readTrace } from "../../src/services/read-trace.ts";
import {
  type CliResult,
  type RunningSandbox,
  astra,
  oneLine,
  start,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> =>
  astra(["generate-workload", ...args], { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const SMALL = ["--objects", "300", "--days", "60", "--seed", "3"] as const;

function eventsOf(result: CliResult): DataEvent[] {
  expect(result.status, result.stderr).toBe(0);
  return result.stdout
    .trimEnd()
    .split("\n")
    .map((line) => parseEvent(JSON.parse(line)));
}

describe("a trace", () => {
  test("is written, the same for a seed, and reads as the counts that were told", async () => {
    const [first, again] = [
      oneLine(await run("--to", "trace:first", ...SMALL, "--json")),
      oneLine(await run("--to", "trace:again", ...SMALL, "--json")),
    ];
    expect(first).toMatchObject({ ok: true, objects: 300 });
    expect({ ...again, files: null }).toEqual({ ...first, files: null });
    for (const table of ["objects", "accesses"]) {
      const [one, two] = ["first", "again"].map((name) => readFile(join(folder.path, `${name}.${table}.parquet`)));
      expect((await one)?.equals((await two) ?? Buffer.alloc(0))).toBe(true);
    }
    const { trace, report } = await readTrace({
      ctx: { actor: localActor("test"), signal: new AbortController().signal },
      input: {
        files: localTraceFiles(),
        objects: join(folder.path, "first.objects.parquet"),
        accesses: join(folder.path, "first.accesses.parquet"),
      },
    });
    expect(report).toMatchObject({ objects: 300, accesses: first["accesses"], unsorted: 0, duplicatesMerged: 0 });
    expect(trace.reads.reduce((sum, reads) => sum + reads, 0)).toBe(first["reads"]);
    expect(trace.sizeBytes.reduce((sum, size) => sum + size, 0)).toBe(first["sizeBytes"]);
    expect(trace.deleted.reduce((sum, deleted) => sum + deleted, 0)).toBe(first["deleted"]);
    expect(trace.name.some((name) => groupOf(name) === "logs-api")).toBe(true);
  });

  test("of some kinds has no others, and says in text what it wrote", async () => {
    const result = await run("--to", "trace:kinds", "--kind", "logs,compliance", "--objects", "80");
    expect(result.stdout).toMatch(
      /^80 objects \(.*reads on .* written to kinds\.objects\.parquet and kinds\.accesses\.parquet\.$/m,
    );
    const groups = new Set<string>();
    const columns = [{ name: "name", kind: "text" }] as const;
    for await (const { labels } of localTraceFiles().readTable(join(folder.path, "kinds.objects.parquet"), columns))
      for (const name of labels["name"] ?? []) groups.add(groupOf(String(name)).replace(/-.*/, ""));
    expect(groups).toEqual(new Set(["logs", "compliance"]));
  });

  test("that can't be written leaves nothing", async () => {
    const result = await run("--to", "trace:no/such/folder", "--objects", "10", "--json");
    expect(result.status).toBe(1);
    expect(oneLine(result)).toMatchObject({ ok: false, error: { code: "ASTRA_FILE_UNWRITABLE" } });
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("a trace that is interrupted", () => {
  test("leaves nothing, and exits with 130", async () => {
    const child = start(["generate-workload", "--to", "trace:huge", "--objects", "20000000", "--json"], {
      cwd: folder.path,
    });
    const closed = once(child, "close");
    while (!(await readdir(folder.path)).some((name) => name.endsWith(".part"))) expect(child.exitCode).toBeNull();
    child.kill("SIGINT");
    expect(await closed).toEqual([130, null]);
    expect((await readdir(folder.path)).filter((name) => name.startsWith("huge"))).toEqual([]);
  });
});

describe("events", () => {
  test("are valid, in the order of time, and say as much as the trace", async () => {
    const result = await run("--to", "events", "--bucket", "data", ...SMALL);
    const events = eventsOf(result);
    const times = events.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
    expect(times[0]).toMatch(/^2025-01-01T/);
    const told = oneLine(await run("--to", "trace:same", ...SMALL, "--json"));
    const accessed = events.filter(({ type }) => type === "astra.object.accessed");
    expect(events.filter(({ type }) => type === "astra.object.created")).toHaveLength(300);
    expect(events.filter(({ type }) => type === "astra.object.deleted")).toHaveLength(Number(told["deleted"]));
    expect(accessed).toHaveLength(Number(told["accesses"]));
    expect(accessed.reduce((sum, { data }) => sum + (data.reads ?? 0), 0)).toBe(told["reads"]);
    expect(result.stderr).toMatch(/^300 objects \(/);
  });

  test("begin on the day asked for", async () => {
    const events = eventsOf(
      await run("--to", "events", "--bucket", "data", "--start", "2024-02-29", "--objects", "20", "--days", "5"),
    );
    expect(events[0]?.time).toMatch(/^2024-02-29T/);
    expect(events.every(({ source }) => source === "s3://data")).toBe(true);
  });
});

describe("a bucket", () => {
  test("gets the objects that are there on the last day, and again the same", async () => {
    const args = [
      "--to",
      "bucket:data",
      "--kind",
      "backups,reports",
      "--objects",
      "40",
      "--days",
      "60",
      "--json",
    ] as const;
    const first = oneLine(await run(...args));
    expect(first).toMatchObject({ ok: true, bucket: "data", objects: 40 });
    expect(Number(first["uploaded"])).toBeGreaterThan(10);
    expect(Number(first["uploaded"])).toBeLessThan(40);
    expect(oneLine(await run(...args))).toEqual(first);
    const listed = await astra(["list", "--json"], { cwd: folder.path });
    const summary: unknown = JSON.parse(listed.stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(summary).toMatchObject({ objects: first["uploaded"] });
  });
});

describe("refused", () => {
  test.each([
    [[], /required option '--to <target>' not specified/],
    [["--to", "file:x"], /"file:x" is no target/],
    [["--to", "trace:"], /"trace:" is no target/],
    [["--to", "events", "--kind", "logs,cats"], /"cats" is no kind/],
    [["--to", "events", "--start", "2025-02-30"], /"2025-02-30" is no day/],
    [["--to", "events", "--objects", "0"], /"0" is no whole number of 1 to 20000000/],
  ] as const)("%j", async (args, message) => {
    const result = await run(...args);
    expect(result.status).toBe(64);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/^ {2}fix: {3}\S/m);
  });

  test("a workload for a bucket that is not there", async () => {
    await writeFile(join(folder.path, "none.yaml"), await readFile(join(folder.path, "astra.yaml"), "utf8"));
    const result = await run("--config", "none.yaml", "--to", "bucket:nowhere", "--objects", "10", "--json");
    expect(oneLine(result)).toMatchObject({ ok: false, error: { code: "ASTRA_STORE_BUCKET_MISSING" } });
  });
});
