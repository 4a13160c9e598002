/**
 * An event of S3 by way of EventBridge ("EventBridge event message structure", Amazon S3 User Guide): one object an event,
 * fields in lower case with hyphens, and the key as it is, not encoded.
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

const bridged = z.object({
  "detail-type": z.string().max(256),
  time: z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      size: z.number().nullish(),
      etag: z.string().nullish(),
      "version-id": z.string().nullish(),
      sequencer: z.string().nullish(),
    }),
    "request-id": z.string().nullish(),
    "deletion-type": z.string().nullish(),
  }),
});

/** Whether it is in the form of an event of S3 on EventBridge. */
export function isEventBridgeEvent(json: Readonly<Record<string, unknown>>): boolean {
  return json["source"] === "aws.s3" && typeof json["detail-type"] === "string";
}

/** One whole message. */
export function readEventBridgeEvent(json: unknown, digest: Digest): NotifiedRecord {
  const parsed = bridged.safeParse(json);
  if (!parsed.success) return { kind: "bad", reason: schemaFault(parsed.error) };
  const { time, detail } = parsed.data;
  const { key, size, etag, sequencer } = detail.object;
  const versionId = versionOf(detail.object["version-id"]);
  const type = meaningOf(parsed.data["detail-type"], detail["deletion-type"] ?? null, versionId);
  if (typeof type !== "string") return type;
  const requestId = detail["request-id"] ?? null;
  const told = { sizeBytes: size ?? null, etag: etag ?? null, versionId, sequencer: sequencer ?? null };
  return eventOfChange({ type, bucket: detail.bucket.name, key, time, requestId, ...told }, digest);
}

/** Detail types by "Using EventBridge", Amazon S3 User Guide. */
function meaningOf(
  detailType: string,
  deletionType: string | null,
  versionId: string | null,
): ChangeType | NotifiedRecord {
  switch (detailType) {
    case "Object Created":
      return "astra.object.created";
    case "Object Deleted":
      return deletionType === "Delete Marker Created" ? "astra.object.deleted" : changeUnlessVersion(versionId);
    case "Object Restore Completed":
      return "astra.object.restored";
    case "Object Storage Class Changed":
      return { kind: "class-change" };
  }
  return { kind: "other" };
}
