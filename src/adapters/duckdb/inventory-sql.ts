/** The SQL that makes rows of an inventory of a table of somebody else. Names of others never become part of it unquoted. */
import { AstraError } from "../../core/errors.ts";
import { INVENTORY_COLUMNS, type InventoryColumn } from "../../core/inventory.ts";
import type { InventoryField } from "../../core/inventory/columns.ts";
import { MAX_KEY_BYTES } from "../../core/object-ref.ts";
import { sqlText } from "./connection.ts";

/** A column of the source. */
export interface SourceColumn {
  /** As an SQL name. */
  readonly sql: string;
  /** As the source calls it. */
  readonly name: string;
  /** In DuckDB's words. */
  readonly type: string;
  readonly isMilliseconds: boolean;
}

export interface Source {
  readonly relation: string;
  readonly columns: ReadonlyMap<InventoryField, SourceColumn>;
  readonly bucket: string;
  readonly prefix: string;
  readonly keysEncoded: boolean;
  /** Keys that can't be decoded become NULL, which costs time: only where there is one. */
  readonly isCareful: boolean;
  readonly where: string;
}

/** Sizes beyond it are no exact numbers any more. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER;
/** What a date may be. */
const MAX_MS = 8.64e15;

/** Level 1 writes 10 % faster than the default, and 3 % more. */
const PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880";

