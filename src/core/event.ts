/** The events Astra speaks: CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec, v1.0.2), one topic, one form. */
import { z } from "zod";
import { AstraError } from "./errors.ts";
import { type ObjectRef, keyFault } from "./object-ref.ts";

/** What can happen to an object. */
export const EVENT_TYPES = [
  "astra.object.created",
  "astra.object.overwritten",
  "astra.object.accessed",
  "astra.object.deleted",
  "astra.object.restored",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Bodies up to this size may travel inside the event. */
export const MAX_INLINE_BODY_BYTES = 64 * 1024;
/** Base64 of the largest inline body, plus a key at its longest as JSON escapes it, plus the envelope. */
export const MAX_EVENT_BYTES = 128 * 1024;

const BUCKET_SOURCE = /^(?:s3|azure|gs):\/\/([a-z0-9][a-z0-9._-]{1,254})$/i;

/** `https://user:password@host`: a log keeps its events for long, and shows them to many. */
const USER_INFO = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i;

const body = z
  .union([
    z.strictObject({ uri: z.string().min(1).max(4096) }),
    z.strictObject({ base64: z.base64().max((MAX_INLINE_BODY_BYTES / 3) * 4 + 4) }),
  ])
  .refine(
    (source) => !("uri" in source && USER_INFO.test(source.uri)),
    "an address must not carry a user name or password",
  );
export type BodySource = z.infer<typeof body>;

const eventData = z.strictObject({
  sizeBytes: z.number().int().nonnegative().optional(),
  etag: z.string().max(256).optional(),
  versionId: z.string().max(1024).optional(),
  /** Orders the events of one key (S3 event notifications): hexadecimal, compared after left-padding. */
  sequencer: z
    .string()
    .regex(/^[0-9a-f]{1,64}$/i)
    .optional(),
  storageClass: z.string().max(64).optional(),
  principal: z.string().max(2048).optional(),
  /** Reads this event stands for; 1 when absent. */
  reads: z.number().int().positive().max(1_000_000_000).optional(),
  bytesRead: z.number().nonnegative().optional(),
  body: body.optional(),
});

const envelope = z.strictObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1).max(256),
  source: z.string().regex(BUCKET_SOURCE, "must be a bucket URI such as s3://bucket"),
  type: z.enum(EVENT_TYPES),
  subject: z.string().min(1),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal("application/json").optional(),
  data: eventData.default({}),
});

/** A validated event. */
export type DataEvent = z.infer<typeof envelope>;

/** JSON Schema of the envelope, for docs and other producers. */
export function eventJsonSchema(): unknown {
  return z.toJSONSchema(envelope, { io: "input" });
}

/** The object an event is about. */
export function eventObject(event: DataEvent): ObjectRef {
  return { bucket: BUCKET_SOURCE.exec(event.source)?.[1] ?? "", key: event.subject };
}

/** Epoch milliseconds of the event's own time. */
export function eventTimeMs(event: DataEvent): number {
  return Date.parse(event.time);
}

/** The partitioning key: one object's events stay in order on one partition. */
export function eventKey(event: DataEvent): string {
  const { bucket, key } = eventObject(event);
  return `${bucket}/${key}`;
}

/** The bytes that enter the log. */
export function encodeEvent(event: DataEvent): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(event));
}

/**
 * Validates the bytes of a log record.
 * @throws AstraError ASTRA_EVENT_TOO_LARGE, ASTRA_EVENT_UNKNOWN_TYPE or ASTRA_EVENT_INVALID, naming the field.
 */
export function decodeEvent(bytes: Uint8Array): DataEvent {
  if (bytes.byteLength > MAX_EVENT_BYTES) {
    throw new AstraError(
      "ASTRA_EVENT_TOO_LARGE",
      `the event has ${bytes.byteLength} bytes; the limit is ${MAX_EVENT_BYTES}`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AstraError("ASTRA_EVENT_INVALID", "the event is not UTF-8 JSON", { cause: error });
  }
  return parseEvent(json);
}

/** Validates an event given as a value. Throws as {@link decodeEvent} does. */
export function parseEvent(json: unknown): DataEvent {
  const parsed = envelope.safeParse(json);
  if (!parsed.success) throw refused(json, parsed.error);
  const fault = keyFault(parsed.data.subject);
  if (fault) throw new AstraError("ASTRA_EVENT_INVALID", `subject: ${fault}`);
  return parsed.data;
}

function refused(json: unknown, error: z.ZodError): AstraError {
  const type = typeof json === "object" && json !== null && "type" in json ? json.type : undefined;
  const issue = error.issues[0];
  const field = issue?.path.join(".") ?? "";
  if (field === "type" && typeof type === "string") {
    return new AstraError("ASTRA_EVENT_UNKNOWN_TYPE", `unknown event type ${JSON.stringify(type.slice(0, 64))}`);
  }
  return new AstraError("ASTRA_EVENT_INVALID", `${field || "event"}: ${issue?.message ?? "not valid"}`);
}

/** Whether sequencer `a` comes after `b`: hexadecimal of differing lengths, the shorter left-padded with zeros. */
export function sequencerAfter(a: string, b: string): boolean {
  const width = Math.max(a.length, b.length);
  return a.toLowerCase().padStart(width, "0") > b.toLowerCase().padStart(width, "0");
}
