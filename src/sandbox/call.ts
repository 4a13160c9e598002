/** What an operation gets and gives back. Operations are synchronous: each happens whole or not at all. */
import type { LedgerItem } from "../core/pricing/ledger.ts";
import type { Account } from "./account.ts";
import type { Bucket } from "./bucket.ts";
import type { RequestHead } from "./request.ts";

export interface Call {
  readonly account: Account;
  readonly region: string;
  readonly request: RequestHead;
  /** Headers of the request and the trailers of its body, names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly key: string;
}

/** A call to a bucket or to an object in it. */
export interface BucketCall extends Call {
  readonly bucket: Bucket;
}

export interface RequestCharge {
  readonly item: Extract<LedgerItem, "put" | "get" | "list">;
  readonly storageClass: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Iterable<Uint8Array>;
  /** Which request is billed; `null` = none, absent = by method at the base class. */
  readonly charge?: RequestCharge | null;
}

/** What a request costs when its operation says nothing else: deletions are free. */
export function defaultCharge(method: string, baseClass: string): RequestCharge | null {
  if (method === "GET" || method === "HEAD") return { item: "get", storageClass: baseClass };
  return method === "PUT" || method === "POST" ? { item: "put", storageClass: baseClass } : null;
}

export function xmlAnswer(body: string, charge?: RequestCharge | null): Answer {
  const headers = { "content-type": "application/xml" };
  return charge === undefined ? { status: 200, headers, body } : { status: 200, headers, body, charge };
}
