/** Lines of S3 server access logs, as Amazon documents them. */

const OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
/** What stands behind the version of the object's place: version, host id, signature and so on. */
export const LOG_TAIL =
  "- s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader data.s3.us-west-1.amazonaws.com TLSV1.2 - -";

export interface LogFields {
  readonly bucket: string;
  readonly time: string;
  readonly requester: string;
  readonly id: string;
  readonly operation: string;
  readonly key: string;
  readonly uri: string;
  readonly answer: string;
  readonly referrer: string;
  readonly agent: string;
  readonly tail: string;
}

const READ: LogFields = {
  bucket: "data",
  time: "[06/Feb/2019:00:00:38 +0000]",
  requester: "arn:aws:iam::123456789012:user/reader",
  id: "3E57427F3EXAMPLE",
  operation: "REST.GET.OBJECT",
  key: "photos/puppy.jpg",
  uri: '"GET /data/photos/puppy.jpg HTTP/1.1"',
  answer: "200 - 2662992 2662992 70 10",
  referrer: '"-"',
  agent: '"aws-sdk/2"',
  tail: LOG_TAIL,
};

/** A read of one object, but for the changes. */
export function logLine(changes: Partial<LogFields> = {}): string {
  const { bucket, time, requester, id, operation, key, uri, answer, referrer, agent, tail } = { ...READ, ...changes };
  return `${OWNER} ${bucket} ${time} 192.0.2.3 ${requester} ${id} ${operation} ${key} ${uri} ${answer} ${referrer} ${agent} ${tail}`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The time field of an instant. */
export function logTime(ms: number): string {
  const at = new Date(ms).toISOString();
  return `[${at.slice(8, 10)}/${MONTHS[Number(at.slice(5, 7)) - 1]}/${at.slice(0, 4)}:${at.slice(11, 19)} +0000]`;
}
