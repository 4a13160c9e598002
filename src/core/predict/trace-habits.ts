/**
 * What is known of each object of a trace before a day: last read, score, amount. Kept by jumping from read to read, since
 * between reads a belief changes by formula alone.
 */
import type { Trace } from "../trace/trace.ts";
import { SCORE_DECAY } from "./belief.ts";
import { habitualAmount } from "./habitual-amount.ts";

/** Columns over the objects of a trace, each as of the day it was last sought for. */
export class TraceHabits {
  readonly #trace: Trace;
  readonly #usual: number;
  readonly #row: Int32Array;
  readonly #lastRead: Int32Array;
  /** Score on the day after the last read. */
  readonly #score: Float64Array;
  readonly #fullReads: Float64Array;
  readonly #isStale: Uint8Array;

  /** @param usual full-object reads of a day with reads, of all objects */
  constructor(trace: Trace, usual: number) {
    this.#trace = trace;
    this.#usual = usual;
    this.#row = trace.readStart.slice(0, trace.objects);
    this.#lastRead = Int32Array.from(trace.createdDay);
    this.#score = new Float64Array(trace.objects);
    this.#fullReads = new Float64Array(trace.objects).fill(usual);
    this.#isStale = new Uint8Array(trace.objects);
  }

  /** Takes in the reads of an object before `day`. Days must not go back. @returns the row of its next read */
  seek(object: number, day: number): number {
    const { readDay, readStart } = this.#trace;
    const end = readStart[object + 1] ?? 0;
    let row = this.#row[object] ?? 0;
    let last = this.#lastRead[object] ?? 0;
    let score = this.#score[object] ?? 0;
    const from = row;
    for (; row < end; row += 1) {
      const read = readDay[row] ?? 0;
      if (read >= day) break;
      score = score * SCORE_DECAY ** (read - last) + 1;
      last = read;
    }
    if (row === from) return row;
    this.#row[object] = row;
    this.#lastRead[object] = last;
    this.#score[object] = score;
    this.#isStale[object] = 1;
    return row;
  }

  /** Day of the last read taken in; the day of creation where there is none. */
  lastRead(object: number): number {
    return this.#lastRead[object] ?? 0;
  }

  /** Score as a decision on `day` sees it. */
  score(object: number, day: number): number {
    return (this.#score[object] ?? 0) * SCORE_DECAY ** Math.max(0, day - 1 - (this.#lastRead[object] ?? 0));
  }

  /** Full-object reads of a day with reads. */
  fullReads(object: number): number {
    if (this.#isStale[object] === 1) {
      this.#isStale[object] = 0;
      const { readDay, readStart, bytesRead, sizeBytes } = this.#trace;
      const size = Math.max(1, sizeBytes[object] ?? 1);
      const first = readStart[object] ?? 0;
      const last = (this.#row[object] ?? 0) - 1;
      this.#fullReads[object] = habitualAmount(
        last - first + 1,
        (index) => readDay[last - index] ?? 0,
        (index) => (bytesRead[last - index] ?? 0) / size,
        this.#usual,
      );
    }
    return this.#fullReads[object] ?? this.#usual;
  }
}

/** Most days with reads that the usual amount is taken from. */
const MOST_DAYS = 10_000;

/** Full-object reads of the median day with reads before `day`; 1 where there is none. */
export function usualAmount(trace: Trace, day: number): number {
  let known = 0;
  for (const readDay of trace.readDay) if (readDay < day) known += 1;
  const stride = Math.max(1, Math.ceil(known / MOST_DAYS));
  const amounts: number[] = [];
  let seen = 0;
  for (let object = 0; object < trace.objects; object += 1) {
    const size = Math.max(1, trace.sizeBytes[object] ?? 1);
    for (let row = trace.readStart[object] ?? 0; row < (trace.readStart[object + 1] ?? 0); row += 1) {
      if ((trace.readDay[row] ?? 0) >= day) break;
      if (seen % stride === 0) amounts.push((trace.bytesRead[row] ?? 0) / size);
      seen += 1;
    }
  }
  const sorted = amounts.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
}
