/** Where a group stands on each partition. */
import { AstraError } from "../../core/errors.ts";
import type { PartitionLag, SeekTarget } from "../../ports/event-log.ts";
import { numberOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { groupId, liveMembers } from "./membership.ts";
import { type Bounds, boundsOf, offsetAt, topicId } from "./topics.ts";

const SET = `INSERT INTO committed (consumer_group, partition, next_offset) VALUES (?, ?, ?)
  ON CONFLICT (consumer_group, partition) DO UPDATE SET next_offset = excluded.next_offset`;

export function setCommitted(db: Database, group: number, partition: number, nextOffset: bigint): void {
  db.statement(SET).run(group, partition, nextOffset);
}

/** `null` where the group never committed. */
export function committedOffset(db: Database, group: number, partition: number): number | null {
  const row = db
    .statement("SELECT next_offset FROM committed WHERE consumer_group = ? AND partition = ?")
    .get(group, partition);
  return row ? numberOf(row, "next_offset") : null;
}

export function lagOf(db: Database, topic: string, group: string): PartitionLag[] {
  const found = db
    .statement("SELECT id FROM consumer_groups WHERE topic = ? AND name = ?")
    .get(topicId(db, topic), group);
  return boundsOf(db, topic).map(({ id, number, first, end }) => {
    const committed = found ? committedOffset(db, numberOf(found, "id"), id) : null;
    return {
      partition: number,
      first: BigInt(first),
      end: BigInt(end),
      committed: committed === null ? null : BigInt(committed),
      lag: BigInt(end - (committed ?? first)),
    };
  });
}

/**
 * Moves the group on every partition, within a write transaction.
 * @throws AstraError ASTRA_LOG_REFUSED while the group has a live member
 */
export function seekGroup(db: Database, topic: string, group: string, target: SeekTarget): void {
  const id = groupId(db, topicId(db, topic), group);
  const live = liveMembers(db, id, Date.now());
  if (live > 0) {
    throw new AstraError("ASTRA_LOG_REFUSED", `group ${group} cannot be moved while it has ${live} live consumer(s)`, {
      where: group,
      fix: "Stop its consumers first; one that died counts until its lease runs out.",
    });
  }
  for (const bounds of boundsOf(db, topic)) setCommitted(db, id, bounds.id, BigInt(placeOf(db, bounds, target)));
}

function placeOf(db: Database, bounds: Bounds, target: SeekTarget): number {
  switch (target.kind) {
    case "beginning":
      return bounds.first;
    case "end":
      return bounds.end;
    case "offset":
      return Math.min(bounds.end, Math.max(bounds.first, Number(target.offset)));
    case "time":
      return offsetAt(db, bounds, target.timeMs);
  }
}
