import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { StillClock, temporaryFolder } from "../../../test/support/state-sqlite.ts";
import type { EventLog, GroupConsumer, NewRecord, RecordBatch } from "../../ports/event-log.ts";
import { openSqliteLog } from "./event-log.ts";

const T0 = Date.UTC(2026, 0, 1);

function records(count: number): NewRecord[] {
  return Array.from({ length: count }, (_, index) => ({ key: "k", value: Uint8Array.of(index) }));
}

async function next(consumer: GroupConsumer): Promise<RecordBatch> {
  for await (const batch of consumer) return batch;
  throw new Error("the consumer ended");
}

/** A log of one partition with ten records, opened twice, as by two processes. */
async function twoProcesses(
  leaseMs: number,
  body: (first: EventLog, second: EventLog, path: string) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const path = folder.file("log.db");
  const deps = { clock: new StillClock(T0) };
  await using first = openSqliteLog({ path, leaseMs }, deps);
  await using second = openSqliteLog({ path, leaseMs }, deps);
  await first.ensureTopic("t", 1);
  await first.append("t", records(10));
  await body(first, second, path);
}

/** As if the member's process had been asleep for longer than its lease. */
function expireLeases(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("UPDATE members SET lease_until_ms = 0");
  db.close();
}

test("calls made together share one transaction and get positions of their own", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("log.db");
  await using log = openSqliteLog({ path }, { clock: new StillClock(T0) });
  await log.ensureTopic("t", 1);
  const watcher = new DatabaseSync(path);
  const version = (): unknown => watcher.prepare("PRAGMA data_version").get()?.["data_version"];
  const before = Number(version());
  const positions = await Promise.all(Array.from({ length: 20 }, () => log.append("t", records(2))));
  expect(positions.flat().map(({ offset }) => offset)).toEqual(Array.from({ length: 40 }, (_, at) => BigInt(at)));
  expect(Number(version())).toBe(before + 1);
  watcher.close();
});

test("record times come from the given clock and never fall along a partition", async () => {
  await using folder = await temporaryFolder();
  const clock = new StillClock(T0 + 500);
  await using log = openSqliteLog({ path: folder.file("log.db") }, { clock });
  await log.ensureTopic("t", 1);
  await log.append("t", records(1));
  clock.nowMs = T0;
  await log.append("t", records(1));
  clock.nowMs = T0 + 900;
  await log.append("t", records(1));
  const times: number[] = [];
  for await (const page of log.read({ topic: "t", partition: 0, from: 0n })) {
    times.push(...page.map(({ timestampMs }) => timestampMs));
  }
  expect(times).toEqual([T0 + 500, T0 + 500, T0 + 900]);
  expect(await log.offsetsAt("t", T0 + 501)).toEqual([{ partition: 0, offset: 2n }]);
});

test("a partition whose batch is being worked on passes on only after the commit", async () => {
  await twoProcesses(60_000, async (first, second) => {
    await using owner = await first.join({ topic: "t", group: "g", maxBatch: 4 });
    const batch = await next(owner);
    // Ids are random, so some of these newcomers come before the owner and the partition is due to one of them.
    const newcomers = await Promise.all(
      Array.from({ length: 12 }, () => second.join({ topic: "t", group: "g", maxBatch: 4 })),
    );
    const following = next(owner);
    expect(newcomers.flatMap((each) => each.assignment())).toEqual([]);
    expect(await owner.commit(0, (batch.records.at(-1)?.offset ?? 0n) + 1n)).toBe("committed");
    const heir = await Promise.race([following, ...newcomers.map((each) => next(each))]);
    expect(heir.records.map(({ offset }) => offset)).toEqual([4n, 5n, 6n, 7n]);
    await Promise.all(newcomers.map((each) => each.close()));
    await owner.close();
    await expect(following.catch(() => "ended")).resolves.toBeDefined();
  });
});

test("an expired member's partition goes to the next one, and its late commit is lost", async () => {
  await twoProcesses(60_000, async (first, second, path) => {
    await using sleeper = await first.join({ topic: "t", group: "g", maxBatch: 4 });
    const batch = await next(sleeper);
    expireLeases(path);
    await using heir = await second.join({ topic: "t", group: "g", maxBatch: 4 });
    expect(heir.assignment()).toEqual([0]);
    expect(await sleeper.commit(0, 4n)).toBe("lost");
    expect((await next(heir)).records).toEqual(batch.records);
    expect(await heir.commit(0, 4n)).toBe("committed");
    expect((await first.lag("t", "g"))[0]?.committed).toBe(4n);
  });
});

test("a member that lost a partition and got it again does not take the old ownership for the new", async () => {
  await twoProcesses(60_000, async (first, second, path) => {
    await using sleeper = await first.join({ topic: "t", group: "g", maxBatch: 4 });
    await next(sleeper);
    expireLeases(path);
    const between = await second.join({ topic: "t", group: "g", maxBatch: 8 });
    await next(between);
    expect(await between.commit(0, 8n)).toBe("committed");
    await between.close();
    expect((await next(sleeper)).records.map(({ offset }) => offset)).toEqual([8n, 9n]);
    expect(await sleeper.commit(0, 4n)).toBe("lost");
    expect((await first.lag("t", "g"))[0]?.committed).toBe(8n);
  });
});

test("a consumer lives on by its heartbeat while it works, and counts as live until it closes", async () => {
  await twoProcesses(300, async (first, second) => {
    await using worker = await first.join({ topic: "t", group: "g" });
    await next(worker);
    await new Promise((resolve) => {
      setTimeout(resolve, 700);
    });
    await using other = await second.join({ topic: "t", group: "other" });
    await expect(second.seek("t", "g", { kind: "end" })).rejects.toMatchObject({ code: "ASTRA_LOG_REFUSED" });
    await worker.close();
    expect(await worker.commit(0, 10n)).toBe("lost");
    await second.seek("t", "g", { kind: "end" });
    expect(other.assignment()).toEqual([0]);
  });
});

test("an append of the same process wakes a waiting consumer, whatever its polling", async () => {
  await using folder = await temporaryFolder();
  const deps = { clock: new StillClock(T0) };
  await using log = openSqliteLog({ path: folder.file("log.db"), pollMs: 3_600_000 }, deps);
  await log.ensureTopic("t", 1);
  await using consumer = await log.join({ topic: "t", group: "g" });
  const waiting = next(consumer);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  await log.append("t", records(1));
  expect((await waiting).records).toHaveLength(1);
});

test("closing the log ends its consumers, gives their partitions back, and can be done twice", async () => {
  await twoProcesses(60_000, async (first, second) => {
    const consumer = await first.join({ topic: "t", group: "g", maxBatch: 100 });
    const ended = (async () => {
      for await (const batch of consumer) await consumer.commit(batch.partition, 10n);
    })();
    await first.close();
    await first.close();
    await ended;
    await using heir = await second.join({ topic: "t", group: "g" });
    expect(heir.assignment()).toEqual([0]);
  });
});
