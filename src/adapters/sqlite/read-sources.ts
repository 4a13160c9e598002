/** Files of telemetry that were read: each counts once, whatever it was called. */
import type { ReadSource, ReadSourceTotals, ReadsBatch } from "../../ports/state-store.ts";
import { type Row, numberOf, numberOrNull, wordOf } from "./columns.ts";
import type { Database } from "./database.ts";
import { changeObjects } from "./object-changes.ts";

const IS_KNOWN = `SELECT 1 FROM read_sources WHERE digest = ?1
  UNION ALL SELECT 1 FROM read_sources WHERE listed_as = ?1 LIMIT 1`;
const INSERT = `INSERT INTO read_sources (digest, name, kind, size_bytes, lines, first_day, last_day, at_ms, listed_as)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const TOTALS = `SELECT kind, count(*) AS sources, total(size_bytes) AS size_bytes, total(lines) AS lines,
  min(first_day) AS first_day, max(last_day) AS last_day FROM read_sources GROUP BY kind ORDER BY kind`;
const KINDS = ["access-log", "cloudtrail"] as const satisfies readonly ReadSource["kind"][];

/** To be called within a write transaction. A source named twice in one batch is known at its second place. */
export function applyReads(db: Database, { sources, effects, nowMs }: ReadsBatch): string[] {
  const met = new Set<string>();
  const known: string[] = [];
  for (const { digest } of sources) {
    if (met.has(digest) || isKnownSource(db, digest)) known.push(digest);
    met.add(digest);
  }
  if (known.length > 0) return known;
  const insert = db.statement(INSERT);
  for (const { digest, name, kind, sizeBytes, lines, days, listedAs = null } of sources)
    insert.run(digest, name, kind, sizeBytes, lines, days?.first ?? null, days?.last ?? null, nowMs, listedAs);
  changeObjects(db, effects);
  return [];
}

export function isKnownSource(db: Database, digest: string): boolean {
  return db.statement(IS_KNOWN).get(digest) !== undefined;
}

export function sourceTotals(db: Database): ReadSourceTotals[] {
  return db.statement(TOTALS).all().map(totalsOf);
}

function totalsOf(row: Row): ReadSourceTotals {
  const first = numberOrNull(row, "first_day");
  const last = numberOrNull(row, "last_day");
  return {
    kind: wordOf(row, "kind", KINDS),
    sources: numberOf(row, "sources"),
    sizeBytes: numberOf(row, "size_bytes"),
    lines: numberOf(row, "lines"),
    days: first === null || last === null ? null : { first, last },
  };
}
