/** One table of somebody else to one part: read, sorted out and written by the engine. */
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { InventoryLeftOut } from "../../core/inventory.ts";
import { type InventoryField, fieldPlaces } from "../../core/inventory/columns.ts";
import type { BadRow, InventoryTerms, SourceTable } from "../../ports/inventories.ts";
import type { Duckdb } from "./connection.ts";
import { countRecords, headerNames } from "./inventory-records.ts";
import type { Spooled } from "./inventory-spool.ts";
import {
  type Source,
  type SourceColumn,
  badRowsSql,
  copySql,
  csvRelation,
  leftOutSql,
  parquetRelation,
  partSumsSql,
} from "./inventory-sql.ts";
import { numbersOf } from "./inventory-numbers.ts";

/** Bad rows that are named. */
const SHOWN_BAD = 5;

/** More columns than any inventory; reading costs time and memory for each. */
const MAX_COLUMNS = 1000;

export interface Converted {
  readonly rows: number;
  readonly bytes: number;
  readonly leftOut: InventoryLeftOut;
  readonly firstBad: readonly BadRow[];
}

interface Layout {
  readonly source: Source;
  /** Rows of the file; `null` where it does not say. */
  readonly total: number | null;
  /** Fields of a CSV record; `null` for Parquet. */
  readonly width: number | null;
  readonly hasHeader: boolean;
}

/** @throws AstraError ASTRA_INVENTORY_INVALID */
export async function convertTable(
  duckdb: Duckdb,
  terms: InventoryTerms,
  table: SourceTable,
  spooled: Spooled,
  target: string,
): Promise<Converted> {
  try {
    const layout =
      spooled.format === "csv"
        ? await csvLayout(terms, table, spooled)
        : await parquetLayout(duckdb, terms, table, spooled);
    const source = await copied(duckdb, layout.source, target);
    const [rows = 0, bytes = 0] = await numbersOf(duckdb, partSumsSql(target));
    const { leftOut, firstBad } = await sortedOut(duckdb, { ...layout, source }, spooled, rows);
    if (rows === 0 && leftOut.badRows > 0) throw allBad(table.where, leftOut.badRows, firstBad[0]);
    return { rows, bytes, leftOut, firstBad };
  } catch (error) {
    throw faultOf(error, table.where, spooled.path);
  }
}

async function csvLayout(terms: InventoryTerms, table: SourceTable, { path, lines }: Spooled): Promise<Layout> {
  const { where, keysEncoded } = table;
  const hasHeader = table.columns === null;
  const names = table.columns ?? (await headerNames(path, where));
  if (names.length > MAX_COLUMNS) {
    throw new AstraError("ASTRA_INVENTORY_INVALID", `the header names ${names.length} columns`, {
      where: `${where}:1`,
    });
  }
  const columns = new Map<InventoryField, SourceColumn>();
  for (const [field, { index, name, isMilliseconds }] of fieldPlaces(names, where)) {
    columns.set(field, { sql: `c${index}`, name, type: "VARCHAR", isMilliseconds });
  }
  const relation = csvRelation(path, names.length, hasHeader);
  const source = {
    relation,
    columns,
    bucket: terms.bucket,
    prefix: terms.prefix,
    keysEncoded,
    isCareful: false,
    where,
  };
  return { source, total: null, width: names.length, hasHeader: hasHeader && lines > 0 };
}

async function parquetLayout(
  duckdb: Duckdb,
  terms: InventoryTerms,
  { where }: SourceTable,
  { path }: Spooled,
): Promise<Layout> {
  const relation = parquetRelation(path);
  const found = await duckdb.connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
  const types = found.getRows().map(([name, type]) => [String(name), String(type)] as const);
  const columns = new Map<InventoryField, SourceColumn>();
  const names = types.map(([name]) => name);
  for (const [field, { index, name, isMilliseconds }] of fieldPlaces(names, where)) {
    columns.set(field, { sql: `"${name.replaceAll('"', '""')}"`, name, type: types[index]?.[1] ?? "", isMilliseconds });
  }
  const [total = 0] = await numbersOf(duckdb, `SELECT count(*)::DOUBLE FROM ${relation}`);
  const { bucket, prefix } = terms;
  const source = { relation, columns, bucket, prefix, keysEncoded: false, isCareful: false, where };
  return { source, total, width: null, hasHeader: false };
}

