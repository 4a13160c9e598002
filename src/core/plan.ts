/** The exact list of transitions, priced. A plan is stored and hashed; apply executes just that plan. */
import type { Refusal } from "./decide.ts";
import type { ObjectRef } from "./object-ref.ts";
import type { Tier } from "./tier.ts";

export interface PlannedMove extends ObjectRef {
  readonly sizeBytes: number;
  /** What the object must still be when the move begins. */
  readonly etag: string;
  readonly from: string;
  readonly to: string;
  readonly toTier: Tier;
  readonly mechanism: "copy";
  readonly rule: string;
  readonly why: string;
  readonly createdMs: number | null;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  readonly breakEvenMs: number;
  /** Fee plus one full read out of the new class on the day after; `null` where a price of that is unknown. */
  readonly worstCaseMicros: number | null;
}

export interface RefusalTotal {
  readonly objects: number;
  readonly bytes: number;
  /** What moving them all would cost or save a month net of nothing: Σ saving, negative where moving would lose. */
  readonly savingMicrosPerMonth: number;
  readonly feeMicros: number;
}

/** Sums over everything a plan looked at; money in micros. */
export interface PlanTotals {
  readonly objectsSeen: number;
  readonly bytesSeen: number;
  readonly objectsStaying: number;
  readonly moves: number;
  readonly movedBytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  readonly refusals: Readonly<Partial<Record<Refusal, RefusalTotal>>>;
  /** Objects by present class. */
  readonly classes: Readonly<Record<string, { readonly objects: number; readonly bytes: number }>>;
}

export interface PlanHeader {
  readonly id: string;
  readonly bucket: string;
  readonly createdMs: number;
  readonly strategy: string;
  readonly priceBook: string;
  readonly totals: PlanTotals;
  /** SHA-256, hex, over the canonical form of the header's other fields and every move in order. */
  readonly hash: string;
}

/** Adds up a plan while objects stream by. */
export class PlanTally {
  #objectsSeen = 0;
  #bytesSeen = 0;
  #objectsStaying = 0;
  #moves = 0;
  #movedBytes = 0;
  #feeMicros = 0;
  #savingMicrosPerMonth = 0;
  readonly #refusals: Partial<Record<Refusal, RefusalTotal>> = {};
  // A map, because names of classes come from the store and may be those of an object's own properties.
  readonly #classes = new Map<string, { objects: number; bytes: number }>();

  seen(storageClass: string, sizeBytes: number): void {
    this.#objectsSeen += 1;
    this.#bytesSeen += sizeBytes;
    const entry = this.#classes.get(storageClass) ?? { objects: 0, bytes: 0 };
    this.#classes.set(storageClass, { objects: entry.objects + 1, bytes: entry.bytes + sizeBytes });
  }

  stays(): void {
    this.#objectsStaying += 1;
  }

  refused(refusal: Refusal, sizeBytes: number, savingMicrosPerMonth: number, feeMicros: number): void {
    const so = this.#refusals[refusal] ?? { objects: 0, bytes: 0, savingMicrosPerMonth: 0, feeMicros: 0 };
    this.#refusals[refusal] = {
      objects: so.objects + 1,
      bytes: so.bytes + sizeBytes,
      savingMicrosPerMonth: so.savingMicrosPerMonth + savingMicrosPerMonth,
      feeMicros: so.feeMicros + feeMicros,
    };
  }

  moves(move: PlannedMove): void {
    this.#moves += 1;
    this.#movedBytes += move.sizeBytes;
    this.#feeMicros += move.feeMicros;
    this.#savingMicrosPerMonth += move.savingMicrosPerMonth;
  }

  totals(): PlanTotals {
    return {
      objectsSeen: this.#objectsSeen,
      bytesSeen: this.#bytesSeen,
      objectsStaying: this.#objectsStaying,
      moves: this.#moves,
      movedBytes: this.#movedBytes,
      feeMicros: this.#feeMicros,
      savingMicrosPerMonth: this.#savingMicrosPerMonth,
      refusals: this.#refusals,
      classes: Object.fromEntries(this.#classes),
    };
  }
}
