import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/state-sqlite.ts";
import { openSqliteState } from "../adapters/sqlite/state-store.ts";
import { WallClock } from "../adapters/system/wall-clock.ts";
import { NO_ACCESS, recordReads } from "../core/access-stats.ts";
import { type ObjectState, unknownObject } from "../core/object-state.ts";
import { localActor } from "../core/permission.ts";
import { MS_PER_DAY, dayNumber } from "../core/units.ts";
import { traceOfState } from "./trace-of-state.ts";

const BUCKET = "data";

/** Created `age` days ago; `reads` are [days ago, how many]. */
function object(
  key: string,
  nowMs: number,
  age: number | null,
  reads: readonly (readonly [number, number])[],
  over: Partial<ObjectState> = {},
): ObjectState {
  const access = reads.reduce(
    (stats, [daysAgo, count]) => recordReads(stats, nowMs - daysAgo * MS_PER_DAY, count, 90),
    NO_ACCESS,
  );
  const createdMs = age === null ? null : nowMs - age * MS_PER_DAY;
  return { ...unknownObject({ bucket: BUCKET, key }), sizeBytes: 100, createdMs, access, ...over };
}

it("tells each live object's days, as far as the state knows them", async () => {
  await using folder = await temporaryFolder();
  await using state = openSqliteState({ path: folder.file("state.db") });
  const clock = new WallClock();
  const nowMs = clock.now();
  const ctx = { actor: localActor("test"), signal: new AbortController().signal, clock, state };
  await state.putObjects([
    object("logs/b", nowMs, 30, [
      [5, 2],
      [20, 7],
    ]),
    object("logs/a", nowMs, 200, [[10, 1]], { sizeBytes: 2 ** 40 }),
    object("never", nowMs, 3, []),
    object("rewritten", nowMs, 4, [
      [8, 1],
      [2, 3],
    ]),
    object("no size", nowMs, 4, [[2, 3]], { sizeBytes: null }),
    object("no age", nowMs, null, [[2, 3]]),
    object("gone", nowMs, 4, [[2, 3]], { deletedMs: nowMs - MS_PER_DAY }),
    { ...object("other", nowMs, 4, [[2, 3]]), bucket: "elsewhere" },
  ]);
  const { trace, report } = await traceOfState({ ctx, input: { bucket: BUCKET } });
  const today = dayNumber(nowMs);
  expect(trace.originDay).toBe(today - 20);
  expect(trace.days).toBe(21);
  expect(trace.name).toEqual(["logs/a", "logs/b", "never", "rewritten"]);
  expect([...trace.createdDay]).toEqual([-180, -10, 17, 16]);
  expect([...trace.endDay]).toEqual([20, 20, 20, 20]);
  expect([...trace.readStart]).toEqual([0, 1, 3, 3, 4]);
  expect([...trace.readDay]).toEqual([10, 0, 15, 18]);
  expect([...trace.reads]).toEqual([1, 7, 2, 3]);
  expect([...trace.bytesRead]).toEqual([2 ** 40, 700, 200, 300]);
  expect(report).toMatchObject({ objects: 4, readsBeforeCreation: 1, sizeUnknown: 1, creationUnknown: 1, unsorted: 0 });
});

it("refuses a bucket of which nothing is known", async () => {
  await using folder = await temporaryFolder();
  await using state = openSqliteState({ path: folder.file("state.db") });
  const ctx = { actor: localActor("test"), signal: new AbortController().signal, clock: new WallClock(), state };
  const told = traceOfState({ ctx, input: { bucket: BUCKET } });
  await expect(told).rejects.toMatchObject({ code: "ASTRA_TRACE_INVALID", where: "s3://data" });
});
