/** The event of a read that an access log tells of. */
import type { DataEvent } from "../event.ts";
import type { LoggedRead } from "./access-log-line.ts";

/**
 * The id is a function of the request alone: whoever reads the same line again, from whichever file, sends the same event,
 * which the state counts once.
 */
export function accessLogEvent(read: LoggedRead): DataEvent {
  const { bucket, key, timeMs, requester, requestId, operation, bytesSent } = read;
  return {
    specversion: "1.0",
    id: `${requestId}:${operation}`,
    source: `s3://${bucket}`,
    type: "astra.object.accessed",
    subject: key,
    time: new Date(timeMs).toISOString(),
    data: { bytesRead: bytesSent, ...(requester !== null && { principal: requester }) },
  };
}
