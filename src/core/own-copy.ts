/**
 * Our own copies come back as the store's events. They are no overwrite: the content, its age and its readers stay. They are
 * recognised by the journal, whose intent is written before the copy: also when the event is here before the answer.
 */
import { type DataEvent, eventTimeMs } from "./event.ts";
import type { MoveProgress } from "./move-progress.ts";
import { OPEN_STATES, type TransitionState } from "./transition.ts";

/** What the journal knows of one move of the object. */
export interface JournalledMove {
  readonly state: TransitionState;
  readonly move: { readonly etag: string; readonly sizeBytes: number; readonly to: string };
  readonly etagAfter: string | null;
  readonly versionAfter: string | null;
  readonly updatedMs: number;
  readonly progress: MoveProgress | null;
}

/** How far the store's clock may be from ours: S3 refuses requests that are off by more. */
export const STORE_SKEW_MS = 15 * 60_000;

/**
 * What the event of a write tells of the object's moves: the copy that one of them made, or, late, the write that one took
 * as its source; the copy then stands in its place under another ETag. `null`: it is somebody's write like any other.
 */
export function toldOfMove(event: DataEvent, moves: readonly JournalledMove[]): "copy" | "source" | null {
  if (event.type !== "astra.object.created" && event.type !== "astra.object.overwritten") return null;
  if (event.data.body !== undefined) return null;
  if (moves.some((move) => (move.etagAfter === null ? mayBe(event, move) : is(event, move)))) return "copy";
  return moves.some((move) => isSource(event, move)) ? "source" : null;
}

function isSource(event: DataEvent, { move, etagAfter, updatedMs }: JournalledMove): boolean {
  const isReplaced = etagAfter !== null && etagAfter !== move.etag;
  return isReplaced && event.data.etag === move.etag && eventTimeMs(event) <= updatedMs;
}

/** The copy was made and looked at. A later write of the same content is its writer's, not ours. */
function is({ data, ...event }: DataEvent, { etagAfter, versionAfter, updatedMs }: JournalledMove): boolean {
  if (data.versionId !== undefined && versionAfter !== null) return data.versionId === versionAfter;
  return data.etag === etagAfter && eventTimeMs({ ...event, data }) <= updatedMs + STORE_SKEW_MS;
}

/**
 * The copy may be under way. Where it changes the ETag, it is known by size and class: who overwrites with both alike in
 * these moments is found out by the next listing, whose ETag is another than the state's.
 */
function mayBe({ data, ...event }: DataEvent, { state, move, updatedMs, progress }: JournalledMove): boolean {
  if (!OPEN_STATES.some((open) => open === state) || state === "tagged") return false;
  // A line that waited writes down that it copies before it does.
  if (state === "restoring" && progress?.before === undefined) return false;
  // Told late, of the write that the plan has seen.
  if (eventTimeMs({ ...event, data }) < updatedMs - STORE_SKEW_MS) return false;
  if (data.etag === move.etag) return true;
  const isEtagChanged = progress?.before !== undefined;
  return isEtagChanged && data.sizeBytes === move.sizeBytes && (data.storageClass ?? move.to) === move.to;
}
