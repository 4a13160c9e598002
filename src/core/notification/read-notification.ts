/** The body of a message in whichever form notifications of S3 come: plain, wrapped by SNS, or by way of EventBridge. */
import { isEventBridgeEvent, readEventBridgeEvent } from "./eventbridge-event.ts";
import type { Digest, NotifiedRecord } from "./object-change.ts";
import { readS3Record } from "./s3-record.ts";

/** What a message says. */
export type Notification =
  /** S3 sends it when notifications are configured. */
  | { readonly kind: "test" }
  | { readonly kind: "records"; readonly records: readonly NotifiedRecord[] }
  | { readonly kind: "bad"; readonly reason: string };

type JsonObject = Readonly<Record<string, unknown>>;

/** @returns `bad` for whatever is no notification; never throws. */
export function readNotification(body: string, digest: Digest): Notification {
  const outer = objectIn(body);
  if (outer === null) return { kind: "bad", reason: "the message is no JSON object" };
  if (outer["Type"] !== "Notification") return unwrapped(outer, digest);
  const { Message: message } = outer;
  const inner = typeof message === "string" ? objectIn(message) : null;
  return inner === null
    ? { kind: "bad", reason: "the message that SNS wrapped is no JSON object" }
    : unwrapped(inner, digest);
}

function unwrapped(json: JsonObject, digest: Digest): Notification {
  const { Records: records, Event: event, Type: type } = json;
  if (Array.isArray(records)) return { kind: "records", records: records.map((each) => readS3Record(each, digest)) };
  if (isEventBridgeEvent(json)) return { kind: "records", records: [readEventBridgeEvent(json, digest)] };
  if (event === "s3:TestEvent") return { kind: "test" };
  if (type === "SubscriptionConfirmation")
    return { kind: "bad", reason: "SNS waits for its subscription to be confirmed" };
  return { kind: "bad", reason: "the message is no notification of S3 in a form that is known" };
}

function objectIn(text: string): JsonObject | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON; the caller names the fault.
    return null;
  }
  return isObject(json) ? json : null;
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
