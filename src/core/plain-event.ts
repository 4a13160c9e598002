/**
 * The common forms of an event, checked by hand: several times faster than the schema, and never laxer. What is not plainly
 * good is not judged here: `null` means that the schema has to look.
 */
import { type DataEvent, EVENT_TYPES } from "./event-schema.ts";
import { keyFault } from "./object-ref.ts";
import { utcInstant } from "./utc-instant.ts";

const TYPES: ReadonlySet<unknown> = new Set(EVENT_TYPES);
const PLAIN_SOURCE = /^s3:\/\/[a-z0-9][a-z0-9._-]{1,254}$/;
const SEQUENCER = /^[0-9a-f]{1,64}$/i;
const MOST_READS = 1_000_000_000;

/** @returns the value itself where it is an event in plain form, else `null` */
export function plainEvent(value: unknown): DataEvent | null {
  return isPlainEvent(value) ? value : null;
}

function isPlainEvent(value: unknown): value is DataEvent {
  if (!isPlainObject(value)) return false;
  let fields = 0;
  for (const name in value) {
    if (!isPlainField(name, value[name])) return false;
    fields += 1;
  }
  // All seven that are always there, as `datacontenttype` is none of the plain ones.
  return fields === PLAIN_FIELDS;
}

const PLAIN_FIELDS = 7;

function isPlainField(name: string, value: unknown): boolean {
  switch (name) {
    case "specversion":
      return value === "1.0";
    case "id":
      return isText(value, 256) && value.length > 0;
    case "source":
      return typeof value === "string" && PLAIN_SOURCE.test(value);
    case "type":
      return TYPES.has(value);
    case "subject":
      return typeof value === "string" && keyFault(value) === null;
    case "time":
      return typeof value === "string" && utcInstant(value) !== null;
    case "data":
      return isPlainData(value);
    default:
      return false;
  }
}

function isPlainData(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  for (const name in value) if (!isPlainFact(name, value[name])) return false;
  return true;
}

function isPlainFact(name: string, value: unknown): boolean {
  switch (name) {
    case "sizeBytes":
      return isCount(value);
    case "etag":
      return isText(value, 256);
    case "versionId":
      return isText(value, 1024);
    case "sequencer":
      return typeof value === "string" && SEQUENCER.test(value);
    case "storageClass":
      return isText(value, 64);
    case "principal":
      return isText(value, 2048);
    case "reads":
      return isCount(value) && value > 0 && value <= MOST_READS;
    case "bytesRead":
      return typeof value === "number" && value >= 0 && value < Infinity;
    default:
      return false;
  }
}

/** Of no class and without symbols: what JSON makes. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length <= most;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === "number" && value >= 0;
}
