/**
 * A rate limit as a value: tokens flow in at a steady rate up to a burst. Taking more than there is runs into debt and says
 * how long to wait, so that callers are served in the order in which they asked.
 */

/** How full a bucket was when it was last looked at. */
export interface TokenBucket {
  /** Below 0: promised to callers that wait. */
  readonly tokens: number;
  readonly atMs: number;
}

/** Speed of a bucket. */
export interface TokenRate {
  /** Above 0. */
  readonly perSecond: number;
  /** Most that gathers while nobody asks. */
  readonly burst: number;
}

/** A bucket nobody has taken from. */
export function fullBucket({ burst }: TokenRate, nowMs: number): TokenBucket {
  return { tokens: burst, atMs: nowMs };
}

/**
 * Takes `count` tokens; the caller goes on after `waitMs`. Within any span of S seconds, at most burst + S × rate tokens'
 * callers go on. A clock set back refills nothing and holds nothing up; one set forward fills no more than the burst.
 */
export function takeTokens(
  bucket: TokenBucket,
  nowMs: number,
  count: number,
  rate: TokenRate,
): { readonly bucket: TokenBucket; readonly waitMs: number } {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  const filled = Math.min(rate.burst, bucket.tokens + (elapsedMs * rate.perSecond) / 1000);
  const tokens = filled - count;
  return { bucket: { tokens, atMs: nowMs }, waitMs: tokens < 0 ? (-tokens * 1000) / rate.perSecond : 0 };
}
