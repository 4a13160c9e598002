import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { CRASH_BATCH, crashBatch } from "../../../test/support/state-crash-writer.ts";
import { BUCKET, LOG_ID, NOW_MS, TOPIC, collect } from "../../../test/support/state-fixtures.ts";
import { StillClock, temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { openSqliteLog } from "./event-log.ts";
import { openSqliteState } from "./state-store.ts";

const WRITER = join(import.meta.dirname, "../../../test/support/state-crash-writer.ts");
const CLOCK = { clock: new StillClock(NOW_MS) };

/** Lets a writer acknowledge `batches` batches, kills it in the middle of what follows, and gives its last word. */
async function writeAndKill(what: "state" | "log", path: string, number: number, batches: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, what, path, String(number)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let acknowledged = 0;
  let lines = 0;
  for await (const line of createInterface(child.stdout)) {
    acknowledged = Number(line);
    lines += 1;
    if (lines === batches) child.kill("SIGKILL");
  }
  expect(await ended).toEqual([null, "SIGKILL"]);
  return acknowledged;
}

function integrity(path: string): unknown {
  const db = new DatabaseSync(path);
  try {
    return db.prepare("PRAGMA integrity_check").get();
  } finally {
    db.close();
  }
}

test("state survives kill -9 of its writers: nothing acknowledged is lost, nothing counts twice", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  let acknowledged: number[] = [];
  for (const batches of [4, 9, 17]) {
    acknowledged = await Promise.all([0, 1].map((partition) => writeAndKill("state", path, partition, batches)));
  }
  await using store = openSqliteState({ path });
  const ranges = await store.appliedRanges(LOG_ID, TOPIC);
  expect(ranges.map(({ partition, first }) => [partition, first])).toEqual([
    [0, 0n],
    [1, 0n],
  ]);
  for (const { partition, next } of ranges) {
    expect(Number(next)).toBeGreaterThanOrEqual(acknowledged[partition] ?? Infinity);
    expect(await readsOf(store, partition)).toBe(Number(next));
    const replay = await store.applyEffects(crashBatch(partition, 0n));
    expect(replay).toEqual({ applied: 0, alreadyApplied: CRASH_BATCH, duplicates: 0 });
    expect(await readsOf(store, partition)).toBe(Number(next));
  }
  expect(integrity(path)).toEqual({ integrity_check: "ok" });
});

async function readsOf(store: ReturnType<typeof openSqliteState>, partition: number): Promise<number> {
  const objects = await collect(store.objects({ bucket: BUCKET, keyPrefix: `p${partition}/` }));
  return objects.reduce((sum, { access }) => sum + access.lifetimeReads, 0);
}

test("the log survives kill -9 of its writers: each one's records whole, in order, without a hole", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("log.db");
  const writers = [0, 1, 2];
  const acknowledged = await Promise.all(writers.map((writer) => writeAndKill("log", path, writer, 6 + writer)));
  await using log = openSqliteLog({ path }, CLOCK);
  const found = new Map<string, number[]>();
  for (const { partition, end } of await log.offsets(TOPIC)) {
    const records = await collect(log.read({ topic: TOPIC, partition, from: 0n }));
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: Number(end) }, (_, at) => BigInt(at)));
    for (const { value } of records) {
      const [writer = "", count = ""] = new TextDecoder().decode(value).split(":");
      found.set(writer, [...(found.get(writer) ?? []), Number(count)]);
    }
  }
  for (const writer of writers) {
    const counts = found.get(String(writer)) ?? [];
    expect(counts.length).toBeGreaterThanOrEqual(acknowledged[writer] ?? Infinity);
    expect(counts.length % CRASH_BATCH).toBe(0);
    expect(counts).toEqual(counts.map((_, index) => index));
  }
  expect(integrity(path)).toEqual({ integrity_check: "ok" });
});
