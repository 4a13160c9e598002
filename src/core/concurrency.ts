/**
 * How many at a time: a limit that looks for the server's. Judged once a window, which is as many ended items as may be
 * under way at once, and so about one round trip: what one burst refuses is answered once.
 *
 * - *Start*: twice as many each window, until a window is refused more than the tolerated share or is hardly faster than the
 *   one before. From 16, 512 are reached in five windows; one more a window would take 496.
 * - *Then* a sixteenth more each window (one at least), where answers do not take twice as long as in the fastest window:
 *   beyond that, more at a time only wait longer. After a halving the old limit is back in 12 windows (1.0625^12 = 2.07).
 * - *Refusals* take off twice their share of the window's requests, a half at most. So a limit stays where
 *   2 × share = 1/16: at a server that is full, about 3 % of the requests are refused and sent again; a server that refuses
 *   a hundredth by chance takes off 2 % where 6 % are added, and does not hold the limit down; one that refuses a quarter or
 *   more halves it every window.
 *
 * The reduction in proportion is DCTCP's (RFC 8257, section 3.3), with twice its gain.
 */
export interface ConcurrencyState {
  readonly limit: number;
  readonly isStarting: boolean;
  /** Ended items to the next judgement. */
  readonly windowItems: number;
  /** Mean time of an item in the fastest window, ms; `null` before the first, or where time stands still. */
  readonly fastestMs: number | null;
  /** Items per ms of the last window while starting; 0 before the first. */
  readonly rate: number;
}

/** Fewest and most slots, both inclusive. */
export interface ConcurrencyBounds {
  readonly least: number;
  readonly most: number;
}

/** What happened in a window. */
export interface ConcurrencyWindow {
  readonly items: number;
  readonly requests: number;
  /** Requests that were refused with the wish to slow down. */
  readonly refused: number;
  readonly elapsedMs: number;
  /** Of all its items together, from begin to end. */
  readonly itemsMs: number;
}

const START = 16;
const GROWTH = 1 / 16;
/** At this share of refusals growth and reduction are equal. */
const TOLERATED_SHARE = GROWTH / 2;
const MOST_OFF = 1 / 2;
/** Of the rate, for one more doubling: a doubling that brings less has met a limit other than the round trip. */
const WORTHWHILE = 1.2;
const SLOW_FACTOR = 2;
/** The fastest window is forgotten by this much each window, so that a network that became slower is met anew. */
const FORGETTING = 1.001;

/** Where nothing is known of the server yet. */
export function startConcurrency({ least, most }: ConcurrencyBounds): ConcurrencyState {
  const limit = Math.max(least, Math.min(START, most));
  return { limit, isStarting: true, windowItems: limit, fastestMs: null, rate: 0 };
}

/** @param window of at least `windowItems` ended items */
export function adaptConcurrency(
  state: ConcurrencyState,
  window: ConcurrencyWindow,
  { least, most }: ConcurrencyBounds,
): ConcurrencyState {
  const { limit } = state;
  const share = window.requests > 0 ? Math.min(1, window.refused / window.requests) : 0;
  const meanMs = window.itemsMs / Math.max(1, window.items);
  const rate = window.elapsedMs > 0 ? window.items / window.elapsedMs : 0;
  const isWorthwhile = rate === 0 || state.rate === 0 || rate >= state.rate * WORTHWHILE;
  const isStarting = state.isStarting && share < TOLERATED_SHARE && isWorthwhile;
  const isSlow = state.fastestMs !== null && meanMs > state.fastestMs * SLOW_FACTOR;
  const kept = limit * (1 - Math.min(MOST_OFF, 2 * share));
  const wanted = isStarting
    ? limit * 2
    : share >= TOLERATED_SHARE
      ? Math.floor(kept)
      : Math.round(kept + (isSlow ? 0 : Math.max(1, limit * GROWTH)));
  const next = Math.max(least, Math.min(most, wanted));
  return {
    limit: next,
    isStarting,
    // What was under way at a reduction answers for the old limit: it is waited for before the next one.
    windowItems: Math.max(limit, next),
    fastestMs: fastest(state.fastestMs, meanMs),
    rate,
  };
}

function fastest(knownMs: number | null, meanMs: number): number | null {
  if (meanMs <= 0) return knownMs;
  return knownMs === null ? meanMs : Math.min(knownMs * FORGETTING, meanMs);
}
