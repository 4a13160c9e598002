/** Topics, their partitions and where these begin and end. */
import { AstraError } from "../../core/errors.ts";
import type { PartitionOffsets, RecordPosition } from "../../ports/event-log.ts";
import { numberOf } from "./columns.ts";
import type { Database } from "./database.ts";

export interface Partition {
  /** Row of the partition: unique among all topics. */
  readonly id: number;
  readonly number: number;
}

export interface Bounds extends Partition {
  readonly first: number;
  readonly end: number;
}

/** To be called within a write transaction. */
export function createTopic(db: Database, topic: string, partitions: number): void {
  if (!Number.isSafeInteger(partitions) || partitions < 1) {
    throw new AstraError("ASTRA_LOG_REFUSED", `topic ${topic}: ${partitions} is no number of partitions`, {
      where: topic,
      fix: "Ask for one partition or more.",
    });
  }
  if (db.statement("SELECT id FROM topics WHERE name = ?").get(topic)) return;
  const { lastInsertRowid } = db.statement("INSERT INTO topics (name) VALUES (?)").run(topic);
  const insert = db.statement("INSERT INTO partitions (topic, number) VALUES (?, ?)");
  for (let number = 0; number < partitions; number += 1) insert.run(lastInsertRowid, number);
}

/** @throws AstraError ASTRA_LOG_TOPIC_MISSING */
export function topicId(db: Database, topic: string): number {
  const row = db.statement("SELECT id FROM topics WHERE name = ?").get(topic);
  if (!row) throw new AstraError("ASTRA_LOG_TOPIC_MISSING", `there is no topic ${topic}`, { where: topic });
  return numberOf(row, "id");
}

/** Every partition of the topic, ascending. */
export function boundsOf(db: Database, topic: string): Bounds[] {
  return db
    .statement("SELECT id, number, first_offset, end_offset FROM partitions WHERE topic = ? ORDER BY number")
    .all(topicId(db, topic))
    .map((row) => ({
      id: numberOf(row, "id"),
      number: numberOf(row, "number"),
      first: numberOf(row, "first_offset"),
      end: numberOf(row, "end_offset"),
    }));
}

/** @throws AstraError ASTRA_LOG_TOPIC_MISSING, ASTRA_LOG_REFUSED where the topic has no such partition */
export function boundsOfOne(db: Database, topic: string, number: number): Bounds {
  const bounds = boundsOf(db, topic)[number];
  if (bounds) return bounds;
  const where = `${topic}/${number}`;
  throw new AstraError("ASTRA_LOG_REFUSED", `topic ${topic} has no partition ${number}`, { where });
}

export function offsetsOf(db: Database, topic: string): PartitionOffsets[] {
  return boundsOf(db, topic).map(({ number, first, end }) => ({
    partition: number,
    first: BigInt(first),
    end: BigInt(end),
  }));
}

export function positionsAt(db: Database, topic: string, timeMs: number): RecordPosition[] {
  return boundsOf(db, topic).map((bounds) => ({
    partition: bounds.number,
    offset: BigInt(offsetAt(db, bounds, timeMs)),
  }));
}

/** Timestamps never fall along a partition and offsets have no holes, so halving finds the place. */
export function offsetAt(db: Database, { id, first, end }: Bounds, timeMs: number): number {
  const timestamp = db.statement("SELECT timestamp_ms FROM records WHERE partition = ? AND offset = ?");
  let low = first;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (numberOf(timestamp.get(id, middle) ?? {}, "timestamp_ms") < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
