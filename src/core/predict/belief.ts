/**
 * What is believed of an object's next read: days since the last one, decayed read-days, age. The belief changes once a day
 * from one bit, "was there a read", and is rounded to a grid for look-ups. Pure arithmetic; no object is known here.
 */

/** Half-life of the decayed read-days, in days. */
const SCORE_HALF_LIFE_DAYS = 30;
/** What a day leaves of the score. */
export const SCORE_DECAY = 2 ** (-1 / SCORE_HALF_LIFE_DAYS);

/** Grid of days since the last read; birth counts as a read. Fine where the classes' rules and most reads are. */
export const RECENCY_DAYS: readonly number[] = [
  ...range(1, 30, 1),
  ...range(35, 90, 5),
  ...range(105, 180, 15),
  ...range(210, 360, 30),
  450,
  540,
  720,
];
/** Grid of scores, 2^-7 to 2^6, nearest in the logarithm. */
export const SCORES: readonly number[] = range(-7, 6, 1).map((power) => 2 ** power);
/** Lower edges of the ages told apart, in days. */
export const AGE_EDGES: readonly number[] = [0, 7, 30, 120];

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** Grid points of the recency. */
export const RECENCIES: number = RECENCY_DAYS.length;
/** Grid points of the score. */
export const SCORE_POINTS: number = SCORES.length;
/** Buckets of the age. */
export const AGES: number = AGE_EDGES.length;
/** Pairs of age and score. */
export const CELLS: number = AGES * SCORE_POINTS;

const MAX_RECENCY = RECENCY_DAYS.at(-1) ?? 1;
/** Index of the grid point at or below each whole day. */
const RECENCY_INDEX = Uint8Array.from({ length: MAX_RECENCY + 1 }, (_, day) =>
  Math.max(
    0,
    RECENCY_DAYS.findLastIndex((point) => point <= day),
  ),
);

/** Grid point of `days` since the last read. */
export function recencyIndex(days: number): number {
  return RECENCY_INDEX[Math.min(MAX_RECENCY, Math.max(1, Math.floor(days)))] ?? 0;
}

/** Grid point of a score. */
export function scoreIndex(score: number): number {
  if (score <= 2 ** -7) return 0;
  return Math.min(SCORE_POINTS - 1, Math.max(0, Math.round(Math.log2(score)) + 7));
}

/** Bucket of an age in days. */
export function ageIndex(days: number): number {
  return days < 7 ? 0 : days < 30 ? 1 : days < 120 ? 2 : 3;
}

/** Chance that a day takes an object of an age bucket into the next. */
export const AGE_LEAVES: readonly number[] = AGE_EDGES.map((edge, index) => {
  const next = AGE_EDGES[index + 1];
  return next === undefined ? 0 : 1 / (next - edge);
});

/** A value between grid points: index of the lower one, and the weight of the upper one. */
export interface Between {
  readonly lower: number;
  readonly upperWeight: number;
}

/** Where `value` lies between ascending `points`; clamped to the ends. */
export function between(points: readonly number[], value: number): Between {
  const last = points.length - 1;
  if (value <= (points[0] ?? 0)) return { lower: 0, upperWeight: 0 };
  if (value >= (points[last] ?? 0)) return { lower: Math.max(0, last - 1), upperWeight: last > 0 ? 1 : 0 };
  const upper = points.findIndex((point) => point > value);
  const low = points[upper - 1] ?? 0;
  const high = points[upper] ?? low;
  return { lower: upper - 1, upperWeight: (value - low) / (high - low) };
}
