/** Adds up a plan while objects stream by, in bounded memory; parts of a plan are added up together. */
import { DEFAULT_GUARDS, type Refusal } from "./decide.ts";
import { type BreakdownSnapshot, BreakdownTally, NONE_REFUSED } from "./plan-breakdown.ts";
import type { PlanTotals, PlannedMove, RefusalTotal, RefusedMove } from "./plan.ts";

/** A tally as a value that can be kept as JSON; for {@link PlanTally.merge}. */
export interface PlanTallySnapshot {
  readonly objectsSeen: number;
  readonly bytesSeen: number;
  readonly objectsStaying: number;
  readonly moves: number;
  readonly movedBytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  readonly refusals: readonly (readonly [Refusal, RefusalTotal])[];
  readonly classes: readonly (readonly [string, { readonly objects: number; readonly bytes: number }])[];
  readonly breakdown: BreakdownSnapshot;
}

/** Sums over a plan. */
export class PlanTally {
  #objectsSeen = 0;
  #bytesSeen = 0;
  #objectsStaying = 0;
  #moves = 0;
  #movedBytes = 0;
  #feeMicros = 0;
  #savingMicrosPerMonth = 0;
  readonly #refusals = new Map<Refusal, Writable<RefusalTotal>>();
  // A map, because names of classes come from the store and may be those of an object's own properties.
  readonly #classes = new Map<string, { objects: number; bytes: number }>();
  readonly #breakdown: BreakdownTally;

  /** @param paybackLimitDays of the guards that decided */
  constructor(paybackLimitDays: number = DEFAULT_GUARDS.maxPaybackDays) {
    this.#breakdown = new BreakdownTally(paybackLimitDays);
  }

  seen(storageClass: string, sizeBytes: number): void {
    this.#addSeen(storageClass, 1, sizeBytes);
  }

  stays(): void {
    this.#objectsStaying += 1;
  }

  refused(move: RefusedMove): void {
    this.#breakdown.refused(move);
    this.#addRefused(move.refusal, 1, move.sizeBytes, move.savingMicrosPerMonth, move.feeMicros);
  }

  moves(move: PlannedMove): void {
    this.#moves += 1;
    this.#movedBytes += move.sizeBytes;
    this.#feeMicros += move.feeMicros;
    this.#savingMicrosPerMonth += move.savingMicrosPerMonth;
    this.#breakdown.add(move);
  }

  totals(): PlanTotals {
    return {
      ...this.#sums(),
      refusals: Object.fromEntries(Array.from(this.#refusals, ([refusal, total]) => [refusal, { ...total }])),
      classes: Object.fromEntries(Array.from(this.#classes, ([name, total]) => [name, { ...total }])),
      breakdown: this.#breakdown.result(),
    };
  }

  #sums() {
    return {
      objectsSeen: this.#objectsSeen,
      bytesSeen: this.#bytesSeen,
      objectsStaying: this.#objectsStaying,
      moves: this.#moves,
      movedBytes: this.#movedBytes,
      feeMicros: this.#feeMicros,
      savingMicrosPerMonth: this.#savingMicrosPerMonth,
    };
  }

  snapshot(): PlanTallySnapshot {
    return {
      ...this.#sums(),
      refusals: Array.from(this.#refusals, ([refusal, total]) => [refusal, { ...total }]),
      classes: Array.from(this.#classes, ([name, total]) => [name, { ...total }]),
      breakdown: this.#breakdown.snapshot(),
    };
  }

  /**
   * Adds the sums of a part. Merged in the order of the parts, they are those of the whole: counts and bytes exactly, money
   * but for the last bits of a double, and names told apart as long as there are no more of them than are kept.
   */
  merge(part: PlanTallySnapshot): void {
    this.#objectsStaying += part.objectsStaying;
    this.#moves += part.moves;
    this.#movedBytes += part.movedBytes;
    this.#feeMicros += part.feeMicros;
    this.#savingMicrosPerMonth += part.savingMicrosPerMonth;
    for (const [name, { objects, bytes }] of part.classes) this.#addSeen(name, objects, bytes);
    for (const [refusal, { objects, bytes, savingMicrosPerMonth, feeMicros }] of part.refusals) {
      this.#addRefused(refusal, objects, bytes, savingMicrosPerMonth, feeMicros);
    }
    this.#breakdown.merge(part.breakdown);
  }

  #addSeen(storageClass: string, objects: number, bytes: number): void {
    this.#objectsSeen += objects;
    this.#bytesSeen += bytes;
    const entry = this.#classes.get(storageClass);
    if (entry) {
      entry.objects += objects;
      entry.bytes += bytes;
    } else this.#classes.set(storageClass, { objects, bytes });
  }

  #addRefused(refusal: Refusal, objects: number, bytes: number, savingMicrosPerMonth: number, feeMicros: number): void {
    let total = this.#refusals.get(refusal);
    if (!total) this.#refusals.set(refusal, (total = { ...NONE_REFUSED }));
    total.objects += objects;
    total.bytes += bytes;
    total.savingMicrosPerMonth += savingMicrosPerMonth;
    total.feeMicros += feeMicros;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
