/** The cloud a demo lives in: a store with a clock that can be moved, a ledger, and readers. */
import type { Bill } from "../../core/pricing/ledger.ts";
import type { Clock } from "../../ports/clock.ts";

export interface DemoRead {
  readonly bucket: string;
  readonly key: string;
  readonly count: number;
}

export interface DemoWorld extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  /** Bucket with object lock, for what is under a legal hold. */
  readonly lockedBucket: string;
  readonly credentials: { readonly access_key_id: string; readonly secret_access_key: string };
  readonly startMs: number;
  /** The world's time; sleeping is real. */
  readonly clock: Clock;
  advanceTo(ms: number): Promise<void>;
  hold(bucket: string, key: string): Promise<void>;
  /** Enters reads. @returns how many objects had to be restored first. */
  read(reads: readonly DemoRead[]): Promise<number>;
  /** Micros since the world began; `null` where the store keeps no ledger. */
  bill(): Promise<Bill | null>;
}