/** What the pattern characters of a path would stand for is taken from them. */
export function sqlPath(path: string): string {
  return sqlText(path.replaceAll(/[[*?]/g, "[$&]"));
}

/** A CSV file; its columns are called c0, c1 and so on, all of them text. Lines of another width are passed over. */
export function csvRelation(path: string, columns: number, hasHeader: boolean): string {
  const names = Array.from({ length: columns }, (_unused, index) => `'c${index}': 'VARCHAR'`).join(", ");
  const dialect = `delim = ',', quote = '"', escape = '"', header = ${hasHeader}, auto_detect = false`;
  return `read_csv(${sqlPath(path)}, ${dialect}, ignore_errors = true, hive_partitioning = false, columns = {${names}})`;
}

export function parquetRelation(path: string, isNumbered = false): string {
  const numbered = isNumbered ? ", file_row_number = true" : "";
  return `read_parquet(${sqlPath(path)}, binary_as_string = true, hive_partitioning = false${numbered})`;
}

/** Writes the rows that can be used. */
export function copySql(source: Source, target: string): string {
  const read = `SELECT ${readFields(source)} FROM ${source.relation} WHERE ${isCurrent(source)}`;
  const rows = `SELECT ${written()} FROM (${read}) WHERE ${faultCase(source.prefix)} IS NULL`;
  return `COPY (${rows}) TO ${sqlText(target)} (${PARQUET})`;
}

/** Counts what {@link copySql} leaves out before it looks at the values. */
export function leftOutSql(source: Source): string {
  const kinds = kindCase(source);
  const counted = ["other", "marker", "version"].map((kind) => `count(*) FILTER (kind = '${kind}')::DOUBLE`);
  return `SELECT count(*)::DOUBLE, ${counted.join(", ")} FROM (SELECT ${kinds} AS kind FROM ${source.relation})`;
}

/** Number (from 1), fault of the first rows that can't be used. */
export function badRowsSql(source: Source, row: string, shown: number): string {
  const read = `SELECT ${row} AS nr, ${kindCase(source)} AS kind, ${isTold(source)} AS is_told, ${readFields(source)} FROM ${source.relation}`;
  const fault = `CASE WHEN NOT is_told THEN 'nobody can tell whether it is the current version' ELSE ${faultCase(source.prefix)} END`;
  const judged = `SELECT nr, ${fault} AS fault FROM (${read}) WHERE kind IS NULL`;
  return `SELECT nr::DOUBLE, fault FROM (${judged}) WHERE fault IS NOT NULL ORDER BY nr LIMIT ${shown}`;
}

/** Rows and bytes of a part. */
export function partSumsSql(path: string): string {
  return `SELECT count(*)::DOUBLE, coalesce(sum(size_bytes), 0)::DOUBLE FROM read_parquet(${sqlPath(path)}, hive_partitioning = false)`;
}

/** Columns of the files that listings are spooled to. */
const LISTED = {
  key: "VARCHAR",
  size_bytes: "BIGINT",
  etag: "VARCHAR",
  last_modified_ms: "BIGINT",
  storage_class: "VARCHAR",
};

/** Writes what a listing was spooled as: see `inventory-listed.ts`. */
export function copyListedSql(path: string, target: string): string {
  const columns = Object.entries(LISTED).map(([name, type]) => `'${name}': '${type}'`);
  const dialect = `delim = ',', quote = '"', escape = '"', header = false, auto_detect = false, max_line_size = 8388608`;
  const relation = `read_csv(${sqlPath(path)}, ${dialect}, hive_partitioning = false, columns = {${columns.join(", ")}})`;
  const nulls = Object.entries(INVENTORY_COLUMNS)
    .filter(([name]) => name !== "key_hash" && !Object.hasOwn(LISTED, name))
    .map(([name, type]) => `NULL::${type} AS ${name}`);
  return `COPY (SELECT ${written()} FROM (SELECT *, ${nulls.join(", ")} FROM ${relation})) TO ${sqlText(target)} (${PARQUET})`;
}

function written(): string {
  const names = Object.keys(INVENTORY_COLUMNS);
  return names.map((name) => (name === "key_hash" ? "md5_number_lower(key) AS key_hash" : name)).join(", ");
}

function readFields(source: Source): string {
  const columns = Object.entries(INVENTORY_COLUMNS).filter(([name]) => name !== "key_hash");
  return columns.map(([name, type]) => `${readField(source, name, type)} AS ${name}`).join(", ");
}

function readField(source: Source, name: string, type: string): string {
  const field = fieldNamed(name);
  const column = field && source.columns.get(field);
  if (!column) return `NULL::${type}`;
  if (field === "key" && source.keysEncoded) return decodedKey(source, column);
  if (field.endsWith("_ms")) return milliseconds(source, column);
  if (type === "BOOLEAN") return truth(source, column);
  if (field === "etag") {
    const etag = text(source, column);
    return `CASE WHEN starts_with(${etag}, '"') THEN nullif(trim(${etag}, '"'), '') ELSE ${etag} END`;
  }
  return type === "BIGINT" ? whole(source, column) : text(source, column);
}

function fieldNamed(name: string): Exclude<InventoryColumn, "key_hash"> | null {
  return Object.hasOwn(INVENTORY_COLUMNS, name) && name !== "key_hash"
    ? // One of the table's own names.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      (name as Exclude<InventoryColumn, "key_hash">)
    : null;
}

/** As S3 encodes them: percent signs, and a plus for a blank. */
function decodedKey(source: Source, column: SourceColumn): string {
  const key = text(source, column);
  const decoded = `url_decode(CASE WHEN contains(${key}, '+') THEN replace(${key}, '+', ' ') ELSE ${key} END)`;
  return source.isCareful ? `TRY(${decoded})` : decoded;
}

function text(source: Source, column: SourceColumn): string {
  if (column.type !== "VARCHAR") throw wrongType(source, column);
  return `nullif(${column.sql}, '')`;
}

/** Only numbers written as such: a cast alone would round `1.5` and take `1e3`. */
function whole(source: Source, { sql, type, ...column }: SourceColumn): string {
  if (type === "VARCHAR")
    return `CASE WHEN TRY_CAST(${sql} AS BIGINT)::VARCHAR = ${sql} THEN TRY_CAST(${sql} AS BIGINT) END`;
  if (/^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(type)) return `TRY_CAST(${sql} AS BIGINT)`;
  if (/^(?:FLOAT|DOUBLE|DECIMAL)/.test(type))
    return `CASE WHEN ${sql} = floor(${sql}) THEN TRY_CAST(${sql} AS BIGINT) END`;
  throw wrongType(source, { sql, type, ...column });
}

/** Without a zone it is UTC. A plain cast to TIMESTAMP would pass over a zone. */
function milliseconds(source: Source, column: SourceColumn): string {
  if (column.isMilliseconds) return whole(source, column);
  if (column.type === "VARCHAR") return `epoch_ms(TRY_CAST(${column.sql} AS TIMESTAMPTZ))`;
  if (/^(?:TIMESTAMP|DATE$)/.test(column.type)) return `epoch_ms(${column.sql})`;
  throw wrongType(source, column);
}

function truth(source: Source, { sql, type, ...column }: SourceColumn): string {
  if (type === "BOOLEAN") return sql;
  if (type !== "VARCHAR") throw wrongType(source, { sql, type, ...column });
  // What nearly every row has comes first, and is compared as it stands.
  const other = `CASE WHEN lower(${sql}) IN (${TRUE}) THEN true WHEN lower(${sql}) IN (${FALSE}) THEN false END`;
  return `CASE ${sql} WHEN 'true' THEN true WHEN 'false' THEN false ELSE ${other} END`;
}

/** S3 writes `true` and `On`; tables of others have these words. */
const TRUE = "'true', 't', 'on', 'yes', 'y', '1'";
const FALSE = "'false', 'f', 'off', 'no', 'n', '0'";

/** Whether it can be told if a row is of a current object: what says so is absent, or a word that is known. */
function isTold(source: Source): string {
  const conditions = (["is_delete_marker", "is_latest"] as const).flatMap((field) => {
    const column = source.columns.get(field);
    return column ? [`(${isEmpty(column)} OR ${truth(source, column)} IS NOT NULL)`] : [];
  });
  return conditions.length === 0 ? "true" : conditions.join(" AND ");
}

function isEmpty({ sql, type }: SourceColumn): string {
  return type === "VARCHAR" ? `coalesce(${sql}, '') = ''` : `${sql} IS NULL`;
}

/** Absent, or the word wanted; the one that nearly every row has comes first, and is compared as it stands. */
function isOrAbsent(source: Source, column: SourceColumn, wanted: boolean): string {
  const usual = column.type === "VARCHAR" ? `${column.sql} = '${wanted}' OR ` : "";
  return `(${usual}${isEmpty(column)} OR (${truth(source, column)}) IS ${wanted})`;
}

/** NULL for a current object of the bucket. */
function kindCase(source: Source): string {
  const { columns, bucket } = source;
  const bucketColumn = columns.get("bucket");
  const marker = columns.get("is_delete_marker");
  const latest = columns.get("is_latest");
  const kinds = [
    bucketColumn && `WHEN ${text(source, bucketColumn)} IS DISTINCT FROM ${sqlText(bucket)} THEN 'other'`,
    marker && `WHEN ${truth(source, marker)} THEN 'marker'`,
    latest && `WHEN NOT ${truth(source, latest)} THEN 'version'`,
  ].filter((kind) => kind !== undefined);
  return kinds.length === 0 ? "NULL::VARCHAR" : `CASE ${kinds.join(" ")} END`;
}

function isCurrent(source: Source): string {
  const { columns, bucket } = source;
  const bucketColumn = columns.get("bucket");
  const marker = columns.get("is_delete_marker");
  const latest = columns.get("is_latest");
  const conditions = [
    bucketColumn && `${text(source, bucketColumn)} IS NOT DISTINCT FROM ${sqlText(bucket)}`,
    marker && isOrAbsent(source, marker, false),
    latest && isOrAbsent(source, latest, true),
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? "true" : conditions.join(" AND ");
}

/** What is wrong with a row; NULL where nothing is. */
function faultCase(prefix: string): string {
  const isOutside =
    prefix === "" ? "" : `WHEN NOT starts_with(key, ${sqlText(prefix)}) THEN 'the key is outside of the prefix'`;
  return `CASE
    WHEN key IS NULL THEN 'the key is missing, or can''t be decoded'
    WHEN strlen(key) > ${MAX_KEY_BYTES} THEN 'the key is longer than ${MAX_KEY_BYTES} bytes'
    WHEN size_bytes IS NULL OR size_bytes < 0 OR size_bytes > ${MAX_SIZE} THEN 'the size is no whole number of bytes'
    WHEN last_modified_ms IS NULL OR last_modified_ms < 0 OR last_modified_ms > ${MAX_MS} THEN 'the last modified date is no date'
    ${isOutside} END`;
}

function wrongType({ where }: Source, { name, type }: SourceColumn): AstraError {
  return new AstraError("ASTRA_INVENTORY_INVALID", `the column ${JSON.stringify(name)} can't be of the type ${type}`, {
    where,
    fix: "Dates are timestamps or text, or milliseconds in a column named LastModifiedMs; sizes whole numbers; keys text.",
  });
}
