/** Counts of lines of several sections, and their first bad ones. */
import { LINE_COUNTS, type LineCounts, NO_LINES } from "../../core/access-log/line-counter.ts";
import { LINE_FAULTS, type LineFault } from "../../core/access-log/line-scanner.ts";

/** A line that can't be read, by its file and number. */
export interface BadLine {
  readonly where: string;
  readonly fault: LineFault;
}

/** Bad lines named, at most. */
export const SHOWN_BAD = 20;

export class LineTotals {
  readonly counts: { -readonly [Name in keyof LineCounts]: number } = { ...NO_LINES };
  readonly badLinesBy: Partial<Record<LineFault, number>> = {};
  readonly firstBad: BadLine[] = [];

  add(counts: LineCounts): void {
    for (const name of LINE_COUNTS) this.counts[name] += counts[name];
  }

  bad(where: string, fault: LineFault): void {
    this.badLinesBy[fault] = (this.badLinesBy[fault] ?? 0) + 1;
    if (this.firstBad.length < SHOWN_BAD) this.firstBad.push({ where, fault });
  }

  addAll(other: LineTotals): void {
    this.add(other.counts);
    for (const fault of LINE_FAULTS) {
      const lines = other.badLinesBy[fault] ?? 0;
      if (lines > 0) this.badLinesBy[fault] = (this.badLinesBy[fault] ?? 0) + lines;
    }
    this.firstBad.push(...other.firstBad.slice(0, SHOWN_BAD - this.firstBad.length));
  }
}
