/** When to try again. Pure: randomness comes in as a number in [0, 1). */

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
