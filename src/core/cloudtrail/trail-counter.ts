/** Adds up the records of CloudTrail logs: reads by object, reader and day, everything else by what it is. */
import { type ReadsOfDay, weightInDay } from "../reads/day-reads.ts";
import { dayNumber } from "../units.ts";
import { type TrailFault, type TrailRecord, type TrailedRead, readTrailRecord } from "./trail-event.ts";

/** Which reads count. */
export interface TrailCountOptions {
  /** Buckets whose reads are counted; all where it is `null`. */
  readonly buckets: ReadonlySet<string> | null;
  /** Readers whose reads are never counted. */
  readonly excluded: ReadonlySet<string>;
  /** Readers whose reads do not count for some objects: they are kept apart. */
  readonly named: readonly string[];
  /** A record of a later time than this, epoch ms, is bad. */
  readonly latestMs: number;
}

/** Every record is counted under exactly one of `accesses` to `badRecords`. */
export const TRAIL_COUNTS = [
  "records",
  "accesses",
  "excludedReads",
  "repeatedReads",
  "withoutData",
  "otherOperations",
  "otherServices",
  "otherBuckets",
  "badRecords",
] as const;
/** What was counted: `excludedReads` include our own, `repeatedReads` came before in the same piece. */
export type TrailCounts = Record<(typeof TRAIL_COUNTS)[number], number>;

/** What records that follow each other told. */
export interface CountedTrail {
  readonly counts: Readonly<TrailCounts>;
  readonly badBy: Readonly<Partial<Record<TrailFault, number>>>;
  /** One an object, day and reader. */
  readonly reads: readonly ReadsOfDay[];
  /** First and last day of the reads; `null` where there are none. */
  readonly days: { readonly first: number; readonly last: number } | null;
}

const OWN_AGENT = /^\[?astra\//;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Of records that become state together. */
export class TrailCounter {
  readonly #options: TrailCountOptions;
  readonly #counts = noTrailCounts();
  readonly #badBy: Partial<Record<TrailFault, number>> = {};
  readonly #reads = new Map<string, ReadsOfDay>();
  readonly #seen = new Set<string>();
  #firstDay = Number.POSITIVE_INFINITY;
  #lastDay = Number.NEGATIVE_INFINITY;

  constructor(options: TrailCountOptions) {
    this.#options = options;
  }

  /** @param bytes of one record; `null` for one that was too long to be kept */
  count(bytes: Uint8Array | null): void {
    this.#counts.records += 1;
    const record = bytes === null ? ({ kind: "bad", fault: "too_long" } as const) : recordIn(bytes);
    if (record.kind === "read") this.#read(record.read);
    else if (record.kind === "without_data") this.#counts.withoutData += 1;
    else if (record.kind === "other") this.#counts.otherOperations += 1;
    else if (record.kind === "other_service") this.#counts.otherServices += 1;
    else this.#bad(record.fault);
  }

  /** What was counted so far. */
  counted(): CountedTrail {
    const days = this.#lastDay < this.#firstDay ? null : { first: this.#firstDay, last: this.#lastDay };
    return { counts: { ...this.#counts }, badBy: { ...this.#badBy }, reads: [...this.#reads.values()], days };
  }

  #read(read: TrailedRead): void {
    const { buckets, excluded, named, latestMs } = this.#options;
    const { bucket, key, timeMs, principals, eventId, userAgent } = read;
    if (timeMs > latestMs) this.#bad("ahead");
    else if (buckets !== null && !buckets.has(bucket)) this.#counts.otherBuckets += 1;
    else if (OWN_AGENT.test(userAgent) || principals.some((name) => excluded.has(name)))
      this.#counts.excludedReads += 1;
    else if (eventId !== null && this.#seen.has(eventId)) this.#counts.repeatedReads += 1;
    else {
      if (eventId !== null) this.#seen.add(eventId);
      this.#counts.accesses += 1;
      this.#add({ bucket, key, principal: principals.find((name) => named.includes(name)) ?? null }, timeMs);
    }
  }

  #add(who: Pick<ReadsOfDay, "bucket" | "key" | "principal">, timeMs: number): void {
    const day = dayNumber(timeMs);
    this.#firstDay = Math.min(this.#firstDay, day);
    this.#lastDay = Math.max(this.#lastDay, day);
    // A bucket's name has no slash, a principal no line end.
    const name = `${day} ${who.principal ?? ""}\n${who.bucket}/${who.key}`;
    const known = this.#reads.get(name);
    this.#reads.set(name, {
      ...who,
      day,
      reads: (known?.reads ?? 0) + 1,
      weight: (known?.weight ?? 0) + weightInDay(timeMs, day),
      lastMs: Math.max(known?.lastMs ?? timeMs, timeMs),
    });
  }

  #bad(fault: TrailFault): void {
    this.#counts.badRecords += 1;
    this.#badBy[fault] = (this.#badBy[fault] ?? 0) + 1;
  }
}

/** Nothing counted yet. */
export function noTrailCounts(): TrailCounts {
  return {
    records: 0,
    accesses: 0,
    excludedReads: 0,
    repeatedReads: 0,
    withoutData: 0,
    otherOperations: 0,
    otherServices: 0,
    otherBuckets: 0,
    badRecords: 0,
  };
}

function recordIn(bytes: Uint8Array): TrailRecord {
  let json: unknown;
  try {
    json = JSON.parse(UTF8.decode(bytes));
  } catch {
    // Neither UTF-8 nor JSON; counted as such.
    return { kind: "bad", fault: "not_json" };
  }
  return readTrailRecord(json);
}
