/**
 * A record of a CloudTrail log, read as far as reads of objects need it ("CloudTrail record contents" and "CloudTrail
 * userIdentity element", AWS CloudTrail User Guide). Keys stand in it as they are, not encoded.
 */
import { z } from "zod";
import { keyFault } from "../object-ref.ts";

/** Why a record is none: each is counted. */
export const TRAIL_FAULTS = ["not_json", "too_long", "fields", "bucket", "key", "time", "ahead"] as const;
export type TrailFault = (typeof TRAIL_FAULTS)[number];

/** The read of one object's data by one request. */
export interface TrailedRead {
  readonly bucket: string;
  readonly key: string;
  /** When the request came, epoch ms; a trail knows whole seconds. */
  readonly timeMs: number;
  /**
   * Whoever read, by every name that the record has: the principal's ARN, the ARN of the role whose session it is, the AWS
   * service that asked. None where nobody signed.
   */
  readonly principals: readonly string[];
  /** Of the record: the same one may be delivered twice. `null` where it has none. */
  readonly eventId: string | null;
  /** As the client told it. */
  readonly userAgent: string;
}

/** What a record says. */
export type TrailRecord =
  | { readonly kind: "read"; readonly read: TrailedRead }
  /** A GetObject that was refused or failed. */
  | { readonly kind: "without_data" }
  /** Anything else in S3: HeadObject, PutObject, CopyObject, lists. */
  | { readonly kind: "other" }
  | { readonly kind: "other_service" }
  | { readonly kind: "bad"; readonly fault: TrailFault };

const text = z.string().max(4096);

const record = z.object({ eventSource: text, eventName: text, errorCode: text.nullish() });

const reading = z.object({
  eventTime: text,
  eventID: text.nullish(),
  userAgent: z.string().nullish(),
  userIdentity: z
    .object({
      arn: text.nullish(),
      invokedBy: text.nullish(),
      sessionContext: z.object({ sessionIssuer: z.object({ arn: text.nullish() }).nullish() }).nullish(),
    })
    .nullish(),
  requestParameters: z.object({ bucketName: text, key: z.string() }),
  resources: z.array(z.object({ type: text.nullish(), ARN: z.string().nullish() })).nullish(),
});

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,254}$/i;
const BUCKET_ARN = /^arn:[a-z-]+:s3:::([^/]+)$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** One entry of `Records`. */
export function readTrailRecord(json: unknown): TrailRecord {
  const parsed = record.safeParse(json);
  if (!parsed.success) return bad("fields");
  const { eventSource, eventName, errorCode } = parsed.data;
  if (eventSource !== "s3.amazonaws.com") return { kind: "other_service" };
  if (eventName !== "GetObject") return { kind: "other" };
  if (errorCode !== undefined && errorCode !== null && errorCode !== "") return { kind: "without_data" };
  const read = reading.safeParse(json);
  return read.success ? readOf(read.data) : bad("fields");
}

function readOf({ eventTime, eventID, userAgent, userIdentity, ...where }: z.infer<typeof reading>): TrailRecord {
  const bucket = bucketOf(where);
  if (!BUCKET.test(bucket)) return bad("bucket");
  const { key } = where.requestParameters;
  if (keyFault(key) !== null) return bad("key");
  const timeMs = TIME.test(eventTime) ? Date.parse(eventTime) : Number.NaN;
  if (Number.isNaN(timeMs)) return bad("time");
  const names = [userIdentity?.arn, userIdentity?.sessionContext?.sessionIssuer?.arn, userIdentity?.invokedBy];
  const principals = names.filter((name): name is string => typeof name === "string" && name !== "");
  const read = { bucket, key, timeMs, principals, eventId: eventID ?? null, userAgent: userAgent ?? "" };
  return { kind: "read", read };
}

/** A request by way of an access point names that; the bucket behind it stands among the resources. */
function bucketOf({ requestParameters, resources }: Pick<z.infer<typeof reading>, "requestParameters" | "resources">) {
  const arn = resources?.find(({ type }) => type === "AWS::S3::Bucket")?.ARN ?? "";
  return BUCKET_ARN.exec(arn)?.[1] ?? requestParameters.bucketName;
}

function bad(fault: TrailFault): TrailRecord {
  return { kind: "bad", fault };
}
