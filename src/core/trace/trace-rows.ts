/** Access rows in typed columns as they come in, and their way into the order of a trace. */

const FIRST_CAPACITY = 1 << 16;

/** Columns of a trace's accesses, and what it took to make them. */
export interface OrderedRows {
  readonly readStart: Int32Array;
  readonly readDay: Int32Array;
  readonly reads: Float64Array;
  readonly bytesRead: Float64Array;
  /** Rows added to an earlier row of the same object and day. */
  readonly duplicatesMerged: number;
  /** Rows that came after one that belongs behind them. */
  readonly unsorted: number;
}

/** Grows as rows come; 24 bytes a row. */
export class AccessRows {
  length = 0;
  firstDay = Infinity;
  lastDay = -Infinity;
  #object = new Int32Array(FIRST_CAPACITY);
  #day = new Int32Array(FIRST_CAPACITY);
  #reads = new Float64Array(FIRST_CAPACITY);
  #bytes = new Float64Array(FIRST_CAPACITY);
  #unsorted = 0;

  /** Makes room for `rows` more. */
  reserve(rows: number): void {
    const needed = this.length + rows;
    if (needed <= this.#object.length) return;
    const capacity = Math.max(needed, this.#object.length * 2);
    this.#object = grown(this.#object, new Int32Array(capacity));
    this.#day = grown(this.#day, new Int32Array(capacity));
    this.#reads = grown(this.#reads, new Float64Array(capacity));
    this.#bytes = grown(this.#bytes, new Float64Array(capacity));
  }

  /** One row, within what {@link reserve} made room for. */
  push(object: number, day: number, reads: number, bytesRead: number): void {
    const at = this.length;
    if (at > 0) {
      const before = this.#object[at - 1] ?? 0;
      const dayBefore = this.#day[at - 1] ?? 0;
      if (object < before || (object === before && day < dayBefore)) this.#unsorted += 1;
    }
    this.#object[at] = object;
    this.#day[at] = day;
    this.#reads[at] = reads;
    this.#bytes[at] = bytesRead;
    this.length = at + 1;
    if (day < this.firstDay) this.firstDay = day;
    if (day > this.lastDay) this.lastDay = day;
  }

  /** By object, then by day from the first; several rows of an object and day become one. */
  inOrder(objects: number): OrderedRows {
    const order = this.#unsorted > 0 ? this.#order(objects) : null;
    // Rows that are in order already stay in their arrays: each is written at or before the place it is read from.
    const isInPlace = order === null;
    const rows = this.length;
    const readDay = isInPlace ? this.#day : new Int32Array(rows);
    const reads = isInPlace ? this.#reads : new Float64Array(rows);
    const bytesRead = isInPlace ? this.#bytes : new Float64Array(rows);
    const readStart = new Int32Array(objects + 1);
    let written = 0;
    let lastObject = -1;
    for (let at = 0; at < rows; at += 1) {
      const row = order ? (order[at] ?? 0) : at;
      const object = this.#object[row] ?? 0;
      const day = (this.#day[row] ?? 0) - this.firstDay;
      const count = this.#reads[row] ?? 0;
      const sent = this.#bytes[row] ?? 0;
      if (object === lastObject && readDay[written - 1] === day) {
        reads[written - 1] = (reads[written - 1] ?? 0) + count;
        bytesRead[written - 1] = (bytesRead[written - 1] ?? 0) + sent;
        continue;
      }
      readDay[written] = day;
      reads[written] = count;
      bytesRead[written] = sent;
      readStart[object + 1] = (readStart[object + 1] ?? 0) + 1;
      lastObject = object;
      written += 1;
    }
    for (let object = 0; object < objects; object += 1) {
      readStart[object + 1] = (readStart[object + 1] ?? 0) + (readStart[object] ?? 0);
    }
    return {
      readStart,
      readDay: readDay.subarray(0, written),
      reads: reads.subarray(0, written),
      bytesRead: bytesRead.subarray(0, written),
      duplicatesMerged: rows - written,
      unsorted: this.#unsorted,
    };
  }

  /** The rows' order by object and day: two stable counting sorts, the lesser key first. */
  #order(objects: number): Int32Array {
    const span = this.lastDay - this.firstDay + 1;
    const byDay = countingSort(
      this.length,
      span,
      (at) => at,
      (row) => (this.#day[row] ?? 0) - this.firstDay,
    );
    return countingSort(
      this.length,
      objects,
      (at) => byDay[at] ?? 0,
      (row) => this.#object[row] ?? 0,
    );
  }
}

function grown<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

/** Rows `rowAt(0)`, `rowAt(1)`, … ordered by `keyOf(row)` in [0, keys), equal keys as they come. */
function countingSort(
  rows: number,
  keys: number,
  rowAt: (at: number) => number,
  keyOf: (row: number) => number,
): Int32Array {
  const next = new Int32Array(keys + 1);
  for (let row = 0; row < rows; row += 1) {
    const key = keyOf(row);
    next[key + 1] = (next[key + 1] ?? 0) + 1;
  }
  for (let key = 0; key < keys; key += 1) next[key + 1] = (next[key + 1] ?? 0) + (next[key] ?? 0);
  const order = new Int32Array(rows);
  for (let at = 0; at < rows; at += 1) {
    const row = rowAt(at);
    const key = keyOf(row);
    const place = next[key] ?? 0;
    order[place] = row;
    next[key] = place + 1;
  }
  return order;
}
