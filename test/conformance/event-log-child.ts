/** A worker in a process of its own, made to be killed: takes one batch, says so, and never commits. */
import { openKafkaLog, type KafkaLogOptions } from "../../src/adapters/kafka/event-log.ts";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import type { EventLog } from "../../src/ports/event-log.ts";
import { wallClock } from "../support/kafka.ts";

/** Environment variable with the log to open, as JSON. */
export const CHILD_LOG_VARIABLE = "EVENT_LOG_UNDER_TEST";

/** A log another process can open. */
export type ChildLog =
  | { readonly kind: "kafka"; readonly options: KafkaLogOptions }
  | { readonly kind: "sqlite"; readonly path: string; readonly leaseMs?: number };

function isChildLog(value: unknown): value is ChildLog {
  return typeof value === "object" && value !== null && "kind" in value;
}

function openChildLog(child: ChildLog): EventLog {
  if (child.kind === "kafka") return openKafkaLog(child.options, { clock: wallClock });
  const { path, leaseMs } = child;
  return openSqliteLog({ path, ...(leaseMs !== undefined && { leaseMs }) }, { clock: wallClock });
}

async function holdOneBatch(topic: string, group: string, child: ChildLog): Promise<void> {
  const log = openChildLog(child);
  const worker = await log.join({ topic, group });
  for await (const batch of worker) {
    if (batch.records.length > 0) process.stdout.write("holds a batch\n");
  }
}

if (import.meta.main) {
  const [topic = "", group = ""] = process.argv.slice(2);
  const child: unknown = JSON.parse(process.env[CHILD_LOG_VARIABLE] ?? "null");
  if (!isChildLog(child)) throw new Error(`${CHILD_LOG_VARIABLE} names no log`);
  await holdOneBatch(topic, group, child);
}
