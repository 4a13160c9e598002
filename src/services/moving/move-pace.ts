/** Holds moves and restores to the rates that are set: for the bucket, for each prefix of it, and for restores. */
import { type TokenBucket, type TokenRate, fullBucket, takeTokens } from "../../core/token-bucket.ts";
import type { Context } from "../context.ts";

/** Prefixes remembered; beyond it, all begin anew with a full bucket. */
const MOST_PREFIXES = 10_000;

export class MovePace {
  readonly #ctx: Context;
  readonly #bucket: RateLimit | null;
  readonly #restores: RateLimit;
  readonly #prefixes = new Map<string, RateLimit>();

  constructor(ctx: Context) {
    const { moves_per_second, restores_per_second } = ctx.config.rates;
    this.#ctx = ctx;
    this.#bucket = moves_per_second === undefined ? null : new RateLimit(ctx, moves_per_second);
    this.#restores = new RateLimit(ctx, restores_per_second);
  }

  async ofMove(key: string): Promise<void> {
    const { moves_per_second_per_prefix: perPrefix, prefix_depth } = this.#ctx.config.rates;
    if (perPrefix !== undefined) await this.#prefix(prefixOf(key, prefix_depth), perPrefix).take();
    if (this.#bucket) await this.#bucket.take();
  }

  ofRestore(): Promise<void> {
    return this.#restores.take();
  }

  #prefix(prefix: string, perSecond: number): RateLimit {
    const known = this.#prefixes.get(prefix);
    if (known) return known;
    if (this.#prefixes.size >= MOST_PREFIXES) this.#prefixes.clear();
    const limit = new RateLimit(this.#ctx, perSecond);
    this.#prefixes.set(prefix, limit);
    return limit;
  }
}

class RateLimit {
  readonly #ctx: Context;
  readonly #rate: TokenRate;
  #tokens: TokenBucket;

  constructor(ctx: Context, perSecond: number) {
    this.#ctx = ctx;
    // One at a time: a burst on top would let twice the rate through in the first second.
    this.#rate = { perSecond, burst: 1 };
    this.#tokens = fullBucket(this.#rate, ctx.clock.now());
  }

  async take(): Promise<void> {
    const { clock, signal } = this.#ctx;
    const { bucket, waitMs } = takeTokens(this.#tokens, clock.now(), 1, this.#rate);
    this.#tokens = bucket;
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  }
}

/** The first `depth` segments with their slashes: `a/b/` of `a/b/c` at depth 2. */
function prefixOf(key: string, depth: number): string {
  return key.split("/").slice(0, -1).slice(0, depth).join("/");
}
