/** Messages of a queue as records of the log: events for the topic, and what can't be read for the dead letters. */
import { DEAD_LETTER_HEADERS } from "../../core/dead-letter.ts";
import { type DataEvent, encodeEvent, eventKey, eventObject } from "../../core/event.ts";
import type { ErrorCode } from "../../core/errors.ts";
import type { Digest } from "../../core/notification/object-change.ts";
import { readNotification } from "../../core/notification/read-notification.ts";
import type { NewRecord } from "../../ports/event-log.ts";
import type { QueueMessage } from "../../ports/notification-queue.ts";

/** Messages and their records by what became of them. */
export const NOTIFICATION_COUNTS = [
  "messages",
  "repeatedMessages",
  "testEvents",
  "deadLettered",
  "events",
  "otherBuckets",
  "classChanges",
  "versionsRemoved",
  "otherRecords",
] as const;
export type NotificationCounts = Record<(typeof NOTIFICATION_COUNTS)[number], number>;

export interface NotifiedRecords {
  readonly events: readonly NewRecord[];
  readonly deadLetters: readonly NewRecord[];
  readonly counts: Readonly<NotificationCounts>;
}

const COUNT_OF = {
  "class-change": "classChanges",
  "version-removed": "versionsRemoved",
  other: "otherRecords",
} as const;

/** A log's record is limited to 1 MiB as a message of SQS is, headers and encoding included. */
const MOST_DEAD_BYTES = 768 * 1024;

const FAULT: ErrorCode = "ASTRA_NOTIFICATION_INVALID";

/**
 * A message with a record that can't be read is a dead letter as a whole; its other records become events.
 * @param buckets configured ones; where there are none, every bucket is served
 */
export function logRecords(
  messages: readonly QueueMessage[],
  buckets: readonly string[],
  digest: Digest,
): NotifiedRecords {
  const counts = noCounts();
  const events: DataEvent[] = [];
  const deadLetters: NewRecord[] = [];
  for (const message of messages) {
    counts.messages += 1;
    if (message.deliveries > 1) counts.repeatedMessages += 1;
    const reason = readMessage(message.body, digest, counts, events);
    if (reason !== null) deadLetters.push(deadLetter(message, reason));
  }
  const isOther = (event: DataEvent): boolean => buckets.length > 0 && !buckets.includes(eventObject(event).bucket);
  counts.deadLettered = deadLetters.length;
  counts.events = events.length;
  counts.otherBuckets = events.filter(isOther).length;
  const records = events.map((event) => ({ key: eventKey(event), value: encodeEvent(event) }));
  return { events: records, deadLetters, counts };
}

export function noCounts(): NotificationCounts {
  return {
    messages: 0,
    repeatedMessages: 0,
    testEvents: 0,
    deadLettered: 0,
    events: 0,
    otherBuckets: 0,
    classChanges: 0,
    versionsRemoved: 0,
    otherRecords: 0,
  };
}

/** @returns why it, or the first bad record of it, can't be read */
function readMessage(body: string, digest: Digest, counts: NotificationCounts, events: DataEvent[]): string | null {
  const notification = readNotification(body, digest);
  if (notification.kind === "bad") return notification.reason;
  if (notification.kind === "test") {
    counts.testEvents += 1;
    return null;
  }
  let reason: string | null = null;
  for (const [index, record] of notification.records.entries()) {
    if (record.kind === "bad") reason ??= `record ${index + 1}: ${record.reason}`;
    else if (record.kind === "event") events.push(record.event);
    else counts[COUNT_OF[record.kind]] += 1;
  }
  return reason;
}

function deadLetter({ id, body }: QueueMessage, reason: string): NewRecord {
  const bytes = new TextEncoder().encode(body);
  const isCut = bytes.byteLength > MOST_DEAD_BYTES;
  const told = isCut ? `${reason} (the first ${MOST_DEAD_BYTES} of ${bytes.byteLength} bytes are kept)` : reason;
  return {
    key: null,
    value: isCut ? bytes.subarray(0, MOST_DEAD_BYTES) : bytes,
    headers: { "queue-message-id": id, [DEAD_LETTER_HEADERS.code]: FAULT, [DEAD_LETTER_HEADERS.reason]: told },
  };
}
