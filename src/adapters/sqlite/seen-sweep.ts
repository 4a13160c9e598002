/**
 * Forgets events that are older than the window, little by little: each batch looks through a stretch of the rows by their
 * numbers, so no index by age has to be kept for every event. After a round it rests until something can have grown old.
 */
import { MS_PER_DAY } from "../../core/units.ts";
import { bigintCell, cellsOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { SEEN_WINDOW_MS } from "./seen-events.ts";

/** Rows looked through for each event of a batch: a round is done in the time in which an eighth of the rows came in. */
const ROWS_PER_EVENT = 8;
const FEWEST_ROWS = 1024;
/** Between the ends of rounds at the least: rows stay so much longer. */
const REST_MS = MS_PER_DAY;
const LOWEST_ID = -(2n ** 63n);

/** No instant yet. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

const STAND = "SELECT after_id, oldest_ms, rest_until_ms FROM seen_sweep";
const SET_STAND = "UPDATE seen_sweep SET after_id = ?, oldest_ms = ?, rest_until_ms = ?";
const STRETCH = `SELECT count(*), max(id), min(at_ms) FILTER (WHERE at_ms > ?)
  FROM (SELECT id, at_ms FROM seen WHERE id > ? ORDER BY id LIMIT ?)`;
const FORGET = "DELETE FROM seen WHERE id > ? AND id <= ? AND at_ms <= ?";

/** @param events how many the batch brought. To be called within a write transaction. */
export function sweepSeen(db: Database, events: number, nowMs: number): void {
  const [after = LOWEST_ID, oldest = 0n, restUntil = 0n] = integersOf(db.statement(STAND, "bigint arrays").get());
  if (nowMs < restUntil) return;
  const limit = Math.max(FEWEST_ROWS, ROWS_PER_EVENT * events);
  const expiredMs = nowMs - SEEN_WINDOW_MS;
  const stretch = db.statement(STRETCH, "bigint arrays").get(expiredMs, after, limit);
  const [rows = 0n, last = after, left = oldest] = integersOf(stretch);
  db.statement(FORGET).run(after, last, expiredMs);
  const oldestMs = Number(left < oldest ? left : oldest);
  const setStand = db.statement(SET_STAND);
  if (rows === BigInt(limit)) setStand.run(last, oldestMs, 0);
  else setStand.run(LOWEST_ID, NEVER_MS, Math.max(Math.min(oldestMs, nowMs) + SEEN_WINDOW_MS, nowMs + REST_MS));
}

function integersOf(row: object | undefined): (bigint | undefined)[] {
  const cells = row ? cellsOf(row) : [];
  return cells.map((cell, at) => (cell === null ? undefined : bigintCell(cells, at, "seen")));
}
