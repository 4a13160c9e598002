/** What operators order: the kill switch, and runs to pause, stop or go on. */
import { type BrakeState, type Orders, RUN_ORDERS, type RunOrder } from "../../ports/state-store.ts";
import { numberOf, textOf, textOrNull, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";

const SET_BRAKE = `INSERT INTO brake (only, is_on, actor, at_ms, why) VALUES (1, ?, ?, ?, ?)
  ON CONFLICT (only) DO UPDATE SET is_on = excluded.is_on, actor = excluded.actor, at_ms = excluded.at_ms,
    why = excluded.why`;
const BRAKE = "SELECT is_on, actor, at_ms, why FROM brake";
const SET_ORDER = `INSERT INTO run_orders (run_id, ordered) VALUES (?, ?)
  ON CONFLICT (run_id) DO UPDATE SET ordered = excluded.ordered`;
const ORDER = "SELECT ordered FROM run_orders WHERE run_id = ?";

/** To be called within a write transaction. */
export function setBrake(db: Database, { isOn, actor, atMs, why }: BrakeState): void {
  db.statement(SET_BRAKE).run(isOn ? 1 : 0, actor, atMs, why);
}

/** To be called within a write transaction. */
export function setRunOrder(db: Database, runId: string, order: RunOrder): void {
  db.statement(SET_ORDER).run(runId, order);
}

export function ordersOf(db: Database, runId: string): Orders {
  const row = db.statement(ORDER).get(runId);
  return { brake: brakeState(db), run: row ? wordOf(row, "ordered", RUN_ORDERS) : "run" };
}

function brakeState(db: Database): BrakeState | null {
  const row = db.statement(BRAKE).get();
  if (!row) return null;
  return {
    isOn: numberOf(row, "is_on") === 1,
    actor: textOf(row, "actor"),
    atMs: numberOf(row, "at_ms"),
    why: textOrNull(row, "why"),
  };
}
