/**
 * The typed array behind a vector of numbers. The package keeps it to itself and gives one checked item a call, which costs
 * more than the decision; so it is asked for by name, and its type is checked.
 */
import type { DuckDBVector } from "@duckdb/node-api";

/** @throws TypeError where the vector is of other values */
export function doublesOf(vector: DuckDBVector): Float64Array {
  const items = itemsOf(vector);
  if (items instanceof Float64Array) return items;
  throw wrongType(vector);
}

/** @throws TypeError where the vector is of other values */
export function integersOf(vector: DuckDBVector): Int32Array {
  const items = itemsOf(vector);
  if (items instanceof Int32Array) return items;
  throw wrongType(vector);
}

/** Two words for each number of 64 bits, the low one first. @throws TypeError where the vector is of other values */
export function hashWordsOf(vector: DuckDBVector): Uint32Array {
  const items = itemsOf(vector);
  if (items instanceof BigUint64Array) return new Uint32Array(items.buffer, items.byteOffset, items.length * 2);
  throw wrongType(vector);
}

function itemsOf(vector: DuckDBVector): unknown {
  return Reflect.get(vector, "items");
}

function wrongType(vector: DuckDBVector): TypeError {
  return new TypeError(`a vector of ${vector.type.toString()} is not of the type that was asked for`);
}
