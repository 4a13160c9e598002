/**
 * Lines of access logs on their way into the state. Files are cut into sections; reads of several sections are added up and
 * become state in one transaction with the sections' digests, so that whatever was interrupted counts nothing twice.
 */
import { LineCounter, type LineCounts } from "../../core/access-log/line-counter.ts";
import type { LineFault } from "../../core/access-log/line-scanner.ts";
import { AstraError } from "../../core/errors.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { ReadSource } from "../../ports/state-store.ts";
import { configuredBuckets } from "../configured-buckets.ts";
import type { Context, Progress } from "../context.ts";
import { applyReads, readersOf } from "./apply-reads.ts";
import { type BadLine, LineTotals } from "./line-totals.ts";
import { beginningOf, countedBytes } from "./grown-file.ts";
import { type GivenUp, GivenUpFiles } from "./given-up-files.ts";
import { plainBytes } from "./plain-bytes.ts";
import { type Section, lineCount, sectionBuffer, sectionsOf } from "./sections.ts";
import { type TelemetryFile, measured } from "./telemetry-files.ts";

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
  readonly unreadable: readonly GivenUp[];
}

/** Objects by day that are added up before they are written: what memory holds, and one transaction changes. */
const MOST_OBJECTS = 50_000;
/** Sections that one transaction names. */
const MOST_SECTIONS = 2000;
/** The store's clock may be ahead of ours, but a time far off would push every known day out of an object's window. */
const MAX_AHEAD_MS = MS_PER_DAY;

/** Sections that become state together. */
class Group {
  /** By digest. */
  readonly sources = new Map<string, ReadSource>();
  readonly files = new Set<TelemetryFile>();
  /** Beginnings of files of this machine that end in the group. */
  readonly beginnings = new Set<string>();
  readonly totals = new LineTotals();
}

export class LogIntake {
  readonly #ctx: Context;
  readonly #progress: Progress | undefined;
  readonly #counter: LineCounter;
  readonly #buffer = sectionBuffer();
  readonly #totals = new LineTotals();
  readonly #givenUp = new GivenUpFiles();
  #group = new Group();
  #files = 0;
  #duplicates = 0;
  #known = 0;
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
      unreadableFiles: this.#givenUp.count,
      unreadable: this.#givenUp.first,
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
      const isNew = async (digest: string): Promise<boolean> => (await this.#wereCounted([digest]))[0] !== true;
      const found = await this.#sections(file, pieces, isNew);
      if (this.#ctx.signal.aborted) return;
      this.#files += 1;
      if (found.sections > 0 && found.counted === 0) this.#duplicates += 1;
    } catch (error) {
      this.#givenUp.add(file, error);
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
    // The file at hand goes on in the usual buffer when this is done.
    const buffer = sectionBuffer();
    for (const file of group.files) await this.#sections(file, file.open(), wanted, buffer);
    return this.flush();
  }

  /** For each digest or beginning, whether it was counted. */
  async #wereCounted(marks: readonly string[]): Promise<readonly boolean[]> {
    const { sources, beginnings } = this.#group;
    const isInGroup = marks.map((mark) => sources.has(mark) || beginnings.has(mark));
    if (isInGroup.every(Boolean)) return isInGroup;
    const stored = await this.#ctx.state.knownReadSources(marks);
    return isInGroup.map((isKnown, index) => isKnown || stored[index] === true);
  }

  /**
   * Of a file that was counted when it was shorter, the bytes of this section that were.
   * @throws AstraError ASTRA_ACCESS_LOG_INVALID where nobody can tell
   */
  async #countedBefore(file: TelemetryFile, section: Section): Promise<number> {
    const bytes = await countedBytes(section, (digests) => this.#wereCounted(digests));
    if (bytes !== null) return bytes;
    throw new AstraError(
      "ASTRA_ACCESS_LOG_INVALID",
      "the log begins like one that was counted, and goes on otherwise: its lines might count twice",
      { where: file.name, fix: "Give files that are finished; or what is new in it as a file of its own." },
    );
  }

  async #sections(
    file: TelemetryFile,
    pieces: AsyncIterable<Uint8Array>,
    isWanted: (digest: string) => Promise<boolean>,
    buffer = this.#buffer,
  ): Promise<{ readonly sections: number; readonly counted: number }> {
    let sections = 0;
    let counted = 0;
    let line = 1;
    let storedBytes = 0;
    let beginning: string | null = null;
    let hasGrown = false;
    const stored = measured(pieces, (bytes) => {
      storedBytes += bytes;
    });
    for await (const section of sectionsOf(plainBytes(file.name, stored), buffer)) {
      sections += 1;
      if (sections === 1 && file.listedAs === null) {
        beginning = beginningOf(section);
        hasGrown = beginning !== null && (await this.#wereCounted([beginning]))[0] === true;
      }
      if (!(await isWanted(section.digest))) line += lineCount(section.bytes.subarray(section.overlong));
      else {
        const skipped = hasGrown ? await this.#countedBefore(file, section) : 0;
        hasGrown = false;
        counted += 1;
        line += lineCount(section.bytes.subarray(section.overlong, skipped));
        const told = { ...section, overlong: Math.max(section.overlong, skipped) };
        line += this.#count(file, told, line, { sizeBytes: storedBytes, beginning });
        storedBytes = 0;
        if (this.#counter.size >= MOST_OBJECTS || this.#group.sources.size >= MOST_SECTIONS) await this.flush();
      }
      if (this.#ctx.signal.aborted) break;
    }
    return { sections, counted };
  }

  /** @returns lines of the section */
  #count(
    file: TelemetryFile,
    section: Section,
    firstLine: number,
    { sizeBytes, beginning }: { readonly sizeBytes: number; readonly beginning: string | null },
  ): number {
    const { sources, files, beginnings, totals } = this.#group;
    const { days, ends, ...counts } = this.#counter.count(section.bytes.subarray(section.overlong), (index, fault) =>
      totals.bad(`${file.name}:${firstLine + index}`, fault),
    );
    totals.add(counts);
    files.add(file);
    const { digest } = section;
    const mark = section.isLast ? (file.listedAs ?? beginning) : null;
    if (section.isLast && beginning !== null) beginnings.add(beginning);
    const listedAs = mark === null ? {} : { listedAs: mark };
    const lines = counts.lines;
    sources.set(digest, { name: file.name, digest, kind: "access-log", sizeBytes, lines, days, ...listedAs });
    this.#progress?.(this.#totals.counts.lines + totals.counts.lines, null, "lines");
    return ends;
  }
}
