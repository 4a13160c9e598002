/** Calendar months by their names. */

/** [fromMs, toMs), UTC. */
export interface MonthSpan {
  /** `2026-09`. */
  readonly month: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The calendar month `2026-09`, UTC. @returns `null` where the text is no month. */
export function monthSpan(month: string): MonthSpan | null {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (!match) return null;
  const [year, number] = [Number(match[1]), Number(match[2])];
  return { month, fromMs: Date.UTC(year, number - 1, 1), toMs: Date.UTC(year, number, 1) };
}
