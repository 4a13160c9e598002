/** An inventory's row joined with what is known of the object, as `object-view.ts` and `access-stats.ts` make a view of it. */
import { RATE_HALF_LIFE_DAYS } from "../access-stats.ts";
import { ACCESS_COLUMNS } from "./access-table.ts";
import { HOLD_BELIEVED_MS } from "../object-view.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "../units.ts";
import { type SqlStep, double, whole } from "./sql-text.ts";

/** Names of the two tables in a query. */
export interface SqlTables {
  readonly inventory: string;
  readonly accessState: string;
}

/** Every object of the inventory once, with `s_…` columns of what is known. */
export function joinSql({ inventory, accessState }: SqlTables): string {
  const known = ACCESS_COLUMNS.map(({ name, kind }) => {
    const value =
      kind === "text" ? `nullif(s.${name}, '')` : kind === "integer" ? `nullif(s.${name}, -1)` : `s.${name}`;
    return `  ${value} AS s_${name}`;
  });
  return [
    "SELECT i.key AS object_key, CAST(i.size_bytes AS DOUBLE) AS size, i.size_bytes, i.etag, i.last_modified_ms,",
    "  i.storage_class, i.replication_status, i.legal_hold, i.retain_until_ms,",
    known.join(",\n"),
    `FROM ${inventory} i LEFT JOIN ${accessState} s ON s.object_key = i.key`,
  ].join("\n");
}

/** The view's columns, and `hold`. @param reads which count the strategy looks at */
export function viewSteps(nowMs: number, reads: "window_reads" | "lifetime_reads"): readonly SqlStep[] {
  const now = whole(nowMs);
  const days = (column: string): string =>
    `greatest(${double(0)}, CAST(${now} - ${column} AS DOUBLE) / ${double(MS_PER_DAY)})`;
  const isOther = "s_object_key IS NULL OR s_created_ms IS NULL OR (s_etag IS NOT NULL AND s_etag <> etag)";
  const isSameClass = "s_storage_class = storage_class AND s_class_since_ms IS NOT NULL";
  const decayed = `CAST(greatest(0, ${now} - s_decayed_at_ms) AS DOUBLE) / ${double(RATE_HALF_LIFE_DAYS * MS_PER_DAY)}`;
  const perMonth = `(${double(DAYS_PER_MONTH)} * power(${double(2)}, -(${decayed})) / watched_days)`;
  const rate = (column: string): string =>
    `CASE WHEN s_decayed_at_ms IS NULL OR s_decayed_at_ms = 0 THEN ${double(0)} ELSE ${column} * ${perMonth} END`;
  const memory = double(RATE_HALF_LIFE_DAYS / Math.LN2);
  const lockedNow = `(s_retain_until_ms > ${now} OR retain_until_ms > ${now})`;
  const heldNow = `((s_legal_hold = 1 AND ${now} - s_hold_seen_ms < ${whole(HOLD_BELIEVED_MS)}) OR legal_hold)`;
  return [
    {
      name: "dated",
      columns: {
        written_ms: `CASE WHEN ${isOther} THEN last_modified_ms ELSE s_created_ms END`,
        entered_ms: `CASE WHEN ${isSameClass} THEN greatest(s_class_since_ms, last_modified_ms) ELSE last_modified_ms END`,
      },
    },
    {
      name: "aged",
      columns: {
        age_days: days("written_ms"),
        created_ms: `least(written_ms, ${now})`,
        since_ms: `least(greatest(written_ms, coalesce(s_last_access_ms, written_ms)), ${now})`,
        days_in_class: days("entered_ms"),
        promoted_days: `CASE WHEN s_promoted_ms IS NULL THEN NULL ELSE ${days("s_promoted_ms")} END`,
        reads: `CAST(coalesce(s_${reads}, 0) AS DOUBLE)`,
        hold: `CASE WHEN ${lockedNow} THEN 'retention_lock' WHEN ${heldNow} THEN 'legal_hold' ELSE NULL END`,
      },
    },
    {
      name: "watched",
      columns: {
        idle_days: `least(days_in_class, CAST(${now} - since_ms AS DOUBLE) / ${double(MS_PER_DAY)})`,
        watched_days: `${memory} * (${double(1)} - power(${double(2)}, -(greatest(${double(1)}, age_days)) / ${double(RATE_HALF_LIFE_DAYS)}))`,
      },
    },
    {
      name: "viewed",
      columns: { reads_per_month: rate("s_decayed_reads"), read_days_per_month: rate("s_decayed_read_days") },
    },
  ];
}
