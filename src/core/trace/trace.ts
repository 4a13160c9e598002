/**
 * A history of accesses in columns: what a backtest replays, and what a model learns from. Days count from the trace's day 0,
 * the first day with an access; objects are numbered from 0 in the order given.
 *
 * Source of the form: one row per object (created, last day, deleted, size, name) and one per object and day with reads.
 */

/** One trace. Arrays of objects have `objects` entries; accesses of object `o` are rows `readStart[o]` to `readStart[o + 1]`. */
export interface Trace {
  /** Day 0 as days since 1970-01-01 UTC. */
  readonly originDay: number;
  /** Days in the trace: the last day with anything known of, plus one. */
  readonly days: number;
  readonly objects: number;
  /** Identifiers as the source gives them. */
  readonly id: readonly (number | string)[];
  readonly name: readonly string[];
  readonly sizeBytes: Float64Array;
  /** Day of creation; negative where the object is older than the trace. */
  readonly createdDay: Int32Array;
  /** Last day observed, inclusive. */
  readonly endDay: Int32Array;
  /** 1 where the object was deleted after `endDay`; 0 where it outlives the trace. */
  readonly deleted: Uint8Array;
  /** `objects + 1` offsets into the access rows. */
  readonly readStart: Int32Array;
  /** Ascending within an object, one row a day. */
  readonly readDay: Int32Array;
  /** Reads on that day. */
  readonly reads: Float64Array;
  /** Bytes sent on that day; reads × size where the source does not say. */
  readonly bytesRead: Float64Array;
}

/** What was put right, or left out, on the way from rows to a trace. */
export interface TraceReport {
  readonly objects: number;
  /** Rows of accesses in the trace. */
  readonly accesses: number;
  readonly days: number;
  /** Rows added to another row of the same object and day. */
  readonly duplicatesMerged: number;
  /** Rows that came after one that belongs behind them. */
  readonly unsorted: number;
  /** Rows with no reads, left out. */
  readonly rowsWithoutReads: number;
  /** Rows left out because the object was not there yet. */
  readonly readsBeforeCreation: number;
  /** Rows left out because the object was gone. */
  readonly readsAfterEnd: number;
}

/** The group of an object: the part of its name before the first `/`, or the whole name. */
export function groupOf(name: string): string {
  const slash = name.indexOf("/");
  return slash < 0 ? name : name.slice(0, slash);
}

/** The same trace with every object of one size; bytes read scale along. */
export function withSize(trace: Trace, sizeBytes: number): Trace {
  const bytesRead = new Float64Array(trace.bytesRead.length);
  for (let object = 0; object < trace.objects; object += 1) {
    const own = trace.sizeBytes[object] ?? 0;
    for (let row = trace.readStart[object] ?? 0; row < (trace.readStart[object + 1] ?? 0); row += 1) {
      const fraction = own > 0 ? (trace.bytesRead[row] ?? 0) / own : (trace.reads[row] ?? 0);
      bytesRead[row] = fraction * sizeBytes;
    }
  }
  return { ...trace, bytesRead, sizeBytes: new Float64Array(trace.objects).fill(sizeBytes) };
}
