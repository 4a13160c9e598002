/**
 * What is known of objects' reads, as a table beside an inventory: what the decision as SQL is joined with. Instants are ms
 * since 1970-01-01 UTC; what is not known is -1, or an empty text.
 */
import { readsInWindow } from "../access-stats.ts";
import type { ObjectState } from "../object-state.ts";

/** Columns in their order. `window_reads` are those within the strategy's window as of the instant of the export. */
export const ACCESS_COLUMNS = [
  { name: "object_key", kind: "text" },
  { name: "etag", kind: "text" },
  { name: "storage_class", kind: "text" },
  { name: "created_ms", kind: "integer" },
  { name: "class_since_ms", kind: "integer" },
  { name: "promoted_ms", kind: "integer" },
  { name: "last_access_ms", kind: "integer" },
  { name: "lifetime_reads", kind: "integer" },
  { name: "window_reads", kind: "integer" },
  { name: "decayed_reads", kind: "number" },
  { name: "decayed_read_days", kind: "number" },
  { name: "decayed_at_ms", kind: "integer" },
  /** 1 where it was seen. */
  { name: "legal_hold", kind: "integer" },
  { name: "retain_until_ms", kind: "integer" },
  { name: "hold_seen_ms", kind: "integer" },
] as const;

/** Columns of some objects, by name. */
export type AccessBatch = Readonly<Record<(typeof ACCESS_COLUMNS)[number]["name"], string[] | number[]>>;

const UNKNOWN = -1;

/** @param nowMs the instant that the SQL decides at */
export function accessBatch(states: readonly ObjectState[], nowMs: number, windowDays: number): AccessBatch {
  const instants = (of: (state: ObjectState) => number | null | undefined): number[] =>
    states.map((state) => of(state) ?? UNKNOWN);
  return {
    object_key: states.map(({ key }) => key),
    etag: states.map(({ etag }) => etag ?? ""),
    storage_class: states.map(({ storageClass }) => storageClass ?? ""),
    created_ms: instants(({ createdMs }) => createdMs),
    class_since_ms: instants(({ classSinceMs }) => classSinceMs),
    promoted_ms: instants(({ promotedMs }) => promotedMs),
    last_access_ms: instants(({ access }) => access.lastAccessMs),
    lifetime_reads: states.map(({ access }) => access.lifetimeReads),
    window_reads: states.map(({ access }) => readsInWindow(access, nowMs, windowDays)),
    decayed_reads: states.map(({ access }) => access.decayedReads),
    decayed_read_days: states.map(({ access }) => access.decayedReadDays),
    decayed_at_ms: states.map(({ access }) => access.decayedAtMs),
    legal_hold: states.map(({ hold }) => (hold?.legalHold === true ? 1 : 0)),
    retain_until_ms: instants(({ hold }) => hold?.retainUntilMs),
    hold_seen_ms: instants(({ hold }) => hold?.seenAtMs),
  };
}
