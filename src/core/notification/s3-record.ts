/**
 * A record of an S3 event notification, versions 2.1 to 2.3 of its structure ("Event message structure", Amazon S3 User
 * Guide): keys are form-encoded, a space as `+`; a sequencer comes with what puts or deletes; versions of one major number
 * are compatible.
 */
import { z } from "zod";
import {
  type ChangeType,
  type Digest,
  type NotifiedRecord,
  changeUnlessVersion,
  eventOfChange,
  schemaFault,
  versionOf,
} from "./object-change.ts";

const record = z.object({
  eventVersion: z.string(),
  eventName: z.string().min(1).max(256),
  eventTime: z.string(),
  responseElements: z.object({ "x-amz-request-id": z.string().nullish() }).nullish(),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      size: z.number().nullish(),
      eTag: z.string().nullish(),
      versionId: z.string().nullish(),
      sequencer: z.string().nullish(),
    }),
  }),
});

const MAJOR_VERSION = "2.";

/** One entry of `Records`. */
export function readS3Record(json: unknown, digest: Digest): NotifiedRecord {
  const parsed = record.safeParse(json);
  if (!parsed.success) return { kind: "bad", reason: schemaFault(parsed.error) };
  const { eventVersion, eventName, eventTime, responseElements, s3 } = parsed.data;
  if (!eventVersion.startsWith(MAJOR_VERSION)) return { kind: "bad", reason: "its structure is of another version" };
  const versionId = versionOf(s3.object.versionId);
  // MinIO names an event as its configuration does, with the prefix.
  const type = meaningOf(eventName.replace(/^s3:/, ""), versionId);
  if (typeof type !== "string") return type;
  const key = formDecoded(s3.object.key);
  if (key === null) return { kind: "bad", reason: "its key cannot be decoded" };
  const { size, eTag, sequencer } = s3.object;
  const requestId = responseElements?.["x-amz-request-id"] ?? null;
  const told = { sizeBytes: size ?? null, etag: eTag ?? null, versionId, sequencer: sequencer ?? null };
  return eventOfChange({ type, bucket: s3.bucket.name, key, time: eventTime, requestId, ...told }, digest);
}

/** Names by "Supported event types for SQS, SNS, and Lambda", Amazon S3 User Guide. */
function meaningOf(name: string, versionId: string | null): ChangeType | NotifiedRecord {
  if (name.startsWith("ObjectCreated:")) return "astra.object.created";
  switch (name) {
    case "ObjectRemoved:Delete":
    case "LifecycleExpiration:Delete":
      return changeUnlessVersion(versionId);
    case "ObjectRemoved:DeleteMarkerCreated":
    case "LifecycleExpiration:DeleteMarkerCreated":
      return "astra.object.deleted";
    case "ObjectRestore:Completed":
      return "astra.object.restored";
    case "LifecycleTransition":
      return { kind: "class-change" };
  }
  return { kind: "other" };
}

/** `red+flower.jpg` is `red flower.jpg`. */
function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // An escape that is none; the caller names the fault.
    return null;
  }
}
