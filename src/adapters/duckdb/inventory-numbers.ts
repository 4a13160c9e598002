/** Small answers of the engine. */
import type { Duckdb } from "./connection.ts";

/** The numbers of the first row; columns must be DOUBLE. */
export async function numbersOf({ connection }: Duckdb, sql: string): Promise<readonly number[]> {
  const found = await connection.runAndReadAll(sql);
  return (found.getRows()[0] ?? []).map(Number);
}
