/** What is asked of S3 and what comes back. */
import type { Dispatcher } from "undici";
import type { Clock } from "../../ports/clock.ts";
import type { StoreCounters } from "../../ports/object-store.ts";
import type { CredentialSource } from "./credentials.ts";
import type { QueryPair } from "./encoding.ts";
import type { StoreFault } from "./errors.ts";
import type { S3Settings } from "./options.ts";

export interface S3Request {
  /** `PutObject`, for messages. */
  readonly operation: string;
  /** `s3:PutObject`, for messages. */
  readonly action: string;
  readonly method: Dispatcher.HttpMethod;
  /** Absent: the bucket itself. */
  readonly key?: string;
  readonly query?: readonly QueryPair[];
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** The server may work for minutes before it answers. */
  readonly slow?: boolean;
  /** The answer's body is handed on as a stream. */
  readonly stream?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Asked before a request is repeated whose first try may have worked; `true` ends the tries. */
  readonly alreadyDone?: () => Promise<boolean>;
}

export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** Set instead of `text` for a request with `stream`. */
  readonly stream: Dispatcher.ResponseData["body"] | null;
}

/** What is known in the end. Only faults that no repeat can mend come out as `fault`; the others are thrown. */
export type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** `uncertain`: an earlier try may have worked, and this refusal may be its echo. */
  | { readonly kind: "fault"; readonly fault: StoreFault; readonly uncertain: boolean }
  /** `alreadyDone` said so. */
  | { readonly kind: "done-before" };

export interface Requests {
  readonly bucket: string;
  readonly settings: S3Settings;
  /** @throws ASTRA_STORE_UNREACHABLE, ASTRA_STORE_THROTTLED, ASTRA_STORE_AUTHENTICATION, or the signal's reason. */
  send(request: S3Request): Promise<Outcome>;
  /** As {@link send}, where every refusal is an error. */
  sendOrFail(request: S3Request): Promise<Answer>;
  /** One try, whatever its outcome: the head of the answer. */
  sendOnce(request: S3Request): Promise<Pick<Answer, "status" | "headers">>;
  failure(fault: StoreFault, request: S3Request): Error;
  /** Region in use, after redirects. */
  region(): string;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  counters(): StoreCounters;
}
