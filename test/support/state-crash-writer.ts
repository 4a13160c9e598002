/**
 * A process made to be killed: `state PATH PARTITION` applies batches, `log PATH WRITER` appends them, both for ever from
 * where the file stands. After each acknowledged batch it prints how many events it has written in all.
 */
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { LOG_ID, NOW_MS, TOPIC, batchOf, readEffect, ref } from "./state-fixtures.ts";
import { StillClock } from "./state-sqlite.ts";

/** Events in a batch. */
export const CRASH_BATCH = 50;
/** Objects that the events of a partition are about. */
export const CRASH_KEYS = 13;

/** The effects of a partition at offsets [from, from + CRASH_BATCH): the same in every process. */
export function crashBatch(partition: number, from: bigint): ReturnType<typeof batchOf> {
  const effects = Array.from({ length: CRASH_BATCH }, (_, index) => {
    const offset = from + BigInt(index);
    return readEffect(offset, ref(`p${partition}/${offset % BigInt(CRASH_KEYS)}`), `p${partition}-${offset}`);
  });
  return batchOf(effects, { partition });
}

async function writeState(path: string, partition: number): Promise<never> {
  const store = openSqliteState({ path });
  const held = (await store.appliedRanges(LOG_ID, TOPIC)).find((range) => range.partition === partition);
  for (let offset = held?.next ?? 0n; ; offset += BigInt(CRASH_BATCH)) {
    await store.applyEffects(crashBatch(partition, offset));
    process.stdout.write(`${offset + BigInt(CRASH_BATCH)}\n`);
  }
}

async function writeLog(path: string, writer: number): Promise<never> {
  const log = openSqliteLog({ path }, { clock: new StillClock(NOW_MS) });
  await log.ensureTopic(TOPIC, 4);
  for (let count = 0; ; count += CRASH_BATCH) {
    const records = Array.from({ length: CRASH_BATCH }, (_, index) => ({
      key: `writer-${writer}`,
      value: new TextEncoder().encode(`${writer}:${count + index}`),
    }));
    await log.append(TOPIC, records);
    process.stdout.write(`${count + CRASH_BATCH}\n`);
  }
}

if (import.meta.main) {
  const [what, path = "", number = "0"] = process.argv.slice(2);
  await (what === "state" ? writeState(path, Number(number)) : writeLog(path, Number(number)));
}
