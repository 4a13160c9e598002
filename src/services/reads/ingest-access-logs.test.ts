import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LogFields, logLine, logTime } from "../../../test/support/access-log-lines.ts";
import { policyRules } from "../../../test/support/policies.ts";
import { MOVING_BUCKET, MOVING_START_MS, type MovingWorld, movingWorld } from "../../../test/support/moving-world.ts";
import { localLogFiles } from "../../adapters/system/log-files.ts";
import type { AccessStats } from "../../core/access-stats.ts";
import { MS_PER_DAY, dayNumber } from "../../core/units.ts";
import type { ReadsBatch } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { type FollowInput, type IngestAccessLogsResult, ingestAccessLogs } from "./ingest-access-logs.ts";

const LOG_BUCKET = "logs";
const DAY = dayNumber(MOVING_START_MS);

let world: MovingWorld;
let folder = "";

beforeEach(async () => {
  world = await movingWorld();
  world.sandbox.createBucket(LOG_BUCKET);
  folder = await mkdtemp(join(tmpdir(), "astra-logs-"));
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** One read an hour before the present, but for the changes. */
function read(key: string, id: number, changes: Partial<LogFields> = {}, atMs = MOVING_START_MS - 3_600_000): string {
  return logLine({ bucket: MOVING_BUCKET, key, id: `ID${id}`, time: logTime(atMs), ...changes });
}

/** Lines that differ, so that files of them do. */
function reads(key: string, count: number, first = 0): string {
  return Array.from({ length: count }, (_, index) => `${read(key, first + index)}\n`).join("");
}

function ingest(sources: readonly string[], ctx: Context = world.ctx, follow: FollowInput | null = null) {
  return ingestAccessLogs({ ctx, input: { sources, files: localLogFiles(), follow } });
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function stats(key: string): Promise<AccessStats | undefined> {
  return (await world.ctx.state.object({ bucket: MOVING_BUCKET, key }))?.access;
}

function putLog(key: string, content: string | Uint8Array): Promise<unknown> {
  return world.ctx.stores.open(LOG_BUCKET).then((store) => {
    const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return store.put({ key, body, storageClass: "STANDARD" });
  });
}

const NAME = (time: string, unique: string) => `data/${time}-${unique}`;

test("objects of a log bucket count once, and the second time are not even read", async () => {
  await putLog(NAME("2026-03-02-08-00-00", "A1"), reads("a", 3));
  await putLog(NAME("2026-03-02-09-00-00", "A2"), gzipSync(reads("b", 2, 10)));
  await putLog(NAME("2026-03-02-09-30-00", "A3"), reads("a", 3));
  const first = await ingest([`s3://${LOG_BUCKET}/data/`]);
  expect(first).toMatchObject({ files: 3, duplicates: 1, known: 0, lines: 5, accesses: 5, isWhole: true });
  expect(await stats("a")).toMatchObject({ lifetimeReads: 3, days: [{ day: DAY, reads: 3 }] });
  const again = await ingest([`s3://${LOG_BUCKET}/data/`]);
  // The duplicate has no place of its own in the state: it is read, and known by its content.
  expect(again).toMatchObject({ files: 1, duplicates: 1, known: 2, lines: 0, accesses: 0 });
  const path = await file("copied", reads("b", 2, 10));
  expect(await ingest([path])).toMatchObject({ files: 1, duplicates: 1, accesses: 0 });
  expect((await stats("b"))?.lifetimeReads).toBe(2);
  expect(await world.ctx.state.readSourceTotals()).toMatchObject([{ kind: "access-log", sources: 2, lines: 5 }]);
});

test("a file of many sections counts as a whole, however it is packed", async () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `${read(`k/${index % 700}`, index)}\n`).join("");
  expect(lines.length).toBeGreaterThan(16 * 1024 * 1024);
  const plain = await file("plain", lines);
  expect(await ingest([plain])).toMatchObject({ files: 1, lines: 40_000, accesses: 40_000, isWhole: true });
  expect((await stats("k/0"))?.lifetimeReads).toBe(58);
  const packed = await file("packed.gz", gzipSync(lines, { level: 1 }));
  expect(await ingest([packed])).toMatchObject({ files: 1, duplicates: 1, lines: 0 });
  const cut = await file("cut.gz", gzipSync(`${lines}${reads("new", 1)}`, { level: 1 }).subarray(0, -20));
  const result = await ingest([cut]);
  expect(result).toMatchObject({ files: 0, unreadableFiles: 1, isWhole: false });
  expect(result.unreadable).toMatchObject([{ where: cut }]);
});

test("a log that comes late gives its day what it lacked", async () => {
  const yesterday = MOVING_START_MS - MS_PER_DAY;
  await ingest([await file("today", read("a", 1))]);
  await ingest([await file("late", `${read("a", 2, {}, yesterday)}\n${read("a", 3, {}, yesterday + 60_000)}`)]);
  const late = await stats("a");
  expect(late?.days).toEqual([
    { day: DAY - 1, reads: 2 },
    { day: DAY, reads: 1 },
  ]);
  await using other = await movingWorld();
  const lines = [read("a", 2, {}, yesterday), read("a", 3, {}, yesterday + 60_000), read("a", 1)];
  await ingest([await file("all", lines.join("\n"))], other.ctx);
  const inTime = (await other.ctx.state.object({ bucket: MOVING_BUCKET, key: "a" }))?.access;
  expect(inTime?.days).toEqual(late?.days);
  expect(inTime?.decayedReads).toBeCloseTo(late?.decayedReads ?? 0, 9);
});

test("a line more than a day ahead of the clock is bad, and a file without one good line is refused", async () => {
  const ahead = read("a", 1, {}, MOVING_START_MS + MS_PER_DAY + 1000);
  const path = await file("ahead", `${ahead}\n${read("a", 2)}`);
  expect(await ingest([path])).toMatchObject({
    accesses: 1,
    badLines: 1,
    badLinesBy: { ahead: 1 },
    firstBad: [{ where: `${path}:1` }],
  });
  await expect(ingest([await file("notes", "no log\n")])).rejects.toMatchObject({ code: "ASTRA_ACCESS_LOG_INVALID" });
  await expect(ingest([join(folder, "none")])).rejects.toMatchObject({ code: "ASTRA_ACCESS_LOG_INVALID" });
});

test("readers whom a rule excludes for some objects count for the others", async () => {
  const policies = policyRules("- name: crawled", "  match: { key: 'crawl/*' }", "  reads_excluded_from: [crawler]");
  const ctx = { ...world.ctx, policies };
  const lines = ["crawl/a", "b"].flatMap((key, index) => [
    read(key, index, { requester: "crawler" }),
    read(key, index + 10, { requester: "human" }),
  ]);
  await ingest([await file("log", lines.join("\n"))], ctx);
  expect((await stats("crawl/a"))?.lifetimeReads).toBe(1);
  expect((await stats("b"))?.lifetimeReads).toBe(2);
});

test("what another process counts meanwhile is not counted again, and the rest is not lost", async () => {
  const paths = [
    await file("one", reads("a", 2)),
    await file("two", reads("a", 3, 10)),
    await file("three", reads("b", 1)),
  ];
  await using other = await world.another();
  let isFirst = true;
  const applyReads = async (batch: ReadsBatch) => {
    if (isFirst) {
      isFirst = false;
      await ingest([paths[1] ?? ""], other);
    }
    return world.ctx.state.applyReads(batch);
  };
  const state = new Proxy(world.ctx.state, {
    get: (target, name) => {
      if (name === "applyReads") return applyReads;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const result = await ingest(paths, { ...world.ctx, state });
  expect(result).toMatchObject({ accesses: 3, isWhole: true });
  expect((await stats("a"))?.lifetimeReads).toBe(5);
  expect((await stats("b"))?.lifetimeReads).toBe(1);
});

test("following finds what comes later, late names and new files included, until it is told to end", async () => {
  await putLog(NAME("2026-03-02-09-50-00", "A1"), reads("a", 1));
  const stop = new AbortController();
  await using ctx = await world.another({ signal: stop.signal });
  const local = join(folder, "sub");
  const seen: number[] = [];
  const later = [
    () => putLog(NAME("2026-03-02-09-40-00", "B2"), reads("a", 1, 10)),
    () => putLog(NAME("2026-03-02-10-00-00", "C3"), reads("a", 1, 20)),
    () => rename(join(folder, "written"), join(local, "written")),
  ];
  await mkdir(local);
  await writeFile(join(local, "first"), reads("b", 1));
  await writeFile(join(folder, "written"), reads("b", 1, 5));
  let looks = 0;
  const clock = {
    now: () => world.clock.now(),
    sleep: async () => {
      looks += 1;
      if (looks === 12) stop.abort();
      await later.shift()?.();
    },
  };
  const result: IngestAccessLogsResult = await ingest(
    [`s3://${LOG_BUCKET}/data/`, local],
    { ...ctx, clock },
    { intervalMs: 1000, looked: ({ accesses }) => Promise.resolve(void seen.push(accesses)) },
  );
  expect(result).toMatchObject({ files: 5, accesses: 5, isWhole: true });
  expect(seen.at(-1)).toBe(5);
  expect(seen.length).toBeLessThan(looks);
  expect((await stats("a"))?.lifetimeReads).toBe(3);
  expect((await stats("b"))?.lifetimeReads).toBe(2);
});

test("of a file that has grown since it was counted only the new lines count, however often it grows", async () => {
  const first = reads("a", 3);
  const path = await file("growing", first);
  await ingest([path]);
  await file("growing", first + reads("a", 2, 10));
  expect(await ingest([path])).toMatchObject({ files: 1, lines: 2, accesses: 2, isWhole: true });
  // Past the end of its first section.
  const many = Array.from({ length: 21_000 }, (_, index) => `${read(`many/${index % 7}`, 100 + index)}\n`).join("");
  await file("growing", first + reads("a", 2, 10) + many);
  expect(await ingest([path])).toMatchObject({ files: 1, lines: 21_000, accesses: 21_000, badLines: 0 });
  expect(await ingest([path])).toMatchObject({ files: 1, duplicates: 1, lines: 0 });
  await file("growing", first + reads("a", 2, 10) + many + reads("a", 1, 50));
  expect(await ingest([path])).toMatchObject({ files: 1, lines: 1, accesses: 1 });
  expect((await stats("a"))?.lifetimeReads).toBe(6);
  expect((await stats("many/0"))?.lifetimeReads).toBe(3000);
});

test("a file that was counted within a line, and has grown, is named and not counted again", async () => {
  const path = await file("cut", `${reads("a", 2)}${read("a", 5).slice(0, 90)}`);
  expect(await ingest([path])).toMatchObject({ accesses: 2, badLines: 1 });
  await file("cut", `${reads("a", 2)}${read("a", 5)}\n`);
  const result = await ingest([path]);
  expect(result).toMatchObject({ accesses: 0, files: 0, unreadableFiles: 1, isWhole: false });
  expect(result.unreadable).toMatchObject([{ where: path }]);
  expect((await stats("a"))?.lifetimeReads).toBe(2);
});

test("a file and a longer copy of it, given at once, count each line once", async () => {
  const paths = [await file("1-short", reads("a", 2)), await file("2-long", reads("a", 5))];
  expect(await ingest(paths)).toMatchObject({ files: 2, lines: 5, accesses: 5 });
  expect((await stats("a"))?.lifetimeReads).toBe(5);
});
