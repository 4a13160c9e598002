/** The events Astra speaks: one topic, one form. */
import { z } from "zod";
import { AstraError } from "./errors.ts";
import { type DataEvent, MAX_EVENT_BYTES, eventSchema } from "./event-schema.ts";
import { type ObjectRef, keyFault } from "./object-ref.ts";
import { plainEvent } from "./plain-event.ts";
import { utcInstant } from "./utc-instant.ts";

export {
  type BodySource,
  type DataEvent,
  EVENT_TYPES,
  type EventType,
  MAX_EVENT_BYTES,
  MAX_INLINE_BODY_BYTES,
} from "./event-schema.ts";

/** JSON Schema of the envelope, for docs and other producers. */
export function eventJsonSchema(): unknown {
  return z.toJSONSchema(eventSchema, { io: "input" });
}

/** The object an event is about. */
export function eventObject(event: DataEvent): ObjectRef {
  return { bucket: event.source.slice(event.source.indexOf("://") + 3), key: event.subject };
}

/** Epoch milliseconds of the event's own time. */
export function eventTimeMs(event: DataEvent): number {
  return utcInstant(event.time) ?? Date.parse(event.time);
}

/** The partitioning key: one object's events stay in order on one partition. */
export function eventKey(event: DataEvent): string {
  return `${event.source.slice(event.source.indexOf("://") + 3)}/${event.subject}`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The bytes that enter the log. */
export function encodeEvent(event: DataEvent): Uint8Array {
  return encoder.encode(JSON.stringify(event));
}

const ROOM_BYTES = 256 * 1024;
/** UTF-8 bytes of a UTF-16 unit at the most. */
const BYTES_PER_UNIT = 3;

/** Encodes many events, one behind the other into shared memory: memory of its own for each would cost more than the work. */
export class EventEncoder {
  #room = new Uint8Array(0);
  #used = 0;

  /** As {@link encodeEvent}. */
  encode(event: DataEvent): Uint8Array {
    const text = JSON.stringify(event);
    const most = text.length * BYTES_PER_UNIT;
    if (this.#room.length - this.#used < most) {
      this.#room = new Uint8Array(Math.max(ROOM_BYTES, most));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += encoder.encodeInto(text, this.#room.subarray(from)).written;
    return this.#room.subarray(from, this.#used);
  }
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
    json = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new AstraError("ASTRA_EVENT_INVALID", "the event is not UTF-8 JSON", { cause: error });
  }
  return validEvent(json);
}

/** Validates an event given as a value. Throws as {@link decodeEvent} does. */
export function parseEvent(json: unknown): DataEvent {
  const plain = plainEvent(json);
  // A copy: whose value it was may change it later.
  return plain ? { ...plain, data: { ...plain.data } } : schemaEvent(json);
}

/** As {@link parseEvent}, for use at once: it may be the value itself. */
export function validEvent(json: unknown): DataEvent {
  return plainEvent(json) ?? schemaEvent(json);
}

/** Validates by the schema alone. Throws as {@link decodeEvent} does. */
export function schemaEvent(json: unknown): DataEvent {
  const parsed = eventSchema.safeParse(json);
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
