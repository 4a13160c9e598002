/**
 * An append-only, partitioned log with consumer groups.
 *
 * Guarantees every adapter gives, and the conformance suite proves:
 * - records with the same key land on the same partition (murmur2 over the key, as Kafka's default partitioner) and are
 *   read in the order in which their appends were acknowledged; records without a key go round robin;
 * - `append` resolves only after the records are durable; a retry inside one call never makes a record appear twice;
 * - offsets of a partition are strictly ascending; the end offset is one past the last record's;
 * - each partition of a group belongs to at most one live consumer; a dead consumer's partitions pass to the others;
 * - a consumer starts at the group's committed offset, or at the beginning where there is none.
 *
 * Errors: ASTRA_LOG_UNREACHABLE, ASTRA_LOG_AUTHENTICATION, ASTRA_LOG_FORBIDDEN, ASTRA_LOG_TOPIC_MISSING, ASTRA_LOG_REFUSED, and for the
 * embedded log the ASTRA_STATE_* errors of its file.
 */

export interface NewRecord {
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a record stands; offsets count from 0 in each partition. */
export interface RecordPosition {
  readonly partition: number;
  readonly offset: bigint;
}

export interface LogRecord extends RecordPosition {
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** When the log took it, epoch ms. */
  readonly timestampMs: number;
}

/**
 * All that one partition holds from `from` on and before `next`. Batches of one owner follow each other without a gap,
 * so a state that reckons with `from` and `next` misses nothing, whatever the records' own offsets are.
 */
export interface RecordBatch {
  readonly partition: number;
  /** Where the batch before it ended, or where the group stood. */
  readonly from: bigint;
  /** What to commit when the batch is done. */
  readonly next: bigint;
  /**
   * Ascending. Offsets in between have no record where a transaction was marked or given up, or the log was compacted;
   * where nothing else stands before `next`, there is no record at all.
   */
  readonly records: readonly LogRecord[];
}

export interface PartitionOffsets {
  readonly partition: number;
  /** Oldest offset still kept. */
  readonly first: bigint;
  /** One past the newest. */
  readonly end: bigint;
}

export interface PartitionLag extends PartitionOffsets {
  /** Next offset the group will read; `null` where it never committed. */
  readonly committed: bigint | null;
  /** end − committed, or end − first where nothing was committed. */
  readonly lag: bigint;
}

/** A point to move a group to. */
export type SeekTarget =
  | { readonly kind: "beginning" }
  | { readonly kind: "end" }
  | { readonly kind: "offset"; readonly offset: bigint }
  /** The first record taken at or after this instant. */
  | { readonly kind: "time"; readonly timeMs: number };

export interface GroupOptions {
  readonly topic: string;
  readonly group: string;
  /** Most records a batch carries. */
  readonly maxBatch?: number;
  /** Ends the iteration; `close` then gives the partitions back. */
  readonly signal?: AbortSignal;
}

/**
 * A member of a consumer group. Iterating yields batches, one at a time from each partition it owns, and goes on
 * waiting for more until the signal aborts. A batch must be committed, or dropped, before the partition's next one is
 * worked on; only `commit` moves the group.
 */
export interface GroupConsumer extends AsyncIterable<RecordBatch>, AsyncDisposable {
  /** Partitions owned now. */
  assignment(): readonly number[];
  /**
   * Makes `nextOffset` the group's position on the partition, durably.
   * @returns `lost` when the partition has passed to another consumer: drop the batch and go on.
   */
  commit(partition: number, nextOffset: bigint): Promise<"committed" | "lost">;
  /** Leaves the group; its partitions pass to the others at once. */
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  /** Stops before this offset; without it, at the end as of the call. */
  readonly to?: bigint;
  readonly maxBatch?: number;
}

export interface EventLog extends AsyncDisposable {
  /** Names this very log (cluster id, file id), so that positions of one are never taken for another's. */
  id(): Promise<string>;
  /** Creates the topic where it is missing; leaves an existing one as it is. */
  ensureTopic(topic: string, partitions: number): Promise<void>;
  /** Positions, in the order of the records. An empty list resolves at once. */
  append(topic: string, records: readonly NewRecord[]): Promise<readonly RecordPosition[]>;
  /** Every partition, ascending. */
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** Offset of the first record taken at or after `timeMs`, per partition; the end where there is none. */
  offsetsAt(topic: string, timeMs: number): Promise<readonly RecordPosition[]>;
  /** Reads a range of one partition outside of any group. */
  read(options: ReadOptions): AsyncIterable<readonly LogRecord[]>;
  join(options: GroupOptions): Promise<GroupConsumer>;
  /** Lag of every partition. */
  lag(topic: string, group: string): Promise<readonly PartitionLag[]>;
  /** Moves a group that has no live consumer. Refused with ASTRA_LOG_REFUSED while it has one. */
  seek(topic: string, group: string, target: SeekTarget): Promise<void>;
  close(): Promise<void>;
}
