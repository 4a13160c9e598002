/**
 * Rows of objects and of accesses become a {@link Trace}, checked. A fault of the structure refuses the whole trace with its
 * place; order and repeated rows are put right and counted; a read outside of its object's life is refused, or dropped and
 * counted where the caller asked for that.
 *
 * Memory: 24 bytes an access row while rows come in, and 28 more while rows out of order are put in order; about 100 bytes
 * an object beside its name.
 */
import { AstraError } from "../errors.ts";
import { type ColumnSpec, type TableBatch, labelsOf, numbersOf } from "./table.ts";
import { AccessRows } from "./trace-rows.ts";
import type { Trace, TraceReport } from "./trace.ts";

/** Columns of the table of objects. */
export const OBJECT_COLUMNS: readonly ColumnSpec[] = [
  { name: "object_id", kind: "id" },
  { name: "created_day", kind: "integer" },
  { name: "end_day", kind: "integer" },
  { name: "deleted", kind: "boolean" },
  { name: "size_bytes", kind: "integer" },
  { name: "name", kind: "text" },
];

/** Columns of the table of accesses. */
export const ACCESS_COLUMNS: readonly ColumnSpec[] = [
  { name: "object_id", kind: "id" },
  { name: "day", kind: "integer" },
  { name: "reads", kind: "integer" },
  { name: "bytes_read", kind: "number", isOptional: true },
];

/** Most rows a trace may have: 100 million accesses take about 5 GB while they are put in order. */
export const TRACE_LIMITS = { objects: 20_000_000, accesses: 100_000_000, days: 36_525 } as const;

/** 1900-01-01 to 9999-12-31 as days since 1970-01-01 UTC: anything else is no day, but a second, a month or a typing error. */
const FIRST_DAY = -25_567;
const LAST_DAY = 2_932_896;

export interface TraceBuilderOptions {
  /** Drop and count reads outside of their object's life, instead of refusing them. */
  readonly isLenient?: boolean;
}

/** A trace and what was put right on the way to it. */
export interface BuiltTrace {
  readonly trace: Trace;
  readonly report: TraceReport;
}

interface ObjectRow {
  readonly createdDay: number;
  readonly endDay: number;
}

/** Takes all objects first, then all accesses. */
export class TraceBuilder {
  readonly #isLenient: boolean;
  readonly #indexById = new Map<string | number, number>();
  readonly #id: (string | number)[] = [];
  readonly #name: string[] = [];
  readonly #size: number[] = [];
  readonly #created: number[] = [];
  readonly #end: number[] = [];
  readonly #deleted: number[] = [];
  readonly #rows = new AccessRows();
  readonly #dropped = { readsBeforeCreation: 0, readsAfterEnd: 0, rowsWithoutReads: 0 };
  #lastId: string | number | null = null;
  #lastIndex = -1;

  constructor(options: TraceBuilderOptions = {}) {
    this.#isLenient = options.isLenient ?? false;
  }

