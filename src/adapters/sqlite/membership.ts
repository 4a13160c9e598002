/**
 * Who of a group owns which partition. Every function is one step within a write transaction.
 *
 * The partitions are dealt out over the members in the order of their ids, so every member comes to the same answer by
 * itself. A partition changes hands in two steps: its owner lets go of it, then the new one takes it. The owner of an
 * expired lease is removed by whoever notices.
 */
import { numberOf, textOf } from "./columns.ts";
import type { Database } from "./database.ts";
import type { Partition } from "./topics.ts";

export interface Member {
  readonly groupId: number;
  readonly id: string;
  readonly partitions: readonly Partition[];
  /** How long others wait for a sign of life, wall ms. */
  readonly leaseMs: number;
}

export interface Standing {
  readonly revision: number;
  /** Partition rows owned now, each with the revision at which it was taken. */
  readonly owned: ReadonlyMap<number, number>;
  /** Owned, but due to another member. */
  readonly due: ReadonlySet<number>;
}

/** The group's row, made where it is missing. */
export function groupId(db: Database, topic: number, name: string): number {
  db.statement("INSERT INTO consumer_groups (topic, name) VALUES (?, ?) ON CONFLICT DO NOTHING").run(topic, name);
  return numberOf(
    db.statement("SELECT id FROM consumer_groups WHERE topic = ? AND name = ?").get(topic, name) ?? {},
    "id",
  );
}

const TAKE = "INSERT INTO owners (consumer_group, partition, member, since) VALUES (?, ?, ?, ?)";

/**
 * Renews the lease, lets go of what is another's by now (unless `isBusy` with it) and takes what has come free.
 * A member that was taken for dead joins again.
 */
export function renew(db: Database, member: Member, nowMs: number, isBusy: (partition: number) => boolean): Standing {
  const isChanged = removeExpired(db, member.groupId, nowMs, member.id);
  const isNew = holdLease(db, member, nowMs);
  const target = share(db, member);
  const owners = ownersOf(db, member.groupId);
  const owned = new Map<number, number>();
  const revision = revisionOf(db, member.groupId);
  const due = new Set<number>();
  let isReleased = false;
  for (const { id } of member.partitions) {
    const owner = owners.get(id);
    if (owner?.member === member.id && !target.has(id) && !isBusy(id)) {
      db.statement("DELETE FROM owners WHERE consumer_group = ? AND partition = ?").run(member.groupId, id);
      isReleased = true;
    } else if (owner?.member === member.id) {
      owned.set(id, owner.since);
      if (!target.has(id)) due.add(id);
    } else if (!owner && target.has(id)) {
      db.statement(TAKE).run(member.groupId, id, member.id, revision);
      owned.set(id, revision);
    }
  }
  if (isChanged || isNew || isReleased) bumpRevision(db, member.groupId);
  return { revision: revisionOf(db, member.groupId), owned, due };
}

/** Gives everything back at once. */
export function leave(db: Database, member: Member): void {
  db.statement("DELETE FROM members WHERE consumer_group = ? AND id = ?").run(member.groupId, member.id);
  bumpRevision(db, member.groupId);
}

/** Whether the member still has the partition that it took at revision `since`. */
export function isOwner(db: Database, member: Member, partition: number, since: number): boolean {
  return (
    db
      .statement("SELECT 1 FROM owners WHERE consumer_group = ? AND partition = ? AND member = ? AND since = ?")
      .get(member.groupId, partition, member.id, since) !== undefined
  );
}

export function revisionOf(db: Database, group: number): number {
  return numberOf(db.statement("SELECT revision FROM consumer_groups WHERE id = ?").get(group) ?? {}, "revision");
}

/** Members whose lease runs. */
export function liveMembers(db: Database, group: number, nowMs: number): number {
  const row = db
    .statement("SELECT count(*) AS n FROM members WHERE consumer_group = ? AND lease_until_ms > ?")
    .get(group, nowMs);
  return numberOf(row ?? {}, "n");
}

function removeExpired(db: Database, group: number, nowMs: number, except: string): boolean {
  const { changes } = db
    .statement("DELETE FROM members WHERE consumer_group = ? AND lease_until_ms <= ? AND id <> ?")
    .run(group, nowMs, except);
  return changes !== 0;
}

/** @returns whether the member was unknown. */
function holdLease(db: Database, member: Member, nowMs: number): boolean {
  const until = nowMs + member.leaseMs;
  const { changes } = db
    .statement("UPDATE members SET lease_until_ms = ? WHERE consumer_group = ? AND id = ?")
    .run(until, member.groupId, member.id);
  if (changes !== 0) return false;
  db.statement("INSERT INTO members (consumer_group, id, lease_until_ms) VALUES (?, ?, ?)").run(
    member.groupId,
    member.id,
    until,
  );
  return true;
}

/** The partitions that are this member's by the deal. */
function share(db: Database, member: Member): ReadonlySet<number> {
  const members = db
    .statement("SELECT id FROM members WHERE consumer_group = ? ORDER BY id")
    .all(member.groupId)
    .map((row) => textOf(row, "id"));
  const mine = member.partitions.filter((_, index) => members[index % members.length] === member.id);
  return new Set(mine.map(({ id }) => id));
}

interface Owner {
  readonly member: string;
  readonly since: number;
}

function ownersOf(db: Database, group: number): ReadonlyMap<number, Owner> {
  const rows = db.statement("SELECT partition, member, since FROM owners WHERE consumer_group = ?").all(group);
  return new Map(
    rows.map((row) => [numberOf(row, "partition"), { member: textOf(row, "member"), since: numberOf(row, "since") }]),
  );
}

function bumpRevision(db: Database, group: number): void {
  db.statement("UPDATE consumer_groups SET revision = revision + 1 WHERE id = ?").run(group);
}
