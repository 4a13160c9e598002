/** What any form of notification says of one object, and the event that it becomes. */
import type { z } from "zod";
import { isAstraError } from "../errors.ts";
import { type DataEvent, parseEvent } from "../event.ts";

/** Types of event that notifications become. S3 does not tell a new object from an overwritten one. */
export type ChangeType = "astra.object.created" | "astra.object.deleted" | "astra.object.restored";

/** A change of an object, in whichever form it was told. */
export interface ObjectChange {
  readonly type: ChangeType;
  readonly bucket: string;
  /** As the object is named: decoded. */
  readonly key: string;
  readonly sizeBytes: number | null;
  readonly etag: string | null;
  readonly versionId: string | null;
  readonly sequencer: string | null;
  /** When it was, ISO 8601. */
  readonly time: string;
  /** The store's own id of the request, where one caused it. */
  readonly requestId: string | null;
}

/**
 * What one record of a notification comes to.
 * `class-change`: the store changed the class by itself, which no event tells; the next scan sees it. `version-removed`: one
 * version of an object was removed for good, mostly an old one, which says nothing of the object.
 */
export type NotifiedRecord =
  | { readonly kind: "event"; readonly event: DataEvent }
  | { readonly kind: "class-change" | "version-removed" | "other" }
  | { readonly kind: "bad"; readonly reason: string };

/** Makes a text short and as good as unique: event ids are made with it. */
export type Digest = (text: string) => string;

/**
 * The event's id depends on the change alone, so what is delivered twice, also by another way (a queue and EventBridge),
 * counts once. A sequencer is of one change of one key; without it, the time, the request and the content stand for it.
 */
export function eventOfChange(change: ObjectChange, digest: Digest): NotifiedRecord {
  const { type, bucket, key, versionId, sequencer, requestId } = change;
  const time = instantOf(change.time);
  if (time === null) return { kind: "bad", reason: "its time is no time of the calendar" };
  const etag = type === "astra.object.created" ? unquoted(change.etag ?? "") : null;
  if (etag === "") return { kind: "bad", reason: "it tells of a new object without its ETag" };
  const moment = sequencer === null ? [time, requestId, etag] : [sequencer.toLowerCase()];
  try {
    const event = parseEvent({
      specversion: "1.0",
      id: digest(JSON.stringify([type, bucket, key, versionId, ...moment])),
      source: `s3://${bucket}`,
      type,
      subject: key,
      time,
      data: {
        ...(etag !== null && { etag }),
        ...(etag !== null && change.sizeBytes !== null && { sizeBytes: change.sizeBytes }),
        // A delete marker's version is none of the object's.
        ...(type !== "astra.object.deleted" && versionId !== null && { versionId }),
        ...(sequencer !== null && { sequencer }),
      },
    });
    return { kind: "event", event };
  } catch (error) {
    if (!isAstraError(error)) throw error;
    return { kind: "bad", reason: error.message };
  }
}

/** A removal for good that names a version is of that version. */
export function changeUnlessVersion(versionId: string | null): ChangeType | NotifiedRecord {
  return versionId === null ? "astra.object.deleted" : { kind: "version-removed" };
}

/** Buckets without versions say so in several ways. */
export function versionOf(versionId: string | null | undefined): string | null {
  return versionId === undefined || versionId === "" || versionId === "null" ? null : versionId;
}

/** What is wrong with a record's form, in a few words. */
export function schemaFault(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join(".") || "the record"}: ${issue?.message ?? "not valid"}`;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function instantOf(text: string): string | null {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** S3 tells ETags without their quotes here, others with them. */
function unquoted(etag: string): string {
  return /^".*"$/s.test(etag) ? etag.slice(1, -1) : etag;
}
