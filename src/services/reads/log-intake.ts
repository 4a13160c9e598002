/**
 * Lines of access logs on their way into the state. Files are cut into sections; reads of several sections are added up and
 * become state in one transaction with the sections' digests, so that whatever was interrupted counts nothing twice.
 */
import { LineCounter, type LineCounts } from "../../core/access-log/line-counter.ts";
import type { LineFault } from "../../core/access-log/line-scanner.ts";
import { type AstraError, type ErrorCode, isAstraError } from "../../core/errors.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { ReadSource } from "../../ports/state-store.ts";
import { configuredBuckets } from "../configured-buckets.ts";
import type { Context, Progress } from "../context.ts";
import { applyReads, readersOf } from "./apply-reads.ts";
import { type BadLine, LineTotals } from "./line-totals.ts";
import { plainBytes } from "./plain-bytes.ts";
import { type Section, lineCount, sectionBuffer, sectionsOf } from "./sections.ts";
import type { TelemetryFile } from "./telemetry-files.ts";

/** What files told in a run, once it is written. */
export interface Intake extends LineCounts {
  /** Files that were read to their end. */
  readonly files: number;
  /** Of them: all was counted before, under this name or another. */
  readonly duplicates: number;
  /** Files that were not read, since a listing shows them to be known. */
  readonly known: number;
  /** Objects changed, once for each transaction that changed them. */
  readonly objectsChanged: number;
  readonly badLinesBy: Readonly<Partial<Record<LineFault, number>>>;
  /** The first bad lines. */
  readonly firstBad: readonly BadLine[];
  /** Files that were given up. */
  readonly unreadableFiles: number;
  /** The first of them. */
  readonly unreadable: readonly { readonly where: string; readonly message: string }[];
}

const SHOWN_UNREADABLE = 20;
/** Objects by day that are added up before they are written: what memory holds, and one transaction changes. */
const MOST_OBJECTS = 50_000;
/** Sections that one transaction names. */
const MOST_SECTIONS = 2000;
/** The store's clock may be ahead of ours, but a time far off would push every known day out of an object's window. */
const MAX_AHEAD_MS = MS_PER_DAY;

/** Faults of one file: the others go on. */
const OF_ONE_FILE = [
  "ASTRA_ACCESS_LOG_INVALID",
  "ASTRA_OBJECT_MISSING",
  "ASTRA_OBJECT_ARCHIVED",
  "ASTRA_OBJECT_CHANGED",
  "ASTRA_STORE_INTEGRITY",
] as const satisfies readonly ErrorCode[];

/** Sections that become state together. */
class Group {
  /** By digest. */
  readonly sources = new Map<string, ReadSource>();
  readonly files = new Set<TelemetryFile>();
  readonly totals = new LineTotals();
}

export class LogIntake {
  readonly #ctx: Context;
  readonly #progress: Progress | undefined;
  readonly #counter: LineCounter;
  readonly #buffer = sectionBuffer();
  readonly #totals = new LineTotals();
  readonly #unreadable: { readonly where: string; readonly message: string }[] = [];
  #group = new Group();
  #files = 0;
  #duplicates = 0;
  #known = 0;
  #unreadableFiles = 0;
  #objectsChanged = 0;

