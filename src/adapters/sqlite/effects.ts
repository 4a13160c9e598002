/** Batches of the log become state, once: positions, repeated events and objects change in one transaction. */
import { AstraError } from "../../core/errors.ts";
import type { AppliedRange, Effect, EffectBatch, EffectResult } from "../../ports/state-store.ts";
import { bigintOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { changeObjects } from "./object-changes.ts";
import { markSeen } from "./seen-events.ts";
import { sweepSeen } from "./seen-sweep.ts";

const HELD = "SELECT first_offset, next_offset FROM positions WHERE log_id = ? AND topic = ? AND partition = ?";
const RANGES = `SELECT partition, first_offset, next_offset FROM positions WHERE log_id = ? AND topic = ?
  ORDER BY partition`;
const MOVE_POSITION = `INSERT INTO positions (log_id, topic, partition, first_offset, next_offset)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (log_id, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`;

/** To be called within a write transaction. Batches of one partition stand in their order. */
export function applyBatches(db: Database, batches: readonly EffectBatch[]): EffectResult[] {
  const shares = batches.map((batch) => ({ batch, fresh: takePosition(db, batch) }));
  const fresh = shares.flatMap((share) => share.fresh.map((effect) => ({ effect, nowMs: share.batch.nowMs })));
  const isNew = markSeen(
    db,
    fresh.map(({ effect, nowMs }) => ({ source: effect.source, id: effect.eventId, nowMs })),
  );
  changeObjects(
    db,
    fresh.flatMap(({ effect }, index) => (isNew[index] ? [effect] : [])),
  );
  let from = 0;
  return shares.map(({ batch, fresh: effects }) => {
    const applied = isNew.slice(from, from + effects.length).filter(Boolean).length;
    from += effects.length;
    sweepSeen(db, effects.length, batch.nowMs);
    return {
      applied,
      alreadyApplied: batch.effects.length - effects.length,
      duplicates: effects.length - applied,
    };
  });
}

/** Moves the position over the batch. @returns what of it is not held yet */
function takePosition(db: Database, batch: EffectBatch): readonly Effect[] {
  const held = heldRange(db, batch);
  const from = firstNewOffset(held, batch);
  if (from >= batch.nextOffset && held) return [];
  db.statement(MOVE_POSITION).run(batch.logId, batch.topic, batch.partition, batch.firstOffset, batch.nextOffset);
  return from <= batch.firstOffset ? batch.effects : batch.effects.filter((effect) => effect.offset >= from);
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
