/** A batch of the log becomes state, once: position, repeated events and objects change in one transaction. */
import { hash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import type { ObjectState } from "../../core/object-state.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { AppliedRange, Effect, EffectBatch, EffectResult } from "../../ports/state-store.ts";
import { bigintOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { loadObject, storeObject } from "./object-rows.ts";

/** Within this time the same (source, id) is the same event. */
const WINDOW_MS = 7 * MS_PER_DAY;
/** 128 bits: with 10^10 events in the window two collide with a chance under 10^-18. */
const ID_BYTES = 16;

const HELD = "SELECT first_offset, next_offset FROM positions WHERE log_id = ? AND topic = ? AND partition = ?";
const RANGES = `SELECT partition, first_offset, next_offset FROM positions WHERE log_id = ? AND topic = ?
  ORDER BY partition`;
const MOVE_POSITION = `INSERT INTO positions (log_id, topic, partition, first_offset, next_offset)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (log_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`;
/** Changes a row only where the event is new, or was last seen before the window. */
const MARK_SEEN = `INSERT INTO seen_events (id, at_ms) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms WHERE seen_events.at_ms <= ?`;
const IS_SEEN = "SELECT 1 FROM seen_events WHERE id = ? AND at_ms > ?";
const FORGET = `DELETE FROM seen_events WHERE id IN
  (SELECT id FROM seen_events WHERE at_ms <= ? ORDER BY at_ms LIMIT ?)`;

/** To be called within a write transaction. */
export function applyBatch(db: Database, batch: EffectBatch): EffectResult {
  const held = heldRange(db, batch);
  const from = firstNewOffset(held, batch);
  if (from >= batch.nextOffset && held) {
    return { applied: 0, alreadyApplied: batch.effects.length, duplicates: 0 };
  }
  const fresh = batch.effects.filter((effect) => effect.offset >= from);
  const firstSeen = fresh.filter((effect) => markSeen(db, effect, batch.nowMs));
  changeObjects(db, firstSeen);
  db.statement(MOVE_POSITION).run(batch.logId, batch.topic, batch.partition, batch.firstOffset, batch.nextOffset);
  // Twice what came in: what is too old to matter goes in steps that no batch feels.
  db.statement(FORGET).run(batch.nowMs - WINDOW_MS, 2 * batch.effects.length);
  return {
    applied: firstSeen.length,
    alreadyApplied: batch.effects.length - fresh.length,
    duplicates: fresh.length - firstSeen.length,
  };
}

export function rangesOf(db: Database, logId: string, topic: string): AppliedRange[] {
  return db
    .statement(RANGES, "bigints")
    .all(logId, topic)
    .map((row) => ({
      partition: Number(bigintOf(row, "partition")),
      first: bigintOf(row, "first_offset"),
      next: bigintOf(row, "next_offset"),
    }));
}

interface Range {
  readonly first: bigint;
  readonly next: bigint;
}

function heldRange(db: Database, batch: EffectBatch): Range | undefined {
  const row = db.statement(HELD, "bigints").get(batch.logId, batch.topic, batch.partition);
  return row && { first: bigintOf(row, "first_offset"), next: bigintOf(row, "next_offset") };
}

/** Where the new part of the batch begins. Throws where events in between would be left out. */
function firstNewOffset(held: Range | undefined, batch: EffectBatch): bigint {
  if (!held) return batch.firstOffset;
  const where = `${batch.topic}/${batch.partition}`;
  if (batch.firstOffset < held.first) {
    throw new AstraError(
      "ASTRA_LOG_POSITION_GAP",
      `${where}: the batch begins at offset ${batch.firstOffset}, before offset ${held.first} where this state begins`,
      { where },
    );
  }
  if (batch.firstOffset > held.next) {
    throw new AstraError(
      "ASTRA_LOG_POSITION_GAP",
      `${where}: the batch begins at offset ${batch.firstOffset}; offsets from ${held.next} on were never applied`,
      { where, fix: `Move the group to offset ${held.next}, or replay into a fresh state with \`--state FILE\`.` },
    );
  }
  return held.next;
}

function seenId(source: string, eventId: string): Uint8Array {
  return hash("sha256", `${source.length}:${source}${eventId}`, "buffer").subarray(0, ID_BYTES);
}

function markSeen(db: Database, effect: Effect, nowMs: number): boolean {
  const { changes } = db.statement(MARK_SEEN).run(seenId(effect.source, effect.eventId), nowMs, nowMs - WINDOW_MS);
  return changes === 1;
}

/** Whether the event was applied within the window. */
export function isSeen(db: Database, source: string, eventId: string, nowMs: number): boolean {
  return db.statement(IS_SEEN).get(seenId(source, eventId), nowMs - WINDOW_MS) !== undefined;
}

interface Change {
  readonly before: ObjectState | undefined;
  after: ObjectState | undefined;
}

/** Effects on one object build on each other; each object is read and written at most once. */
function changeObjects(db: Database, effects: readonly Effect[]): void {
  const changes = new Map<string, Change>();
  for (const { ref, apply } of effects) {
    const id = `${ref.bucket}/${ref.key}`;
    let change = changes.get(id);
    if (!change) {
      const before = loadObject(db, ref);
      changes.set(id, (change = { before, after: before }));
    }
    change.after = apply(change.after);
  }
  for (const [, { before, after }] of [...changes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (after && after !== before) storeObject(db, after);
  }
}
