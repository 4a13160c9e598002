/** The rows of one vector, one after another, decoded only as far as they are looked at. */
import type { DuckDBBlobVector, DuckDBDataChunk, DuckDBVarCharVector, DuckDBVector } from "@duckdb/node-api";
import type { ObjectState } from "../../core/object-state.ts";
import type { StoredObject } from "../../core/object-view.ts";
import type { BatchRow } from "../../ports/batch-engine.ts";
import type { DuckdbModule } from "./connection.ts";
import { sqlText } from "./connection.ts";
import type { KnownTable } from "./known-table.ts";
import { doublesOf, hashWordsOf, integersOf } from "./vector-items.ts";

/** Of a class that the inventory does not tell: no price book knows it. */
const UNKNOWN_CLASS = "UNKNOWN";
const HELD = 1;
const NOT_HELD = 2;
const REPLICATING = 4;
const NO_ETAG = 8;
const NO_BYTES = new Uint8Array(0);
/** A key may begin with a byte order mark. */
const KEYS = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * What the rows are made of: SQL over the inventory's columns, in the order of the function's parameters. Numbers come as
 * doubles, which have no boxes; the key as bytes, which are compared without being decoded.
 */
export function rowColumnsSql(classes: readonly string[], ruleBits: string): string {
  const codes = classes.map((name, code) => `WHEN ${sqlText(name)} THEN ${code}`).join(" ");
  return [
    "size_bytes::DOUBLE",
    "last_modified_ms::DOUBLE",
    classes.length === 0 ? "(-1)::INTEGER" : `(CASE storage_class ${codes} ELSE -1 END)::INTEGER`,
    "key_hash",
    "encode(key)",
    "etag",
    `(${ruleBits})::INTEGER`,
    `((CASE WHEN legal_hold THEN ${HELD} WHEN NOT legal_hold THEN ${NOT_HELD} ELSE 0 END) +
      (CASE WHEN replication_status = 'PENDING' THEN ${REPLICATING} ELSE 0 END) +
      (CASE WHEN etag IS NULL OR etag = '' THEN ${NO_ETAG} ELSE 0 END))::INTEGER`,
    "coalesce(retain_until_ms::DOUBLE, 'nan'::DOUBLE)",
  ].join(", ");
}

/** Types of the columns above. */
export function rowTypes({ DOUBLE, INTEGER, UBIGINT, BLOB, VARCHAR }: DuckdbModule) {
  return [DOUBLE, DOUBLE, INTEGER, UBIGINT, BLOB, VARCHAR, INTEGER, INTEGER, DOUBLE];
}

export class BatchRows implements BatchRow {
  readonly stored: StoredObject;
  readonly #cursor: RowCursor;
  readonly #known: KnownTable;
  readonly #bucket: string;
  #state: ObjectState | undefined;

  constructor(module: DuckdbModule, classes: readonly string[], known: KnownTable, bucket: string) {
    this.#cursor = new RowCursor(module, classes);
    this.stored = this.#cursor;
    this.#known = known;
    this.#bucket = bucket;
  }

  /** Goes to another vector. @returns its rows */
  open(chunk: DuckDBDataChunk): number {
    return this.#cursor.open(chunk);
  }

  goTo(row: number): void {
    const cursor = this.#cursor;
    cursor.goTo(row);
    this.#state = this.#known.find(cursor.hashLow, cursor.hashHigh, cursor.keyBytes, cursor.keyText, this.#bucket);
  }

  get state(): ObjectState | undefined {
    return this.#state;
  }

  get ruleBits(): number {
    return this.#cursor.ruleBits;
  }

  get legalHold(): boolean | null {
    const flags = this.#cursor.flags;
    return flags & HELD ? true : flags & NOT_HELD ? false : null;
  }

  get retainUntilMs(): number | null {
    const until = this.#cursor.retainUntilMs;
    return Number.isNaN(until) ? null : until;
  }

  get hasEtag(): boolean {
    return (this.#cursor.flags & NO_ETAG) === 0;
  }

  get isReplicating(): boolean {
    return (this.#cursor.flags & REPLICATING) !== 0;
  }
}

class RowCursor implements StoredObject {
  readonly #module: DuckdbModule;
  readonly #classes: readonly string[];
  readonly keyBytes = (): Uint8Array => this.#keyBytes();
  readonly keyText = (): string => this.key;
  #row = 0;
  #sizes: Float64Array = new Float64Array(0);
  #dates: Float64Array = new Float64Array(0);
  #codes: Int32Array = new Int32Array(0);
  #hashes: Uint32Array = new Uint32Array(0);
  #bits: Int32Array = new Int32Array(0);
  #flags: Int32Array = new Int32Array(0);
  #untils: Float64Array = new Float64Array(0);
  #keys: DuckDBBlobVector | null = null;
  #etags: DuckDBVarCharVector | null = null;
  #bytes: Uint8Array | null = null;
  #key: string | null = null;
  #etag: string | null = null;

  constructor(module: DuckdbModule, classes: readonly string[]) {
    this.#module = module;
    this.#classes = classes;
  }

  open(chunk: DuckDBDataChunk): number {
    const of = (column: number): DuckDBVector => chunk.getColumnVector(column);
    this.#sizes = doublesOf(of(0));
    this.#dates = doublesOf(of(1));
    this.#codes = integersOf(of(2));
    this.#hashes = hashWordsOf(of(3));
    this.#bits = integersOf(of(6));
    this.#flags = integersOf(of(7));
    this.#untils = doublesOf(of(8));
    const [keys, etags] = [of(4), of(5)];
    this.#keys = keys instanceof this.#module.DuckDBBlobVector ? keys : null;
    this.#etags = etags instanceof this.#module.DuckDBVarCharVector ? etags : null;
    return chunk.rowCount;
  }

  goTo(row: number): void {
    this.#row = row;
    this.#bytes = null;
    this.#key = null;
    this.#etag = null;
  }

  #keyBytes(): Uint8Array {
    return (this.#bytes ??= this.#keys?.getItemBytes(this.#row) ?? NO_BYTES);
  }

  get key(): string {
    if (this.#key !== null) return this.#key;
    return (this.#key = KEYS.decode(this.#keyBytes()));
  }

  get etag(): string {
    return (this.#etag ??= this.#etags?.getItem(this.#row) ?? "");
  }

  get sizeBytes(): number {
    return this.#sizes[this.#row] ?? 0;
  }

  get lastModifiedMs(): number {
    return this.#dates[this.#row] ?? 0;
  }

  get storageClass(): string {
    return this.#classes[this.#codes[this.#row] ?? -1] ?? UNKNOWN_CLASS;
  }

  get ruleBits(): number {
    return this.#bits[this.#row] ?? 0;
  }

  get flags(): number {
    return this.#flags[this.#row] ?? 0;
  }

  get retainUntilMs(): number {
    return this.#untils[this.#row] ?? NaN;
  }

  get hashLow(): number {
    return this.#hashes[this.#row * 2] ?? 0;
  }

  get hashHigh(): number {
    return this.#hashes[this.#row * 2 + 1] ?? 0;
  }
}
