/** Faults to order: which requests they hit, how often, and what they do. Repeatable for one seed. */

export const FAULT_KINDS = ["slowdown", "latency", "cut", "lost-answer", "internal-error"] as const;
/**
 * `slowdown` and `internal-error` answer 503 and 500 without effect; `cut` closes the connection before the effect,
 * `lost-answer` after it; `latency` waits first.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Only this operation: `CopyObject`. */
  readonly operation?: string | undefined;
  /** Only keys that begin so. */
  readonly keyPrefix?: string | undefined;
  /** Share of the matching requests that are hit, 0–1. Without it and `count`, all are. */
  readonly probability?: number | undefined;
  /** After so many hits the fault is over. */
  readonly count?: number | undefined;
  /** For `latency`: how long. */
  readonly latencyMs?: number | undefined;
}

interface ActiveFault {
  readonly fault: Fault;
  left: number;
}

export class FaultInjector {
  #active: ActiveFault[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  add(fault: Fault): void {
    this.#active.push({ fault, left: fault.count ?? Infinity });
  }

  clear(): void {
    this.#active = [];
  }

  /** The faults that hit this request; counts and chance move on. */
  hit(operation: string, key: string): readonly Fault[] {
    if (this.#active.length === 0) return [];
    const hits: Fault[] = [];
    for (const active of this.#active) {
      const { fault } = active;
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      if (fault.keyPrefix !== undefined && !key.startsWith(fault.keyPrefix)) continue;
      if (fault.probability !== undefined && this.#random() >= fault.probability) continue;
      active.left--;
      hits.push(fault);
    }
    this.#active = this.#active.filter((active) => active.left > 0);
    return hits;
  }

  /** Uniform in [0, 1): mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
