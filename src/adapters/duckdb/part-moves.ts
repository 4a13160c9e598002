/** Moves of a part, read back as they were planned. */
import { z } from "zod";
import type { PlannedMove } from "../../core/plan.ts";
import { MOVE_MECHANISMS, RESTORE_SPEEDS } from "../../core/plan-terms.ts";
import { TIERS } from "../../core/tier.ts";
import { type Duckdb, sqlText } from "./connection.ts";

/** Before a key, so that a byte order mark at its front is not taken for one of the text. */
const FRONT = "k";

const COLUMNS = `bucket, '${FRONT}' || key, size_bytes::DOUBLE, etag, from_class, to_class, to_tier, mechanism, rule, why,
  created_ms, fee_micros, saving_micros_per_month, break_even_ms, worst_case_micros, policy, ordered_by_policy,
  restore_speed, restore_days`;

const row = z.tuple([
  z.string(),
  z.string(),
  z.number(),
  z.string(),
  z.string(),
  z.string(),
  z.enum(TIERS),
  z.enum(MOVE_MECHANISMS),
  z.string(),
  z.string(),
  z.number().nullable(),
  z.number(),
  z.number(),
  z.number(),
  z.number().nullable(),
  z.string().nullable(),
  z.boolean(),
  z.enum(RESTORE_SPEEDS).nullable(),
  z.number().nullable(),
]);

/** @param after place in the file of the last one that is not wanted */
export async function* readMoves(
  { connection }: Duckdb,
  path: string,
  after: number,
): AsyncGenerator<readonly PlannedMove[]> {
  const rows = await connection.stream(
    `SELECT ${COLUMNS} FROM read_parquet(${sqlText(path)}, file_row_number = true)
     WHERE file_row_number > ${Math.floor(after)}`,
  );
  for (let chunk = await rows.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await rows.fetchChunk()) {
    yield chunk.getRows().map((values) => moveOf(row.parse(values)));
  }
}

function moveOf(values: z.infer<typeof row>): PlannedMove {
  const [bucket, key, sizeBytes, etag, from, to, toTier, mechanism, rule, why, createdMs, ...rest] = values;
  const [feeMicros, savingMicrosPerMonth, breakEvenMs, worstCaseMicros, policy, orderedByPolicy, speed, days] = rest;
  return {
    bucket,
    key: key.slice(FRONT.length),
    sizeBytes,
    etag,
    from,
    to,
    toTier,
    mechanism,
    rule,
    why,
    createdMs,
    feeMicros,
    savingMicrosPerMonth,
    breakEvenMs,
    worstCaseMicros,
    policy,
    orderedByPolicy,
    ...(speed !== null && days !== null && { restore: { speed, days } }),
  };
}