/** Carefully only where a key can't be decoded: the guard costs a tenth of all the time. */
async function copied(duckdb: Duckdb, source: Source, target: string): Promise<Source> {
  try {
    await duckdb.connection.run(copySql(source, target));
    return source;
  } catch (error) {
    const isUndecodable = error instanceof Error && error.message.includes("using URL decoding");
    if (!isUndecodable || source.isCareful) throw error;
    return copied(duckdb, { ...source, isCareful: true }, target);
  }
}

/** Counts what was left out, by a second look that is spared where every line became a row. */
async function sortedOut(
  duckdb: Duckdb,
  { source, total, width, hasHeader }: Layout,
  { path, lines }: Spooled,
  rows: number,
): Promise<Pick<Converted, "leftOut" | "firstBad">> {
  const leftOut = { noncurrentVersions: 0, deleteMarkers: 0, otherBuckets: 0, badRows: 0 };
  const lineRows = lines - (hasHeader ? 1 : 0);
  if (rows === (total ?? lineRows)) return { leftOut, firstBad: [] };
  const [read = 0, otherBuckets = 0, deleteMarkers = 0, noncurrentVersions = 0] = await numbersOf(
    duckdb,
    leftOutSql(source),
  );
  const badValues = Math.max(0, read - otherBuckets - deleteMarkers - noncurrentVersions - rows);
  const badLines = width === null || read === lineRows ? 0 : await passedOver(path, width, read + (hasHeader ? 1 : 0));
  const firstBad = [
    ...(badValues > 0 ? await badRows(duckdb, source, width === null ? path : null) : []),
    ...(width !== null && badLines > 0 ? await oddLines(path, width, source.where) : []),
  ];
  const badCount = badValues + badLines;
  return {
    leftOut: { otherBuckets, deleteMarkers, noncurrentVersions, badRows: badCount },
    firstBad: firstBad.slice(0, SHOWN_BAD),
  };
}

/** Records that the engine could not read as rows. */
async function passedOver(path: string, width: number, read: number): Promise<number> {
  const { records } = await countRecords(path, width, 0);
  return Math.max(0, records - read);
}

async function oddLines(path: string, width: number, where: string): Promise<readonly BadRow[]> {
  const { odd } = await countRecords(path, width, SHOWN_BAD);
  if (odd.length === 0) return [{ where, fault: "a line is longer than 2 MiB, or not UTF-8" }];
  return odd.map(({ line, fields }) => ({
    where: `${where}:${line}`,
    fault: `the line has ${fields} ${fields === 1 ? "field" : "fields"} in place of ${width}`,
  }));
}

/** @param parquet path of a Parquet file, which numbers its rows itself; `null` for CSV */
async function badRows(duckdb: Duckdb, source: Source, parquet: string | null): Promise<readonly BadRow[]> {
  const row = parquet === null ? "row_number() OVER ()" : "file_row_number + 1";
  const relation = parquet === null ? source.relation : parquetRelation(parquet, true);
  const found = await duckdb.connection.runAndReadAll(badRowsSql({ ...source, relation }, row, SHOWN_BAD));
  return found.getRows().map(([nr, fault]) => ({ where: `${source.where}, row ${String(nr)}`, fault: String(fault) }));
}

function allBad(where: string, rows: number, first: BadRow | undefined): AstraError {
  const message = `none of its ${rows} rows can be used: ${first?.fault ?? "they are no rows of an inventory"}`;
  return new AstraError("ASTRA_INVENTORY_INVALID", message, { where: first?.where ?? where });
}

/** The engine's own words, without the path of the spool and the help for those who wrote the SQL. */
function faultOf(error: unknown, where: string, path: string): Error {
  if (isAstraError(error) || !(error instanceof Error))
    return error instanceof Error ? error : new Error(String(error));
  const [line = ""] = error.message.split("\n");
  if (/^IO Error: .*(?:write|No space)/i.test(line)) {
    return new AstraError("ASTRA_FILE_UNWRITABLE", line, { where: path, cause: error });
  }
  const message = line.replaceAll(path, where).slice(0, 300);
  return new AstraError("ASTRA_INVENTORY_INVALID", `the table can't be read: ${message}`, { where, cause: error });
}
