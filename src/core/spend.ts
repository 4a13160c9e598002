/**
 * What moves cost, counted for the caps. Whole nano-dollars, so that adding and giving back leaves no rest; a move's fee is
 * rounded up, so that a cap is never passed by what rounding hides.
 */

/** Nano-dollars in a micro-dollar. */
export const NANOS_PER_MICRO = 1000;

/** Fee, objects and bytes of some moves. */
export interface Spend {
  /** Whole nano-dollars. */
  readonly feeNanos: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Nothing was spent. */
export const NO_SPEND: Spend = { feeNanos: 0, objects: 0, bytes: 0 };

/** What one move counts; a fee below nothing, as only a plan made elsewhere could have it, gives nothing back. */
export function spendOf(move: { readonly feeMicros: number; readonly sizeBytes: number }): Spend {
  return { feeNanos: Math.ceil(Math.max(0, move.feeMicros) * NANOS_PER_MICRO), objects: 1, bytes: move.sizeBytes };
}

/** The sum of two. */
export function plusSpend(a: Spend, b: Spend): Spend {
  return { feeNanos: a.feeNanos + b.feeNanos, objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}

/** What gives a reservation back. */
export function minusSpend({ feeNanos, objects, bytes }: Spend): Spend {
  return { feeNanos: 0 - feeNanos, objects: 0 - objects, bytes: 0 - bytes };
}

/** Micro-dollars of a fee in nanos. */
export function spentMicros({ feeNanos }: Spend): number {
  return feeNanos / NANOS_PER_MICRO;
}

/** Name under which a run's spend counts. */
export function runScope(runId: string): string {
  return `run:${runId}`;
}

/** Name under which a day's spend counts, by UTC. */
export function dayScope(atMs: number): string {
  return `day:${new Date(atMs).toISOString().slice(0, 10)}`;
}
