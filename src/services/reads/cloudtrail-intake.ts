/**
 * Records of CloudTrail logs on their way into the state: reads of several parts become state in one transaction with the
 * parts' digests, so that whatever was interrupted counts nothing twice.
 */
import {
  TRAIL_COUNTS,
  type TrailCountOptions,
  type TrailCounts,
  noTrailCounts,
} from "../../core/cloudtrail/trail-counter.ts";
import { TRAIL_FAULTS, type TrailFault } from "../../core/cloudtrail/trail-event.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { ReadSource } from "../../ports/state-store.ts";
import { configuredBuckets } from "../configured-buckets.ts";
import type { Context, Progress } from "../context.ts";
import { applyReads, readersOf } from "./apply-reads.ts";
import { type TrailPart, trailParts } from "./cloudtrail-parts.ts";
import { type GivenUp, GivenUpFiles } from "./given-up-files.ts";
import { plainBytes } from "./plain-bytes.ts";
import { type TelemetryFile, measured } from "./telemetry-files.ts";

/** What files told in a run, once it is written. */
export interface TrailIntake extends Readonly<TrailCounts> {
  /** Logs that were read to their end. */
  readonly files: number;
  /** Of them: all was counted before, under this name or another. */
  readonly duplicates: number;
  /** Files that were not read, since a listing shows them to be known. */
  readonly known: number;
  /** Digests that CloudTrail puts beside its logs. */
  readonly digestFiles: number;
  /** Objects changed, once for each transaction that changed them. */
  readonly objectsChanged: number;
  readonly badRecordsBy: Readonly<Partial<Record<TrailFault, number>>>;
  /** First and last day of the reads, as days since 1970-01-01 UTC. */
  readonly days: ReadSource["days"];
  /** Files that were given up. */
  readonly unreadableFiles: number;
  /** The first of them. */
  readonly unreadable: readonly GivenUp[];
}

/** Objects by day that are gathered before they are written. */
const MOST_OBJECTS = 50_000;
/** Parts that one transaction names. */
const MOST_PARTS = 2000;
/** CloudTrail's clock may be ahead of ours, but a time far off would push every known day out of an object's window. */
const MAX_AHEAD_MS = MS_PER_DAY;

/** "…/CloudTrail-Digest/…": where CloudTrail keeps digests ("CloudTrail digest file structure", User Guide). */
const DIGEST_FOLDER = /(?:^|[/\\])CloudTrail-Digest[/\\]/;

interface Gathered {
  readonly source: ReadSource;
  readonly part: TrailPart;
}

export class CloudtrailIntake {
  readonly #ctx: Context;
  readonly #progress: Progress | undefined;
  readonly #options: Omit<TrailCountOptions, "latestMs">;
  readonly #counts = noTrailCounts();
  readonly #badBy: Partial<Record<TrailFault, number>> = {};
  readonly #givenUp = new GivenUpFiles();
  /** By digest. */
  #gathered = new Map<string, Gathered>();
  #gatheredObjects = 0;
  #gatheredRecords = 0;
  #days: ReadSource["days"] = null;
  #files = 0;
  #duplicates = 0;
  #known = 0;
  #digestFiles = 0;
  #objectsChanged = 0;

  constructor(ctx: Context, progress: Progress | undefined) {
    this.#ctx = ctx;
    this.#progress = progress;
    const buckets = configuredBuckets(ctx.config);
    this.#options = { buckets: buckets.length === 0 ? null : new Set(buckets), ...readersOf(ctx) };
  }

  get told(): TrailIntake {
    return {
      ...this.#counts,
      files: this.#files,
      duplicates: this.#duplicates,
      known: this.#known,
      digestFiles: this.#digestFiles,
      objectsChanged: this.#objectsChanged,
      badRecordsBy: this.#badBy,
      days: this.#days,
      unreadableFiles: this.#givenUp.count,
      unreadable: this.#givenUp.first,
    };
  }

  /** Files that a listing shows to be known. */
  skip(files: number): void {
    this.#known += files;
  }

  /** Whether the file's name says that it is no log. */
  isDigest({ name }: TelemetryFile): boolean {
    const isDigest = DIGEST_FOLDER.test(name);
    if (isDigest) this.#digestFiles += 1;
    return isDigest;
  }

  /**
   * Reads a file, or a part of it where the context's signal comes. Its parts are written now or later.
   * @param pieces the file's bytes as stored
   * @throws AstraError of the store or the state; a fault of the file itself is noted
   */
  async read(file: TelemetryFile, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#parts(file, pieces);
    } catch (error) {
      this.#givenUp.add(file, error);
    }
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    let gathered = [...this.#gathered.values()];
    this.#gathered = new Map();
    this.#gatheredObjects = 0;
    this.#gatheredRecords = 0;
    while (gathered.length > 0) {
      const reads = gathered.flatMap(({ part }) => part.reads);
      const { known, objects } = await applyReads(
        this.#ctx,
        gathered.map(({ source }) => source),
        reads,
      );
      if (known.length === 0) {
        this.#objectsChanged += objects;
        for (const { part } of gathered) this.#written(part);
        return;
      }
      // Another process was faster with these.
      gathered = gathered.filter(({ source }) => !known.includes(source.digest));
    }
  }

  async #parts(file: TelemetryFile, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const options = { ...this.#options, latestMs: this.#ctx.clock.now() + MAX_AHEAD_MS };
    let storedBytes = 0;
    const stored = measured(pieces, (bytes) => {
      storedBytes += bytes;
    });
    const parts = trailParts(file.name, plainBytes(file.name, stored), options);
    let isNew = false;
    try {
      let next = await parts.next();
      for (; !next.done; next = await parts.next()) {
        if (await this.#isNew(next.value.digest)) {
          isNew = true;
          await this.#gather(file, next.value, storedBytes);
          storedBytes = 0;
        }
        if (this.#ctx.signal.aborted) return;
      }
      if (next.value === "digest") this.#digestFiles += 1;
      else this.#files += 1;
      if (next.value === "log" && !isNew) this.#duplicates += 1;
    } finally {
      await parts.return("log");
    }
  }

  async #isNew(digest: string): Promise<boolean> {
    if (this.#gathered.has(digest)) return false;
    const [isKnown] = await this.#ctx.state.knownReadSources([digest]);
    return isKnown !== true;
  }

  async #gather({ name, listedAs }: TelemetryFile, part: TrailPart, sizeBytes: number): Promise<void> {
    const { digest, days, counts, isLast } = part;
    const listed = isLast && listedAs !== null ? { listedAs } : {};
    const source = { name, digest, kind: "cloudtrail" as const, sizeBytes, lines: counts.records, days, ...listed };
    this.#gathered.set(digest, { source, part });
    this.#gatheredObjects += part.reads.length;
    this.#gatheredRecords += counts.records;
    this.#progress?.(this.#counts.records + this.#gatheredRecords, null, "records");
    if (this.#gatheredObjects >= MOST_OBJECTS || this.#gathered.size >= MOST_PARTS) await this.flush();
  }

  #written({ counts, badBy, days }: TrailPart): void {
    for (const name of TRAIL_COUNTS) this.#counts[name] += counts[name];
    for (const fault of TRAIL_FAULTS) {
      const records = badBy[fault] ?? 0;
      if (records > 0) this.#badBy[fault] = (this.#badBy[fault] ?? 0) + records;
    }
    if (days === null) return;
    const { first, last } = this.#days ?? days;
    this.#days = { first: Math.min(first, days.first), last: Math.max(last, days.last) };
  }
}
