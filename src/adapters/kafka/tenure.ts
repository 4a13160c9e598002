/** What a group member holds of one partition from the moment it is given it until it is taken away. */
import type { RecordBatch } from "../../ports/event-log.ts";
import type { Fetched, SizedRecord } from "./wire.ts";

export class Tenure {
  readonly partition: number;
  /** Where to fetch next; undefined until the place to begin at is known. */
  #next: bigint | undefined;
  #records: SizedRecord[] = [];
  /** Index of the first record that is not handed out; those of the batch being worked on stand right before it. */
  #head = 0;
  /** Bytes from there on. */
  #aheadBytes = 0;
  #isOut = false;
  /** Where the next batch begins. */
  #from = 0n;
  /** A commit below this speaks of an earlier tenure, or of a batch that is done. */
  #floor = 0n;
  /** End of the last batch handed out; `null` before the first. */
  #reached: bigint | null = null;

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Sets the place to read from. */
  startAt(offset: bigint): void {
    this.#next = offset;
    this.#from = offset;
    this.#floor = offset;
  }

  /** The offset to fetch from, or undefined while `enough` bytes lie ready. */
  wanted(enough: number): bigint | undefined {
    return this.#aheadBytes < enough ? this.#next : undefined;
  }

  /** Takes what a fetch from `from` brought; an answer to an older question is ignored. */
  accept(from: bigint, fetched: Fetched): void {
    if (from !== this.#next) return;
    this.#next = fetched.next;
    for (const record of fetched.records) {
      this.#records.push(record);
      this.#aheadBytes += record.bytes;
    }
  }

  /**
   * Reading goes on at `offset`: what stood before it is lost. The next batch begins there, so that whoever counts
   * positions sees the gap. While something is still to be worked on, it is left for a later question.
   */
  skipLost(from: bigint, offset: bigint): void {
    if (from !== this.#next || this.#isOut || this.#head < this.#records.length) return;
    this.#next = offset;
    this.#from = offset;
  }

  /** The next batch, unless one is being worked on or nothing is there. */
  hand(most: number): RecordBatch | undefined {
    if (this.#isOut || this.#next === undefined) return undefined;
    this.#forgetDone();
    const records = this.#records.slice(this.#head, this.#head + most);
    const last = records.at(-1);
    const isAll = this.#head + records.length === this.#records.length;
    // Positions without records that follow the last one are done with it, or make a batch without any.
    const next = last && !isAll ? last.offset + 1n : this.#next;
    const from = this.#from;
    if (next === from) return undefined;
    this.#head += records.length;
    for (const record of records) this.#aheadBytes -= record.bytes;
    this.#isOut = true;
    this.#from = next;
    this.#reached = next;
    return { partition: this.partition, from, next, records };
  }

  /** Whether `nextOffset` lies within what this tenure has handed out and not yet seen committed. */
  covers(nextOffset: bigint): boolean {
    return this.#reached !== null && nextOffset >= this.#floor && nextOffset <= this.#reached;
  }

  /** Notes a durable commit, which makes room for the next batch; what lies behind it comes again. */
  committed(nextOffset: bigint): void {
    this.#floor = nextOffset;
    this.#from = nextOffset;
    this.#isOut = false;
    for (;;) {
      const before = this.#records[this.#head - 1];
      if (!before || before.offset < nextOffset) return;
      this.#head -= 1;
      this.#aheadBytes += before.bytes;
    }
  }

  /** Frees what is done, seldom enough to cost nothing. */
  #forgetDone(): void {
    if (this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }
}
