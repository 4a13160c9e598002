/** The analytical engine, loaded when it is first needed: it is native code of 60 MB, and an optional dependency. */
import type * as duckdb from "@duckdb/node-api";
import { AstraError } from "../../core/errors.ts";

export type DuckdbModule = typeof duckdb;

export interface DuckdbOptions {
  /** Beyond it, the engine writes to `tempFolder`. */
  readonly memoryBytes: number;
  readonly threads: number;
  readonly tempFolder: string;
}

/** A database in memory with one connection. */
export interface Duckdb extends Disposable {
  readonly module: DuckdbModule;
  readonly connection: duckdb.DuckDBConnection;
}

/** @throws AstraError ASTRA_BATCH_UNAVAILABLE */
export async function openDuckdb({ memoryBytes, threads, tempFolder }: DuckdbOptions): Promise<Duckdb> {
  const module = await loadDuckdb();
  const instance = await module.DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${Math.ceil(memoryBytes / 1024)}KiB`,
    temp_directory: tempFolder,
    // Nothing is ever fetched: what is needed is built in.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  return {
    module,
    connection,
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function loadDuckdb(): Promise<DuckdbModule> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    const message = `the engine for inventories can't be loaded on ${process.platform} ${process.arch}`;
    throw new AstraError("ASTRA_BATCH_UNAVAILABLE", message, { cause: error });
  }
}

/** A text as SQL; a zero character can't stand in a literal. */
export function sqlText(text: string): string {
  const parts = text.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join("") : `(${parts.join(" || chr(0) || ")})`;
}