  constructor(ctx: Context, progress: Progress | undefined) {
    this.#ctx = ctx;
    this.#progress = progress;
    const buckets = configuredBuckets(ctx.config);
    this.#counter = new LineCounter({
      buckets: buckets.length === 0 ? null : new Set(buckets),
      ...readersOf(ctx),
      latestMs: () => ctx.clock.now() + MAX_AHEAD_MS,
    });
  }

  get told(): Intake {
    return {
      ...this.#totals.counts,
      files: this.#files,
      duplicates: this.#duplicates,
      known: this.#known,
      objectsChanged: this.#objectsChanged,
      badLinesBy: this.#totals.badLinesBy,
      firstBad: this.#totals.firstBad,
      unreadableFiles: this.#unreadableFiles,
      unreadable: this.#unreadable,
    };
  }

  /** The first bad line, where not one line of all was good; written ones included. */
  get onlyBad(): BadLine | null {
    const all = new LineTotals();
    all.addAll(this.#totals);
    all.addAll(this.#group.totals);
    return all.counts.lines === all.counts.badLines ? (all.firstBad[0] ?? null) : null;
  }

  skip(files: number): void {
    this.#known += files;
  }

  /**
   * Reads a file, or a part of it where the context's signal comes. Its sections are written now or later.
   * @param pieces the file's bytes as stored
   * @throws AstraError of the store or the state; a fault of the file itself is noted
   */
  async read(file: TelemetryFile, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      const found = await this.#sections(file, pieces, (digest) => this.#isNew(digest));
      if (this.#ctx.signal.aborted) return;
      this.#files += 1;
      if (found.sections > 0 && found.counted === 0) this.#duplicates += 1;
    } catch (error) {
      if (!isAstraError(error, ...OF_ONE_FILE)) throw error;
      this.#giveUp(file, error);
    }
  }

  /** Writes what was added up. */
  async flush(): Promise<void> {
    const group = this.#group;
    const reads = this.#counter.take();
    this.#group = new Group();
    if (group.sources.size === 0) return;
    const { known, objects } = await applyReads(this.#ctx, [...group.sources.values()], reads);
    if (known.length > 0) return this.#again(group, new Set(known));
    this.#objectsChanged += objects;
    this.#totals.addAll(group.totals);
  }

  /** Another process was faster with some sections: the others are read and added up anew. */
  async #again(group: Group, known: ReadonlySet<string>): Promise<void> {
    const wanted = (digest: string): Promise<boolean> =>
      Promise.resolve(group.sources.has(digest) && !known.has(digest) && !this.#group.sources.has(digest));
    for (const file of group.files) await this.#sections(file, file.open(), wanted);
    return this.flush();
  }

  async #isNew(digest: string): Promise<boolean> {
    if (this.#group.sources.has(digest)) return false;
    const [isKnown] = await this.#ctx.state.knownReadSources([digest]);
    return isKnown !== true;
  }

  async #sections(
    file: TelemetryFile,
    pieces: AsyncIterable<Uint8Array>,
    isWanted: (digest: string) => Promise<boolean>,
  ): Promise<{ readonly sections: number; readonly counted: number }> {
    let sections = 0;
    let counted = 0;
    let line = 1;
    let storedBytes = 0;
    const stored = measured(pieces, (bytes) => {
      storedBytes += bytes;
    });
    for await (const section of sectionsOf(plainBytes(file.name, stored), this.#buffer)) {
      sections += 1;
      if (!(await isWanted(section.digest))) line += lineCount(section.bytes.subarray(section.overlong));
      else {
        counted += 1;
        line += this.#count(file, section, line, storedBytes);
        storedBytes = 0;
        if (this.#counter.size >= MOST_OBJECTS || this.#group.sources.size >= MOST_SECTIONS) await this.flush();
      }
      if (this.#ctx.signal.aborted) break;
    }
    return { sections, counted };
  }

  /** @returns lines of the section */
  #count(file: TelemetryFile, section: Section, firstLine: number, sizeBytes: number): number {
    const { sources, files, totals } = this.#group;
    const { days, ends, ...counts } = this.#counter.count(section.bytes.subarray(section.overlong), (index, fault) =>
      totals.bad(`${file.name}:${firstLine + index}`, fault),
    );
    totals.add(counts);
    files.add(file);
    const { digest } = section;
    const listedAs = section.isLast && file.listedAs !== null ? { listedAs: file.listedAs } : {};
    const lines = counts.lines;
    sources.set(digest, { name: file.name, digest, kind: "access-log", sizeBytes, lines, days, ...listedAs });
    this.#progress?.(this.#totals.counts.lines + totals.counts.lines, null, "lines");
    return ends;
  }

  #giveUp({ name }: TelemetryFile, { where = name, message }: AstraError): void {
    this.#unreadableFiles += 1;
    if (this.#unreadable.length < SHOWN_UNREADABLE) this.#unreadable.push({ where, message });
  }
}

async function* measured(pieces: AsyncIterable<Uint8Array>, told: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    told(piece.length);
    yield piece;
  }
}
