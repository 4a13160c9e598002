/** What a dead letter's headers tell: why an event was set aside, where it stood, how often it was sent again. */

/** Names of the headers that Astra puts beside the original ones. */
export const DEAD_LETTER_HEADERS = {
  code: "astra-reason-code",
  reason: "astra-reason",
  partition: "astra-partition",
  offset: "astra-offset",
  attempts: "astra-attempts",
} as const;

const OURS: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER_HEADERS));

type Headers = Readonly<Record<string, string>>;

/** The headers of a dead letter, taken apart. They come from outside: what is not as we write it counts as absent. */
export interface DeadLetterFacts {
  /** Error code. */
  readonly code: string | null;
  readonly reason: string | null;
  /** Where the event stood in its own topic. */
  readonly from: { readonly partition: number; readonly offset: bigint } | null;
  /** How often it was sent again by hand. */
  readonly attempts: number;
  /** The producer's own. */
  readonly headers: Headers;
}

/** Takes the headers of a dead letter apart. */
export function deadLetterFacts(headers: Headers): DeadLetterFacts {
  const partition = digits(headers, DEAD_LETTER_HEADERS.partition);
  const offset = digits(headers, DEAD_LETTER_HEADERS.offset);
  return {
    code: textAt(headers, DEAD_LETTER_HEADERS.code),
    reason: textAt(headers, DEAD_LETTER_HEADERS.reason),
    from: partition === null || offset === null ? null : { partition: Number(partition), offset: BigInt(offset) },
    attempts: Number(digits(headers, DEAD_LETTER_HEADERS.attempts) ?? 0),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OURS.has(name))),
  };
}

/** Headers under which the event is sent again: its own, and how often that was done. */
export function retriedHeaders({ headers, attempts }: DeadLetterFacts): Headers {
  return { ...headers, [DEAD_LETTER_HEADERS.attempts]: String(attempts + 1) };
}

function textAt(headers: Headers, name: string): string | null {
  return (Object.hasOwn(headers, name) ? headers[name] : undefined) ?? null;
}

/** Up to 15 digits: exact as a number, too. */
function digits(headers: Headers, name: string): string | null {
  const text = textAt(headers, name);
  return text !== null && /^\d{1,15}$/.test(text) ? text : null;
}
