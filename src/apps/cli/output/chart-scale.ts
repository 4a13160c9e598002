/** Scales of charts: from a value to a place, and the round values to mark on an axis. */

/** A range of values drawn on a range of places. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

const TICKS = 5;

/** Evenly spaced; ticks at 1, 2 or 5 times a power of ten. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const span = to > from ? to - from : 1;
  const step = roundStep(span / TICKS);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= from + span * 1.0001; tick += step) ticks.push(tick);
  return { at: (value) => start + ((value - from) / span) * (end - start), ticks };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  if (lead <= 1) return power;
  if (lead <= 2) return 2 * power;
  return lead <= 5 ? 5 * power : 10 * power;
}

/** For ratios from 1 up: every factor takes the same room. Ticks at 1, 2, 5, 10, …, or finer below 4. */
export function ratioScale(most: number, start: number, end: number): Scale {
  const top = Math.max(most, 1.1);
  const at = (value: number): number => start + (Math.log(Math.max(value, 1)) / Math.log(top)) * (end - start);
  if (top < 4) return { at, ticks: linearScale(1, top, 0, 1).ticks };
  const ticks: number[] = [];
  for (let power = 1; power <= top; power *= 10)
    ticks.push(...[power, 2 * power, 5 * power].filter((tick) => tick <= top));
  return { at, ticks };
}

/** Places at least `gap` apart and as near as may be to those wanted, ascending; none below `least`. */
export function spreadOut(wanted: readonly number[], gap: number, least: number, most: number): readonly number[] {
  const order = wanted.map((place, index) => ({ place, index })).toSorted((a, b) => a.place - b.place);
  const places: number[] = [];
  for (const { place } of order) places.push(Math.max(place, least, (places.at(-1) ?? -Infinity) + gap));
  // What was pushed over the end is pushed back.
  for (let index = places.length - 1, end = most; index >= 0; index -= 1, end -= gap) {
    places[index] = Math.min(places[index] ?? end, end);
  }
  const result: number[] = [];
  order.forEach(({ index }, rank) => {
    result[index] = places[rank] ?? 0;
  });
  return result;
}