  /** @throws AstraError ASTRA_TRACE_INVALID with the row's place */
  addObjects(batch: TableBatch): void {
    const ids = labelsOf(batch, "object_id");
    const names = labelsOf(batch, "name");
    const [created, end] = [numbersOf(batch, "created_day"), numbersOf(batch, "end_day")];
    const [deleted, size] = [numbersOf(batch, "deleted"), numbersOf(batch, "size_bytes")];
    if (this.#id.length + batch.rows > TRACE_LIMITS.objects) throw tooMany("objects", batch);
    for (let row = 0; row < batch.rows; row += 1) {
      const id = ids[row] ?? "";
      const object = { createdDay: created[row] ?? 0, endDay: end[row] ?? 0 };
      checkObject(batch, row, object, size[row] ?? 0);
      const key = idKey(id);
      if (this.#indexById.has(key)) {
        const fix = "Give every object one row; a name that was written anew is a new object with an id of its own.";
        throw invalid(batch.place(row, "object_id"), `the object ${shown(id)} is there twice`, fix);
      }
      this.#indexById.set(key, this.#id.length);
      this.#id.push(id);
      this.#name.push(String(names[row] ?? ""));
      this.#created.push(object.createdDay);
      this.#end.push(object.endDay);
      this.#deleted.push(deleted[row] ?? 0);
      this.#size.push(size[row] ?? 0);
    }
  }

  /** @throws AstraError ASTRA_TRACE_INVALID with the row's place */
  addAccesses(batch: TableBatch): void {
    const ids = labelsOf(batch, "object_id");
    const [days, reads] = [numbersOf(batch, "day"), numbersOf(batch, "reads")];
    const bytes = batch.numbers["bytes_read"];
    if (this.#rows.length + batch.rows > TRACE_LIMITS.accesses) throw tooMany("accesses", batch);
    this.#rows.reserve(batch.rows);
    for (let row = 0; row < batch.rows; row += 1) {
      const object = this.#objectOf(ids[row] ?? "", batch, row);
      const day = days[row] ?? 0;
      const count = reads[row] ?? 0;
      const sent = bytes?.[row] ?? Number.NaN;
      checkAccess(batch, row, { day, reads: count, bytesRead: sent });
      if (count === 0) {
        this.#dropped.rowsWithoutReads += 1;
      } else if (this.#isInLife(object, day, batch, row)) {
        this.#rows.push(object, day, count, Number.isNaN(sent) ? count * (this.#size[object] ?? 0) : sent);
      }
    }
  }

  #objectOf(id: string | number, batch: TableBatch, row: number): number {
    if (id === this.#lastId) return this.#lastIndex;
    const index = this.#indexById.get(idKey(id));
    if (index === undefined) {
      const fix = "Add the object to the table of objects, or leave its accesses out.";
      throw invalid(batch.place(row, "object_id"), `there is no object ${shown(id)}`, fix);
    }
    this.#lastId = id;
    this.#lastIndex = index;
    return index;
  }

  #isInLife(object: number, day: number, batch: TableBatch, row: number): boolean {
    const isEarly = day < (this.#created[object] ?? 0);
    if (!isEarly && day <= (this.#end[object] ?? 0)) return true;
    if (this.#isLenient) {
      this.#dropped[isEarly ? "readsBeforeCreation" : "readsAfterEnd"] += 1;
      return false;
    }
    const limit = isEarly
      ? `before its creation on day ${this.#created[object] ?? 0}`
      : `after its last day ${this.#end[object] ?? 0}`;
    const text = `the object ${shown(this.#id[object] ?? "")} is read on day ${day}, ${limit}`;
    throw invalid(batch.place(row, "day"), text, "Correct the day, or drop such reads with --lenient.");
  }

  /** @throws AstraError ASTRA_TRACE_INVALID where no object came from `where` */
  requireObjects(where: string): void {
    if (this.#id.length === 0) throw nothing("there are no objects", where);
  }

  /** @param where what the accesses came from. @throws AstraError ASTRA_TRACE_INVALID where nothing is left to replay */
  finish(where: string): BuiltTrace {
    const objects = this.#id.length;
    this.requireObjects(where);
    if (this.#rows.length === 0) throw nothing("there are no accesses", where);
    const { firstDay, lastDay } = this.#rows;
    const days = this.#end.reduce((last, day) => Math.max(last, day), lastDay) - firstDay + 1;
    if (days > TRACE_LIMITS.days) {
      const fix = "Days count from 1970-01-01 UTC; correct the one that is far off.";
      throw invalid(where, `the trace spans ${days} days from its first access`, fix);
    }
    const { duplicatesMerged, unsorted, ...columns } = this.#rows.inOrder(objects);
    const trace: Trace = {
      originDay: firstDay,
      days,
      objects,
      id: this.#id,
      name: this.#name,
      sizeBytes: Float64Array.from(this.#size),
      createdDay: Int32Array.from(this.#created, (day) => day - firstDay),
      endDay: Int32Array.from(this.#end, (day) => day - firstDay),
      deleted: Uint8Array.from(this.#deleted),
      ...columns,
    };
    const accesses = trace.readDay.length;
    return { trace, report: { objects, accesses, days, duplicatesMerged, unsorted, ...this.#dropped } };
  }
}

/** `5` and `"5"` are one id, as one table may have numbers and the other text. */
function idKey(id: string | number): string | number {
  if (typeof id === "number") return id;
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : id;
}

function checkObject(batch: TableBatch, row: number, { createdDay, endDay }: ObjectRow, sizeBytes: number): void {
  checkDay(batch, row, "created_day", createdDay);
  checkDay(batch, row, "end_day", endDay);
  if (endDay < createdDay) {
    const text = `the last day ${endDay} is before the day of creation ${createdDay}`;
    throw invalid(batch.place(row, "end_day"), text, "Give the last day on which the object was there.");
  }
  if (sizeBytes < 0) {
    const fix = "Give sizes in bytes, 0 or more; leave out objects whose size is not known.";
    throw invalid(batch.place(row, "size_bytes"), `the size ${sizeBytes} is negative`, fix);
  }
}

function checkAccess(
  batch: TableBatch,
  row: number,
  { day, reads, bytesRead }: { readonly day: number; readonly reads: number; readonly bytesRead: number },
): void {
  checkDay(batch, row, "day", day);
  if (reads < 0) throw invalid(batch.place(row, "reads"), `${reads} reads`, "Give the number of reads, 1 or more.");
  if (bytesRead < 0) {
    throw invalid(batch.place(row, "bytes_read"), `${bytesRead} bytes read`, "Give the bytes sent, 0 or more.");
  }
  if (reads === 0 && bytesRead > 0) {
    throw invalid(batch.place(row, "reads"), `${bytesRead} bytes in 0 reads`, "Give the number of reads, 1 or more.");
  }
}

function checkDay(batch: TableBatch, row: number, column: string, day: number): void {
  if (day >= FIRST_DAY && day <= LAST_DAY) return;
  const fix = "Give days as whole days since 1970-01-01 UTC: 20000 is 2024-10-04.";
  throw invalid(batch.place(row, column), `${day} is no day`, fix);
}

function shown(id: string | number): string {
  return typeof id === "number" ? String(id) : JSON.stringify(id.slice(0, 100));
}

function invalid(where: string, message: string, fix: string): AstraError {
  return new AstraError("ASTRA_TRACE_INVALID", message, { where, fix });
}

function nothing(message: string, where: string): AstraError {
  const fix = "Give objects and the days on which they were read, at least one of each.";
  return invalid(where, `${message}: nothing can be replayed`, fix);
}

function tooMany(what: "objects" | "accesses", batch: TableBatch): AstraError {
  const fix = "Take a sample of the objects with all of their accesses: a backtest of it says the same.";
  return invalid(batch.place(0, "object_id"), `more than ${TRACE_LIMITS[what]} rows of ${what}`, fix);
}
