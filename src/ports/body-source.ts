/**
 * Bodies of new objects, by where an event says they are. `file:` only below configured folders (links resolved first);
 * `https:` never to private, loopback or link-local addresses, also not by redirect or by a name that resolves to one.
 *
 * Errors: ASTRA_BODY_MISSING (with `retryable` where another try may help), ASTRA_BODY_FORBIDDEN.
 */
import type { BodySource } from "../core/event.ts";

export interface OpenBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** As the source tells it; `null` where it does not. */
  readonly sizeBytes: number | null;
}

export interface BodySources {
  /** @param sizeLimitBytes reading stops with ASTRA_BODY_MISMATCH beyond it. */
  open(source: BodySource, sizeLimitBytes: number): Promise<OpenBody>;
}
