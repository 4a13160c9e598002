/** The batch engine over DuckDB: it reads, joins and writes; the decision is called for every vector of rows. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { Inventory, InventoryPart } from "../../core/inventory.ts";
import type { ObjectState } from "../../core/object-state.ts";
import type { PlanPart, PlannedMove } from "../../core/plan.ts";
import type { BatchEngine, BatchJob, KnownObjects, PlanDraft } from "../../ports/batch-engine.ts";
import { type Duckdb, openDuckdb } from "./connection.ts";
import { KnownTable } from "./known-table.ts";
import { Ways } from "./move-columns.ts";
import { DecideFunction, type PassTerms, classesOf, writePart } from "./part-decision.ts";
import { readMoves } from "./part-moves.ts";
import { PlanFolders, readMark, writeMark } from "./plan-folder.ts";
import { fileFacts } from "./whole-file.ts";

export interface BatchEngineOptions {
  /** Holds one folder a plan. */
  readonly plansFolder: string;
  /** Rows of the inventory that one part of a plan is made of, at least; one million where absent. */
  readonly partRows?: number;
  /** Threads of the engine beside the one that decides; as many as there are processors, up to four, where absent. */
  readonly threads?: number;
}

/** Large enough that beginning a pass costs nothing, small enough that little is done again after a kill. */
const PART_ROWS = 1_000_000;
const MOST_THREADS = 4;
const READ_BACK_BYTES = 256 * 1024 * 1024;
/** Of the memory given, for what the state knows; the rest is the engine's. */
const KNOWN_SHARE = 0.4;

export function duckdbBatchEngine(options: BatchEngineOptions): BatchEngine & AsyncDisposable {
  return new DuckdbBatchEngine(options);
}

class DuckdbBatchEngine implements BatchEngine, AsyncDisposable {
  readonly #folders: PlanFolders;
  readonly #partRows: number;
  readonly #threads: number;
  #tables = 0;

  constructor({ plansFolder, partRows, threads }: BatchEngineOptions) {
    this.#folders = new PlanFolders(plansFolder);
    this.#partRows = partRows ?? PART_ROWS;
    this.#threads = threads ?? Math.min(MOST_THREADS, availableParallelism());
  }

  async isAvailable(): Promise<boolean> {
    try {
      using _ = await openDuckdb({ memoryBytes: READ_BACK_BYTES, threads: 1, tempFolder: this.#folders.scratch() });
      return true;
    } catch (error) {
      if (isAstraError(error, "ASTRA_BATCH_UNAVAILABLE")) return false;
      throw error;
    }
  }

  async load(states: AsyncIterable<readonly ObjectState[]>, memoryBytes: number): Promise<KnownObjects> {
    this.#tables += 1;
    const name = `known-${process.pid}-${this.#tables}-${Date.now()}.bin`;
    return KnownTable.load(states, join(this.#folders.scratch(), name), memoryBytes * KNOWN_SHARE);
  }

  async drafts(bucket: string): Promise<readonly PlanDraft[]> {
    return this.#folders.drafts(bucket);
  }

  async begin(draft: PlanDraft): Promise<void> {
    this.#folders.begin(draft);
  }

  async finish(planId: string): Promise<void> {
    this.#folders.finish(planId);
  }

  async discard(planId: string): Promise<void> {
    this.#folders.discard(planId);
  }

  async *decide<Sums>(job: BatchJob<Sums>): AsyncGenerator<PlanPart> {
    const { known } = job;
    if (!(known instanceof KnownTable)) throw new TypeError("the known objects are those of another engine");
    const folder = this.#folders.of(job.planId);
    using engine = await openDuckdb({
      memoryBytes: job.memoryBytes * (1 - KNOWN_SHARE),
      threads: this.#threads,
      tempFolder: this.#folders.scratch(),
    });
    const stop = (): void => engine.connection.interrupt();
    job.signal.addEventListener("abort", stop, { once: true });
    try {
      const decide = new DecideFunction(engine);
      let rowsBefore = 0;
      for (const [index, parts] of groupsOf(job.inventory, this.#partRows).entries()) {
        if (job.signal.aborted) return;
        const file = `part-${String(index).padStart(5, "0")}.parquet`;
        const done = donePart(job, folder, file, parts);
        const terms = { job, known, parts, file, folder, rowsBefore };
        const part = done ?? (await this.#make(engine, decide, job, terms));
        if (!part) return;
        rowsBefore += part.rows;
        job.progress?.(rowsBefore);
        yield part;
      }
    } finally {
      job.signal.removeEventListener("abort", stop);
    }
  }

  /** @returns `null` where it was told to end */
  async #make<Sums>(
    engine: Duckdb,
    decide: DecideFunction,
    job: BatchJob<Sums>,
    terms: PassTerms,
  ): Promise<PlanPart | null> {
    const { parts, folder } = terms;
    for (const part of parts) checkPart(job, part);
    const ways = new Ways();
    try {
      await decide.pass(terms, await classesOf(engine, terms), ways);
    } catch (error) {
      if (job.signal.aborted) return null;
      throw error;
    }
    const part = await writePart(engine, terms, ways);
    writeMark(folder, { of: parts.map(({ sha256 }) => sha256), part, tally: job.partDone() });
    return part;
  }

  async *moves(planId: string, part: PlanPart, after: number): AsyncGenerator<readonly PlannedMove[]> {
    const path = join(this.#folders.of(planId), part.file);
    const facts = fileFacts(path);
    if (facts?.sha256 !== part.sha256) {
      const what = facts ? "was changed after the plan was made" : "is gone";
      throw new AstraError("ASTRA_PLAN_DAMAGED", `${part.file} of plan ${planId} ${what}`, { where: path });
    }
    const tempFolder = this.#folders.scratch();
    using engine = await openDuckdb({ memoryBytes: READ_BACK_BYTES, threads: 1, tempFolder });
    yield* readMoves(engine, path, after);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every pass closes its own.
  }
}

/** Parts of an inventory that are decided together: as few as have so many rows. */
function groupsOf({ parts }: Inventory, rows: number): InventoryPart[][] {
  const groups: InventoryPart[][] = [];
  let group: InventoryPart[] = [];
  let size = 0;
  for (const part of parts) {
    group.push(part);
    size += part.rows;
    if (size < rows) continue;
    groups.push(group);
    [group, size] = [[], 0];
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** A part of an earlier try that is still as its mark says. */
function donePart<Sums>(
  job: BatchJob<Sums>,
  folder: string,
  file: string,
  parts: readonly InventoryPart[],
): PlanPart | null {
  const mark = readMark(folder, file);
  if (mark?.of.join() !== parts.map(({ sha256 }) => sha256).join()) return null;
  if (fileFacts(join(folder, file))?.sha256 !== mark.part.sha256) return null;
  // Written by `partDone` of a job whose digest was this one's.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  job.partKnown(mark.tally as Sums);
  return mark.part;
}

/** @throws AstraError ASTRA_INVENTORY_INVALID */
function checkPart({ inventory, inventoryFolder }: PassTerms["job"], { file, sha256 }: InventoryPart): void {
  const path = join(inventoryFolder, file);
  const facts = fileFacts(path);
  if (facts?.sha256 === sha256) return;
  const what = facts ? "was changed after it was made" : "is gone";
  throw new AstraError("ASTRA_INVENTORY_INVALID", `${file} of inventory ${inventory.id} ${what}`, { where: path });
}
