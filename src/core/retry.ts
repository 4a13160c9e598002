/** When to try again, and how many at a time. Pure: randomness comes in as a number in [0, 1). */

/** How often and how patiently a call is tried again. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
}

/** Six tries with at most 3.1 s of waiting: 100 + 200 + 400 + 800 + 1,600 ms, jittered downwards. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, baseMs: 100, capMs: 5_000 };

/**
 * Exponential backoff with full jitter: uniform in [0, min(cap, base × 2^attempt)), never under what the server asked for.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015).
 * @param attempt tries made so far, 1 after the first.
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.max(retryAfterMs, random * ceiling);
}

/** Additive increase, multiplicative decrease of a concurrency limit. */
export interface ConcurrencyState {
  readonly limit: number;
  /** Outcomes since the limit last grew; below 0 while the window that follows a halving lasts. */
  readonly streak: number;
}

/** Fewest and most slots, both inclusive. */
export interface ConcurrencyBounds {
  readonly least: number;
  readonly most: number;
}

/**
 * One more slot after a whole window of successes; half on a throttle. What was under way at the halving answers for the
 * old limit, so its throttles do not halve again.
 */
export function adaptConcurrency(
  state: ConcurrencyState,
  outcome: "success" | "throttled",
  bounds: ConcurrencyBounds,
): ConcurrencyState {
  const streak = state.streak + 1;
  if (outcome === "throttled" && state.streak >= 0) {
    return { limit: Math.max(bounds.least, Math.floor(state.limit / 2)), streak: -state.limit };
  }
  if (streak < state.limit || state.limit >= bounds.most) return { limit: state.limit, streak };
  return { limit: state.limit + 1, streak: 0 };
}
