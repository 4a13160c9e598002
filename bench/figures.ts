/** From rounds to the figures that are shown: medians, so that one disturbed round does not count. */
import type { Series } from "./bench-case.ts";

export interface Figures {
  readonly rounds: number;
  readonly unitsPerSecond: number;
  readonly unitsPerCpuSecond: number;
  readonly cpuSecondsPer1000: number;
  /** The same over the whole process, start included; `null` where the process did more than the work. */
  readonly processCpuSecondsPer1000: number | null;
  /** `null` where it was not measured. */
  readonly rssPeakBytes: number | null;
}

/** What one whole process of a case cost, from start to exit. */
export interface WholeCost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** @returns `null` where the processes did more than the work */
export function wholeCost({ rounds }: Series): WholeCost | null {
  const cpu = rounds.flatMap(({ processCpuSeconds }) => processCpuSeconds ?? []);
  const wall = rounds.flatMap(({ processWallSeconds }) => processWallSeconds ?? []);
  if (cpu.length === 0 || wall.length === 0) return null;
  return { cpuSeconds: significant(median(cpu)), wallSeconds: significant(median(wall)) };
}

export function figuresOf({ rounds }: Series): Figures {
  const cpu = median(rounds.map(({ phase }) => phase.cpuSeconds / phase.units));
  const whole = rounds.flatMap(({ phase, processCpuSeconds }) =>
    processCpuSeconds === null ? [] : [processCpuSeconds / phase.units],
  );
  const rss = median(rounds.map(({ rssPeakBytes }) => rssPeakBytes));
  return {
    rounds: rounds.length,
    unitsPerSecond: Math.round(median(rounds.map(({ phase }) => phase.units / phase.wallSeconds))),
    unitsPerCpuSecond: Math.round(1 / cpu),
    cpuSecondsPer1000: significant(cpu * 1000),
    processCpuSecondsPer1000: whole.length === 0 ? null : significant(median(whole) * 1000),
    rssPeakBytes: Number.isNaN(rss) ? null : rss,
  };
}

/** @throws RangeError of no values */
export function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  const upper = ordered[middle];
  if (upper === undefined) throw new RangeError("no values to take the median of");
  const lower = ordered[middle - 1];
  return ordered.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}
