/** One SQLite file: opening, migrating, cached statements, transactions and waiting for the write lock. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { numberOf } from "./columns.ts";
import { fileError, isBusy } from "./errors.ts";
import { type Schema, migrate } from "./migrate.ts";

const DEFAULT_BUSY_MS = 10_000;
/** How long SQLite itself may block the event loop while it waits. */
const BUSY_BLOCK_MS = 20;
const PAGE_BYTES = 4096;
/** A checkpoint each 128 MiB of write-ahead log, so that a page changed by many batches is written back once. */
const CHECKPOINT_BYTES = 128 * 1024 * 1024;
const DEFAULT_CACHE_BYTES = 128 * 1024 * 1024;

export interface DatabaseOptions {
  readonly path: string;
  readonly readOnly?: boolean;
  /** Page cache, bytes; 128 MiB by default. */
  readonly cacheBytes?: number;
  /** How long a transaction waits for other processes' locks before ASTRA_STATE_BUSY, ms; 10 s by default. */
  readonly busyMs?: number;
  /** Upper bound of the main file, bytes; beyond it writes are refused with ASTRA_STATE_FULL. */
  readonly maxBytes?: number;
  /** A file that nobody keeps: writes survive this process, not the machine. */
  readonly isThrowaway?: boolean;
}

/** How a statement gives its rows: by column names or as arrays, and whether integers come as bigint. */
export type RowForm = "numbers" | "bigints" | "arrays" | "bigint arrays";

/** An open file. Writes of one process queue here, so they never compete with each other for the lock. */
export class Database implements AsyncDisposable {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #busyMs: number;
  readonly #statements: Readonly<Record<RowForm, Map<string, StatementSync>>> = {
    numbers: new Map(),
    bigints: new Map(),
    arrays: new Map(),
    "bigint arrays": new Map(),
  };
  #tail: Promise<void> = Promise.resolve();

  constructor(path: string, db: DatabaseSync, busyMs: number) {
    this.path = path;
    this.#db = db;
    this.#busyMs = busyMs;
  }

  /** The prepared statement of this text; prepared once for each form. */
  statement(sql: string, form: RowForm = "numbers"): StatementSync {
    const statements = this.#statements[form];
    const known = statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    if (form === "bigints" || form === "bigint arrays") statement.setReadBigInts(true);
    if (form === "arrays" || form === "bigint arrays") statement.setReturnArrays(true);
    statements.set(sql, statement);
    return statement;
  }

  /**
   * Runs `work` in one durable transaction; nothing of it stays when it throws. `work` may be run again after a lock
   * conflict, so it must not change anything but the file.
   */
  write<T>(work: () => T): Promise<T> {
    const result = this.#tail.then(() => this.#retried(() => this.#transaction(work)));
    this.#tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Runs reads that need no common snapshot. */
  read<T>(work: () => T): Promise<T> {
    return this.#retried(work);
  }

  /** As {@link read}, now and without waiting for a lock. */
  readNow<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** Changes whenever another connection has committed. */
  dataVersion(): number {
    return this.readNow(() => numberOf(this.statement("PRAGMA data_version").get() ?? {}, "data_version"));
  }

  /** Waits for queued writes, then closes. Closing again does nothing. */
  async close(): Promise<void> {
    await this.#tail;
    if (!this.#db.isOpen) return;
    for (const statements of Object.values(this.#statements)) statements.clear();
    this.#db.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  async #retried<T>(work: () => T): Promise<T> {
    const giveUpAt = performance.now() + this.#busyMs;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= giveUpAt) throw fileError(error, this.path);
      }
      await pause(1 + Math.random() * BUSY_BLOCK_MS);
    }
  }
}

/**
 * Opens the file, creating it and its directory where missing, and brings it to the schema's version.
 * @throws AstraError ASTRA_STATE_UNREADABLE, ASTRA_STATE_CORRUPT, ASTRA_STATE_NEWER, ASTRA_STATE_BUSY, ASTRA_STATE_FULL
 */
export function openDatabase(options: DatabaseOptions, schema: Schema): Database {
  const { path, readOnly = false, busyMs = DEFAULT_BUSY_MS } = options;
  let db: DatabaseSync | undefined;
  try {
    if (!readOnly) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Opening is rare and synchronous, so here SQLite itself may wait for the lock.
    db = new DatabaseSync(path, { readOnly, timeout: busyMs, enableForeignKeyConstraints: true });
    configure(db, options, busyMs);
    migrate(db, path, schema, readOnly);
    db.exec(`PRAGMA busy_timeout = ${BUSY_BLOCK_MS}`);
    return new Database(path, db, busyMs);
  } catch (error) {
    if (db?.isOpen) db.close();
    throw fileError(error, path);
  }
}

function configure(db: DatabaseSync, options: DatabaseOptions, busyMs: number): void {
  const cacheKib = Math.ceil((options.cacheBytes ?? DEFAULT_CACHE_BYTES) / 1024);
  db.exec(`PRAGMA cache_size = -${cacheKib}`);
  if (options.readOnly) return;
  enterWal(db, busyMs);
  db.exec(`PRAGMA synchronous = ${options.isThrowaway ? "OFF" : "FULL"}`);
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_BYTES}`);
  db.exec(`PRAGMA journal_size_limit = ${CHECKPOINT_BYTES}`);
  if (options.maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.ceil(options.maxBytes / PAGE_BYTES)}`);
}

/** SQLite does not wait by itself when two processes switch a new file to WAL at once. */
function enterWal(db: DatabaseSync, busyMs: number): void {
  const giveUpAt = performance.now() + busyMs;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
    }
    Atomics.wait(cell, 0, 0, BUSY_BLOCK_MS);
  }
}
