/** Writing and reading records. */
import type { LogRecord, NewRecord, RecordPosition } from "../../ports/event-log.ts";
import { type Row, bytesOf, numberOf, textOf, textOrNull } from "./columns.ts";
import type { Database } from "./database.ts";
import { headersOf } from "./json.ts";
import type { Partition } from "./topics.ts";

const INSERT = "INSERT INTO records (partition, offset, timestamp_ms, key, headers, value) VALUES (?, ?, ?, ?, ?, ?)";
const PAGE = `SELECT offset, timestamp_ms, key, headers, value FROM records
  WHERE partition = ? AND offset >= ? AND offset < ? ORDER BY offset LIMIT ?`;

/** A record with its partition already chosen. */
export interface PlacedRecord {
  readonly record: NewRecord;
  readonly partition: Partition;
}

/**
 * Appends in order, within a write transaction. Timestamps of a partition never fall, even where the clocks of two
 * processes differ: what is looked up by time relies on it.
 */
export function insertRecords(db: Database, placed: readonly PlacedRecord[], nowMs: number): RecordPosition[] {
  const ends = new Map<number, { end: number; readonly timestampMs: number }>();
  const insert = db.statement(INSERT);
  const positions = placed.map(({ record, partition }) => {
    const tail = ends.get(partition.id) ?? tailOf(db, partition, nowMs);
    ends.set(partition.id, tail);
    const offset = tail.end;
    tail.end += 1;
    insert.run(partition.id, offset, tail.timestampMs, record.key, headersText(record), record.value);
    return { partition: partition.number, offset: BigInt(offset) };
  });
  const update = db.statement("UPDATE partitions SET end_offset = ?, last_ms = ? WHERE id = ?");
  for (const [id, { end, timestampMs }] of ends) update.run(end, timestampMs, id);
  return positions;
}

/** Records of one partition with from ≤ offset < to, ascending, at most `limit`. */
export function recordsBetween(
  db: Database,
  partition: Partition,
  range: { readonly from: number; readonly to: number; readonly limit: number },
): LogRecord[] {
  const rows = db.statement(PAGE).all(partition.id, range.from, range.to, range.limit);
  return rows.map((row) => recordOf(row, partition.number));
}

function tailOf(db: Database, partition: Partition, nowMs: number): { end: number; readonly timestampMs: number } {
  const row = db.statement("SELECT end_offset, last_ms FROM partitions WHERE id = ?").get(partition.id) ?? {};
  return { end: numberOf(row, "end_offset"), timestampMs: Math.max(nowMs, numberOf(row, "last_ms")) };
}

function headersText({ headers }: NewRecord): string | null {
  if (!headers) return null;
  const text = JSON.stringify(headers);
  return text === "{}" ? null : text;
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

function recordOf(row: Row, partition: number): LogRecord {
  return {
    partition,
    offset: BigInt(numberOf(row, "offset")),
    key: textOrNull(row, "key"),
    value: bytesOf(row, "value"),
    headers: row["headers"] === null ? NO_HEADERS : headersOf(textOf(row, "headers")),
    timestampMs: numberOf(row, "timestamp_ms"),
  };
}
