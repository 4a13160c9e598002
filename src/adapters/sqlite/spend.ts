/** What was spent, by name: whole numbers, added where they stand. */
import { NO_SPEND, type Spend } from "../../core/spend.ts";
import type { SpendChange } from "../../ports/state-store.ts";
import { type Row, bigintOf } from "./columns.ts";
import type { Database } from "./database.ts";

const SELECT = "SELECT fee_nanos, objects, bytes FROM spend WHERE scope = ?";
const ADD = `INSERT INTO spend (scope, fee_nanos, objects, bytes) VALUES (?, ?, ?, ?)
  ON CONFLICT (scope) DO UPDATE SET fee_nanos = fee_nanos + excluded.fee_nanos,
    objects = objects + excluded.objects, bytes = bytes + excluded.bytes`;

/** To be called within a write transaction. @throws RangeError where a number is not whole */
export function addSpend(db: Database, { scope, feeNanos, objects, bytes }: SpendChange): void {
  db.statement(ADD).run(scope, BigInt(feeNanos), BigInt(objects), BigInt(bytes));
}

/** In the order of the scopes. */
export function spentUnder(db: Database, scopes: readonly string[]): Spend[] {
  return scopes.map((scope) => {
    const row = db.statement(SELECT, "bigints").get(scope);
    if (!row) return NO_SPEND;
    return { feeNanos: wholeOf(row, "fee_nanos"), objects: wholeOf(row, "objects"), bytes: wholeOf(row, "bytes") };
  });
}

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** Beyond 2^53 a number would lie; the greatest that does not is beyond every cap already. */
function wholeOf(row: Row, column: string): number {
  const value = bigintOf(row, column);
  return Number(value > MOST ? MOST : value);
}
