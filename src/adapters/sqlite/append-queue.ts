/** Group commit: appends that arrive while one transaction is under way share the next one, and its one disk sync. */
import { partitionOfKey } from "../../core/partition.ts";
import type { Clock } from "../../ports/clock.ts";
import type { NewRecord, RecordPosition } from "../../ports/event-log.ts";
import type { Database } from "./database.ts";
import { type PlacedRecord, insertRecords } from "./records.ts";
import type { Partition } from "./topics.ts";

/** A transaction takes no further call once it has this many records. */
const MAX_RECORDS = 10_000;

interface Pending {
  readonly placed: readonly PlacedRecord[];
  readonly resolve: (positions: readonly RecordPosition[]) => void;
  readonly reject: (error: unknown) => void;
}

export class AppendQueue {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #onAppended: () => void;
  readonly #turns = new Map<string, number>();
  #waiting: Pending[] = [];
  #draining: Promise<void> | null = null;

  constructor(db: Database, clock: Clock, onAppended: () => void) {
    this.#db = db;
    this.#clock = clock;
    this.#onAppended = onAppended;
  }

  append(
    topic: string,
    partitions: readonly Partition[],
    records: readonly NewRecord[],
  ): Promise<readonly RecordPosition[]> {
    const placed = records.map((record) => ({ record, partition: this.#partitionFor(topic, partitions, record.key) }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ placed, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves once everything that waits has been written or refused. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop's microtasks, so that calls made together are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeOnce(this.#takeSome());
    this.#draining = null;
  }

  #takeSome(): readonly Pending[] {
    let records = 0;
    let calls = 0;
    for (const { placed } of this.#waiting) {
      if (records >= MAX_RECORDS) break;
      records += placed.length;
      calls += 1;
    }
    return this.#waiting.splice(0, calls);
  }

  async #writeOnce(calls: readonly Pending[]): Promise<void> {
    try {
      const nowMs = this.#clock.now();
      const positions = await this.#db.write(() => calls.map(({ placed }) => insertRecords(this.#db, placed, nowMs)));
      for (const [index, { resolve }] of calls.entries()) resolve(positions[index] ?? []);
      this.#onAppended();
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }

  #partitionFor(topic: string, partitions: readonly Partition[], key: string | null): Partition {
    const number = key === null ? this.#turn(topic, partitions.length) : partitionOfKey(key, partitions.length);
    const partition = partitions[number];
    if (!partition) throw new RangeError(`topic ${topic} has no partition ${number}`);
    return partition;
  }

  #turn(topic: string, partitions: number): number {
    const turn = this.#turns.get(topic) ?? 0;
    this.#turns.set(topic, (turn + 1) % partitions);
    return turn;
  }
}
