/** Readers whose reads don't count, where a rule says so of some objects only. */
import { type DataEvent, eventTimeMs } from "../event.ts";
import type { ObjectRef } from "../object-ref.ts";
import { type ObjectState, unknownObject } from "../object-state.ts";
import { viewOf } from "../object-view.ts";
import type { PolicyRule } from "./policy.ts";
import { matchRule } from "./policy-match.ts";

/** The view is only matched, never decided on: no reads are counted in it. */
const NO_WINDOW = 0;

/**
 * Whether an access is by a reader that a rule excludes for this object at that time. What isn't known of the object
 * makes no rule match: then the read counts.
 */
export function isExcludedReader(
  rules: readonly PolicyRule[],
  known: ObjectState | undefined,
  event: DataEvent,
  ref: ObjectRef,
): boolean {
  const { principal } = event.data;
  if (event.type !== "astra.object.accessed" || principal === undefined) return false;
  return isExcludedRead(rules, known, { ref, principal, atMs: eventTimeMs(event) });
}

/** As {@link isExcludedReader}, of a read that no event tells of. */
export function isExcludedRead(
  rules: readonly PolicyRule[],
  known: ObjectState | undefined,
  { ref, principal, atMs }: { readonly ref: ObjectRef; readonly principal: string; readonly atMs: number },
): boolean {
  const naming = rules.filter(({ readsExcludedFrom }) => readsExcludedFrom.includes(principal));
  if (naming.length === 0) return false;
  const state = known ?? unknownObject(ref);
  const stored = {
    key: ref.key,
    sizeBytes: state.sizeBytes ?? 0,
    etag: state.etag ?? "",
    lastModifiedMs: state.createdMs ?? atMs,
    storageClass: state.storageClass ?? "",
  };
  const view = viewOf(stored, state, atMs, NO_WINDOW, ref.bucket);
  return naming.some((rule) => matchRule(rule, view, atMs) === "yes");
}
