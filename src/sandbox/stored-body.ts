/** What is kept of an object's content: bytes, the name of a generated stream, or parts of either. */
import { syntheticRange } from "../core/synthetic-body.ts";

export type StoredBody = Uint8Array | SyntheticBody | JoinedBody;

/** A stretch of a generated stream. */
export interface SyntheticBody {
  readonly seed: string;
  readonly fromByte: number;
  readonly length: number;
}

/** Bodies one after another: what a multipart upload leaves. */
export interface JoinedBody {
  readonly parts: readonly StoredBody[];
  readonly length: number;
}

export const EMPTY_BODY = new Uint8Array();

export function joinBodies(parts: readonly StoredBody[]): StoredBody {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return { parts, length: parts.reduce((sum, part) => sum + part.length, 0) };
}

/** Bytes `from` (inclusive) to `to` (exclusive). */
export function* bodyChunks(body: StoredBody, from = 0, to = body.length): Generator<Uint8Array> {
  if (from >= to) return;
  if (body instanceof Uint8Array) yield body.subarray(from, to);
  else if ("seed" in body) yield* syntheticRange(body.seed, body.fromByte + from, body.fromByte + to);
  else {
    let start = 0;
    for (const part of body.parts) {
      const end = start + part.length;
      if (end > from && start < to)
        yield* bodyChunks(part, Math.max(0, from - start), Math.min(part.length, to - start));
      start = end;
    }
  }
}

/** A stretch of a body as a body of its own, without generating what is generated. */
export function sliceBody(body: StoredBody, from: number, to: number): StoredBody {
  if (from >= to) return EMPTY_BODY;
  if (body instanceof Uint8Array) return body.slice(from, to);
  if ("seed" in body) return { seed: body.seed, fromByte: body.fromByte + from, length: to - from };
  const parts: StoredBody[] = [];
  let start = 0;
  for (const part of body.parts) {
    const end = start + part.length;
    if (end > from && start < to)
      parts.push(sliceBody(part, Math.max(0, from - start), Math.min(part.length, to - start)));
    start = end;
  }
  return joinBodies(parts);
}
