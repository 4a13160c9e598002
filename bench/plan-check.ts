/** A plan's files read by SQL, which shares no code with what wrote them. */
import { DuckDBInstance } from "@duckdb/node-api";
import { check } from "./bench-case.ts";

/** Sums of millions of doubles in another order differ in their last digits. */
const SIGNIFICANT = 9;

/**
 * @param totals what the plan says of itself
 * @throws CheckFailed where a move is not of an object of the inventory as it stands there, stands twice, goes nowhere, or
 *   the sums differ
 */
export async function checkPlanFiles(
  plan: string,
  inventory: string,
  totals: Readonly<Record<string, string | number>>,
): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "4GB", temp_directory: `${plan}/check` });
  const connection = await instance.connect();
  const first = async (sql: string): Promise<Record<string, unknown>> => {
    const [row = {}] = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    return row;
  };
  const moves = `read_parquet('${plan}/*.parquet')`;
  const sums =
    await first(`SELECT count(*)::VARCHAR AS moves, count(*) FILTER (from_class = to_class)::VARCHAR AS still,
    sum(fee_micros) AS fee, sum(saving_micros_per_month) AS saving FROM ${moves}`);
  check("moves in the files", sums["moves"], String(totals["moves"]));
  check("moves that go nowhere", sums["still"], "0");
  check("sum of the fees", digits(sums["fee"]), digits(totals["feeMicros"]));
  check("sum of the savings", digits(sums["saving"]), digits(totals["savingMicrosPerMonth"]));
  const joined = await first(`SELECT count(*)::VARCHAR AS found, count(DISTINCT i.key_hash)::VARCHAR AS objects
    FROM ${moves} m JOIN read_parquet('${inventory}/*.parquet') i
    ON m.key = i.key AND m.size_bytes = i.size_bytes AND m.etag = i.etag AND m.from_class = i.storage_class`);
  check("moves of objects as the inventory has them", joined["found"], String(totals["moves"]));
  check("objects moved", joined["objects"], String(totals["moves"]));
  connection.closeSync();
  instance.closeSync();
}

function digits(value: unknown): string {
  return Number(value ?? 0).toPrecision(SIGNIFICANT);
}
