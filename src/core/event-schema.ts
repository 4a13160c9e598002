/** The form of the events Astra speaks: CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec, v1.0.2). */
import { z } from "zod";

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

/** The envelope, whole. */
export const eventSchema = z.strictObject({
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
export type DataEvent = z.infer<typeof eventSchema>;
