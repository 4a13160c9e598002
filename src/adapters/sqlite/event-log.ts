/** The event log in one SQLite file: any number of processes may write to it and share its groups. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type {
  EventLog,
  GroupConsumer,
  GroupOptions,
  LogRecord,
  NewRecord,
  PartitionLag,
  PartitionOffsets,
  ReadOptions,
  RecordPosition,
  SeekTarget,
} from "../../ports/event-log.ts";
import { AppendQueue } from "./append-queue.ts";
import { textOf } from "./columns.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { SqliteConsumer } from "./group-consumer.ts";
import { lagOf, seekGroup } from "./group-offsets.ts";
import { LOG_SCHEMA } from "./log-schema.ts";
import { groupId } from "./membership.ts";
import { recordsBetween } from "./records.ts";
import {
  type Bounds,
  type Partition,
  boundsOf,
  boundsOfOne,
  createTopic,
  offsetsOf,
  positionsAt,
  topicId,
} from "./topics.ts";

const DEFAULT_LEASE_MS = 10_000;
const DEFAULT_POLL_MS = 5;
const DEFAULT_PAGE = 1000;

export interface SqliteLogOptions extends Pick<DatabaseOptions, "path" | "maxBytes" | "isThrowaway"> {
  /** How long a silent consumer keeps its partitions, wall ms; 10 s by default. */
  readonly leaseMs?: number;
  /** First wait of an idle consumer for other processes' records, wall ms; 5 by default, growing twentyfold. */
  readonly pollMs?: number;
}

/**
 * Opens the log's file, creating it where it is missing.
 * @throws AstraError ASTRA_STATE_UNREADABLE, ASTRA_STATE_CORRUPT, ASTRA_STATE_NEWER, ASTRA_STATE_BUSY, ASTRA_STATE_FULL
 */
export function openSqliteLog(options: SqliteLogOptions, deps: { readonly clock: Clock }): EventLog {
  return new SqliteLog(openDatabase(options, LOG_SCHEMA), options, deps);
}

class SqliteLog implements EventLog {
  readonly #db: Database;
  readonly #leaseMs: number;
  readonly #pollMs: number;
  readonly #queue: AppendQueue;
  readonly #consumers = new Set<SqliteConsumer>();
  readonly #topics = new Map<string, readonly Partition[]>();

  constructor(db: Database, options: SqliteLogOptions, deps: { readonly clock: Clock }) {
    this.#db = db;
    this.#leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
    this.#pollMs = options.pollMs ?? DEFAULT_POLL_MS;
    this.#queue = new AppendQueue(db, deps.clock, () => this.#wakeAll());
  }

  async id(): Promise<string> {
    const known = await this.#db.read(() => this.#storedId());
    return known ?? this.#db.write(() => this.#storedId() ?? this.#makeId());
  }

  ensureTopic(topic: string, partitions: number): Promise<void> {
    return this.#db.write(() => createTopic(this.#db, topic, partitions));
  }

  async append(topic: string, records: readonly NewRecord[]): Promise<readonly RecordPosition[]> {
    if (records.length === 0) return [];
    return this.#queue.append(topic, await this.#partitions(topic), records);
  }

  offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    return this.#db.read(() => offsetsOf(this.#db, topic));
  }

  offsetsAt(topic: string, timeMs: number): Promise<readonly RecordPosition[]> {
    return this.#db.read(() => positionsAt(this.#db, topic, timeMs));
  }

  read(options: ReadOptions): AsyncIterable<readonly LogRecord[]> {
    // Asked now, because the end is that of the call; a refusal is met by whoever iterates, and by nobody else.
    const bounds = this.#db.read(() => boundsOfOne(this.#db, options.topic, options.partition));
    bounds.catch(() => undefined);
    return this.#pages(bounds, options);
  }

  async join(options: GroupOptions): Promise<GroupConsumer> {
    const partitions = await this.#partitions(options.topic);
    const id = await this.#db.write(() => groupId(this.#db, topicId(this.#db, options.topic), options.group));
    const setting = {
      leaseMs: this.#leaseMs,
      pollMs: this.#pollMs,
      onChange: () => this.#wakeAll(),
      onClosed: (closed: SqliteConsumer) => this.#consumers.delete(closed),
    };
    const consumer = new SqliteConsumer(this.#db, { id, partitions }, options, setting);
    this.#consumers.add(consumer);
    await consumer.renew();
    return consumer;
  }

  lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    return this.#db.read(() => lagOf(this.#db, topic, group));
  }

  seek(topic: string, group: string, target: SeekTarget): Promise<void> {
    return this.#db.write(() => seekGroup(this.#db, topic, group, target));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.#queue.idle();
    await this.#db.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #storedId(): string | null {
    const row = this.#db.statement("SELECT id FROM log").get();
    return row ? textOf(row, "id") : null;
  }

  #makeId(): string {
    const id = randomUUID();
    this.#db.statement("INSERT INTO log (only, id) VALUES (1, ?)").run(id);
    return id;
  }

  #wakeAll(): void {
    for (const consumer of this.#consumers) consumer.wake();
  }

  /** Partitions of a topic never change, so they are looked up once. */
  async #partitions(topic: string): Promise<readonly Partition[]> {
    const known = this.#topics.get(topic);
    if (known) return known;
    const partitions = await this.#db.read(() => boundsOf(this.#db, topic));
    this.#topics.set(topic, partitions);
    return partitions;
  }

  async *#pages(asked: Promise<Bounds>, options: ReadOptions): AsyncGenerator<readonly LogRecord[]> {
    const bounds = await asked;
    const to = options.to === undefined ? bounds.end : Number(options.to);
    const limit = options.maxBatch ?? DEFAULT_PAGE;
    let from = Number(options.from);
    while (from < to) {
      const range = { from, to, limit };
      const records = await this.#db.read(() => recordsBetween(this.#db, bounds, range));
      const last = records.at(-1);
      if (!last) return;
      yield records;
      from = Number(last.offset) + 1;
    }
  }
}
