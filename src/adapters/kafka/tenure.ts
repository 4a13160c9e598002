/** What a group member holds of one partition from the moment it is given it until it is taken away. */
import type { LogRecord, RecordBatch } from "../../ports/event-log.ts";
import type { Fetched } from "./wire.ts";

/** Records are fetched ahead up to about this much per partition. */
const AHEAD_BYTES = 512 * 1024;

export class Tenure {
  readonly partition: number;
  /** Where to fetch next; undefined until the group's committed offset is known. */
  #next: bigint | undefined;
  #ahead: LogRecord[] = [];
  #aheadBytes = 0;
  /** Offsets of the batch being worked on: its first, and one past its last. */
  #handedOut: { readonly first: bigint; readonly after: bigint } | undefined;

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Sets the place to read from. */
  startAt(offset: bigint): void {
    this.#next = offset;
  }

  get started(): boolean {
    return this.#next !== undefined;
  }

  /** The offset to fetch from, or undefined while there is enough. */
  wanted(): bigint | undefined {
    return this.#aheadBytes < AHEAD_BYTES ? this.#next : undefined;
  }

  /** Takes what a fetch from `from` brought; an answer to an older question is ignored. */
  accept(from: bigint, fetched: Fetched): void {
    if (from !== this.#next) return;
    this.#ahead.push(...fetched.records);
    this.#aheadBytes += fetched.bytes;
    this.#next = fetched.next;
  }

  /** The next batch, unless one is being worked on or nothing is there. */
  hand(most: number): RecordBatch | undefined {
    if (this.#handedOut) return undefined;
    const records = this.#ahead.slice(0, most);
    const first = records[0];
    const last = records.at(-1);
    if (!first || !last) return undefined;
    this.#ahead = this.#ahead.slice(records.length);
    // What is left is a fraction of what was there; an exact count is not worth keeping.
    const left = this.#ahead.length;
    this.#aheadBytes = left === 0 ? 0 : Math.ceil((this.#aheadBytes * left) / (left + records.length));
    this.#handedOut = { first: first.offset, after: last.offset + 1n };
    return { partition: this.partition, records };
  }

  /** Whether `nextOffset` lies in the batch that this tenure handed out. */
  covers(nextOffset: bigint): boolean {
    const batch = this.#handedOut;
    return batch !== undefined && nextOffset >= batch.first && nextOffset <= batch.after;
  }

  /** Notes a durable commit; the whole batch makes room for the next one. */
  committed(nextOffset: bigint): void {
    if (this.#handedOut && nextOffset >= this.#handedOut.after) this.#handedOut = undefined;
  }
}
