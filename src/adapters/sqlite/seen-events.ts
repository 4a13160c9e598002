/**
 * Which events were applied within the last days, one row for each, found by its number. Should two events ever agree in
 * all 64 bits of the number, the later one counts, and only a repetition of it is not known for one.
 */
import { MS_PER_DAY } from "../../core/units.ts";
import { bigintCell, cellsOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { MOST_NAMES, SeenNames } from "./seen-names.ts";

/** Within this time the same (source, id) is the same event. */
export const SEEN_WINDOW_MS = 7 * MS_PER_DAY;

/** Rows a statement works on: one statement for each would cost more than the work. */
const CHUNK = 64;
const FIND_ONE = findOf(1);
const FIND_CHUNK = findOf(CHUNK);
const MARK_ONE = markOf(1);
const MARK_CHUNK = markOf(CHUNK);

function findOf(count: number): string {
  const ids = Array.from({ length: count }, () => "?").join(", ");
  return `SELECT id, rest, at_ms FROM seen WHERE id IN (${ids})`;
}

/** What was seen before the window is new again. */
function markOf(count: number): string {
  const rows = Array.from({ length: count }, () => "(?, ?, ?)").join(", ");
  return `INSERT INTO seen (id, rest, at_ms) VALUES ${rows} ON CONFLICT (id)
    DO UPDATE SET rest = excluded.rest, at_ms = excluded.at_ms WHERE seen.at_ms <= excluded.at_ms - ${SEEN_WINDOW_MS}`;
}

/** An event by its name, and when it is applied. */
export interface NamedEvent {
  readonly source: string;
  readonly id: string;
  readonly nowMs: number;
}

/** Marks the events. @returns for each, whether it is new. To be called within a write transaction. */
export function markSeen(db: Database, events: readonly NamedEvent[]): boolean[] {
  const slices: boolean[][] = [];
  for (let from = 0; from < events.length; from += MOST_NAMES)
    slices.push(markSome(db, events.slice(from, from + MOST_NAMES)));
  return slices.flat();
}

/** For each event, whether it was applied within the window. */
export function areSeen(
  db: Database,
  events: readonly { readonly source: string; readonly id: string }[],
  nowMs: number,
): boolean[] {
  const names = new SeenNames(events);
  return events.map((_, at) => knownAmong(db, names, [at], () => nowMs).length > 0);
}

function markSome(db: Database, events: readonly NamedEvent[]): boolean[] {
  const names = new SeenNames(events);
  const order = names.sorted();
  const isNew = events.map(() => true);
  const nowOf = (at: number): number => events[at]?.nowMs ?? 0;
  for (let from = 0; from < order.length; from += CHUNK) {
    const end = Math.min(from + CHUNK, order.length);
    const places: number[] = [];
    for (let rank = from; rank < end; rank += 1) {
      const at = order[rank] ?? 0;
      if (names.isRepeated(order, rank)) isNew[at] = false;
      else places.push(at);
    }
    for (const at of knownAmong(db, names, places, nowOf)) isNew[at] = false;
    mark(
      db,
      names,
      places.filter((at) => isNew[at]),
      nowOf,
    );
  }
  return isNew;
}

/** Places among these whose events were seen within the window. */
function knownAmong(
  db: Database,
  names: SeenNames,
  places: readonly number[],
  nowOf: (at: number) => number,
): number[] {
  const known: number[] = [];
  const look = (sql: string, ids: readonly bigint[]): void => {
    for (const row of db.statement(sql, "bigint arrays").all(...ids)) {
      const cells = cellsOf(row);
      const [id, rest, atMs] = [0, 1, 2].map((index) => bigintCell(cells, index, "seen"));
      for (const at of places) {
        if (names.id(at) !== id || BigInt(names.rest(at)) !== rest) continue;
        if (Number(atMs) > nowOf(at) - SEEN_WINDOW_MS) known.push(at);
      }
    }
  };
  if (places.length === CHUNK)
    look(
      FIND_CHUNK,
      places.map((at) => names.id(at)),
    );
  else for (const at of places) look(FIND_ONE, [names.id(at)]);
  return known;
}

function mark(db: Database, names: SeenNames, places: readonly number[], nowOf: (at: number) => number): void {
  const row = (at: number): [bigint, number, number] => [names.id(at), names.rest(at), nowOf(at)];
  if (places.length === CHUNK) db.statement(MARK_CHUNK).run(...places.flatMap(row));
  else for (const at of places) db.statement(MARK_ONE).run(...row(at));
}
