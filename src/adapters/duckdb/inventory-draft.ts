/** An inventory that is being made: tables go through a spool file to Parquet parts, each with its mark. */
import { closeSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { AstraError } from "../../core/errors.ts";
import type { Inventory, InventoryLeftOut } from "../../core/inventory.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ConvertedTable, InventoryDraft, InventoryTerms, SourceTable } from "../../ports/inventories.ts";
import type { ListedObject } from "../../ports/object-store.ts";
import type { Presence } from "../../ports/presence.ts";
import { type Duckdb, openDuckdb } from "./connection.ts";
import { type Converted, convertTable } from "./inventory-convert.ts";
import { type InventoryFolders, idOf, partStem, readMarks, writeMark } from "./inventory-folder.ts";
import { spoolListed } from "./inventory-listed.ts";
import { numbersOf } from "./inventory-numbers.ts";
import { spool } from "./inventory-spool.ts";
import { copyListedSql, partSumsSql } from "./inventory-sql.ts";
import { fileFacts, guarded, putInPlace } from "./whole-file.ts";

/** Beyond it the engine spills to the disk. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const MOST_THREADS = 4;
const LOCK = "draft.lock";
const NOTHING_LEFT_OUT = { noncurrentVersions: 0, deleteMarkers: 0, otherBuckets: 0, badRows: 0 };

export interface DraftPorts {
  readonly folders: InventoryFolders;
  readonly presence: Presence;
  readonly clock: Clock;
}

/** @throws AstraError ASTRA_INVENTORY_BUSY, ASTRA_FILE_UNWRITABLE */
export function beginDraft(ports: DraftPorts, terms: InventoryTerms): InventoryDraft {
  const id = idOf(terms);
  const whole = ports.folders.header(terms.bucket, id);
  const folder = whole ? ports.folders.of(terms.bucket, id) : ports.folders.begin(id, terms);
  if (!whole) lock(join(folder, LOCK), ports.presence, terms.location);
  return new Draft(ports, { id, terms, folder, whole });
}

interface DraftFacts {
  readonly id: string;
  readonly terms: InventoryTerms;
  readonly folder: string;
  /** The finished inventory, where the same terms have one already. */
  readonly whole: Inventory | null;
}

class Draft implements InventoryDraft {
  readonly id: string;
  readonly #ports: DraftPorts;
  readonly #facts: DraftFacts;
  readonly #done: Map<string, ConvertedTable>;
  #duckdb: Promise<Duckdb> | null = null;
  #isFinished = false;

  constructor(ports: DraftPorts, facts: DraftFacts) {
    this.id = facts.id;
    this.#ports = ports;
    this.#facts = facts;
    this.#done = readMarks(facts.folder);
  }

  get done(): ReadonlyMap<string, ConvertedTable> {
    return this.#done;
  }

  async convert(table: SourceTable): Promise<ConvertedTable> {
    const known = this.#done.get(table.name);
    if (known) return known;
    return this.#part(table.name, null, async (duckdb, spoolPath, target) => {
      const spooled = await spool(table, spoolPath);
      return convertTable(duckdb, this.#facts.terms, table, spooled, target);
    });
  }

  async write(
    name: string,
    pages: AsyncIterable<readonly ListedObject[]>,
    note?: () => unknown,
  ): Promise<ConvertedTable> {
    const known = this.#done.get(name);
    if (known) return known;
    return this.#part(name, note ?? null, async (duckdb, spoolPath, target) => {
      await spoolListed(spoolPath, pages);
      await duckdb.connection.run(copyListedSql(spoolPath, target));
      const [rows = 0, bytes = 0] = await numbersOf(duckdb, partSumsSql(target));
      return { rows, bytes, leftOut: NOTHING_LEFT_OUT, firstBad: [] };
    });
  }

  async #part(
    name: string,
    note: (() => unknown) | null,
    make: (duckdb: Duckdb, spoolPath: string, target: string) => Promise<Converted>,
  ): Promise<ConvertedTable> {
    const { folder } = this.#facts;
    const stem = partStem(name);
    const spoolPath = join(folder, `${stem}.spool`);
    const target = join(folder, `${stem}.parquet.tmp`);
    try {
      const duckdb = await this.#open();
      const { rows, ...rest } = await make(duckdb, spoolPath, target);
      const file = `${stem}.parquet`;
      guarded(target, () => putInPlace(target, join(folder, file)));
      const facts = fileFacts(join(folder, file));
      if (!facts)
        throw new AstraError("ASTRA_FILE_UNWRITABLE", "the part can't be read back", { where: join(folder, file) });
      const table = { ...rest, part: { file, rows, ...facts }, note: note?.() ?? null };
      writeMark(folder, name, table);
      this.#done.set(name, table);
      return table;
    } finally {
      rmSync(spoolPath, { force: true });
      rmSync(target, { force: true });
    }
  }

  async finish(): Promise<Inventory> {
    const { id, terms, whole } = this.#facts;
    if (whole) return whole;
    const tables = [...this.#done].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
    const header: Inventory = {
      version: 1,
      id,
      ...terms,
      madeMs: this.#ports.clock.now(),
      rows: tables.reduce((sum, { part }) => sum + part.rows, 0),
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      parts: tables.map(({ part }) => part),
      leftOut: tables.map(({ leftOut }) => leftOut).reduce(addUp, NOTHING_LEFT_OUT),
    };
    this.#ports.folders.finish(header);
    this.#isFinished = true;
    return header;
  }

  async #open(): Promise<Duckdb> {
    this.#duckdb ??= openForInventories(join(this.#facts.folder, "tmp"));
    return this.#duckdb;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#duckdb?.catch(() => null);
    opened?.[Symbol.dispose]();
    const { folder, whole, terms, id } = this.#facts;
    if (whole) return;
    // Nothing to go on with: a refused file leaves nothing behind.
    if (this.#done.size === 0 && !this.#isFinished) this.#ports.folders.remove(terms.bucket, id);
    for (const name of leftovers(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** An engine that gives dates without a zone as UTC. */
export async function openForInventories(tempFolder: string): Promise<Duckdb> {
  const threads = Math.min(MOST_THREADS, availableParallelism());
  const duckdb = await openDuckdb({ memoryBytes: MEMORY_BYTES, threads, tempFolder });
  await duckdb.connection.run("SET TimeZone = 'UTC'");
  return duckdb;
}

function leftovers(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name === LOCK || name === "tmp" || /\.(?:spool|tmp)$/.test(name));
  } catch {
    // Removed by somebody meanwhile.
    return [];
  }
}

function addUp(a: InventoryLeftOut, b: InventoryLeftOut): InventoryLeftOut {
  return {
    noncurrentVersions: a.noncurrentVersions + b.noncurrentVersions,
    deleteMarkers: a.deleteMarkers + b.deleteMarkers,
    otherBuckets: a.otherBuckets + b.otherBuckets,
    badRows: a.badRows + b.badRows,
  };
}

/** One process makes an inventory; what one that is gone left locked is taken over. */
function lock(path: string, presence: Presence, location: string): void {
  for (let tries = 0; tries < 2; tries++) {
    const taken = guarded(path, () => takeLock(path, presence.self));
    if (taken) return;
    const holder = holderOf(path);
    if (holder !== null && holder !== presence.self && !presence.isGone(holder)) break;
    rmSync(path, { force: true });
  }
  throw new AstraError("ASTRA_INVENTORY_BUSY", "another process is making this inventory", { where: location });
}

function takeLock(path: string, holder: string): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    writeSync(file, holder);
    closeSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function holderOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Given back meanwhile.
    return null;
  }
}
