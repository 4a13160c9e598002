/** Ends work that is worth nothing unless it is whole. */
import { AstraError } from "../core/errors.ts";

/** @throws AstraError ASTRA_INTERRUPTED once the signal has aborted */
export function refuseInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new AstraError("ASTRA_INTERRUPTED", "interrupted before the work was whole");
}
