/** The strategy, prices and guards in force, from the configuration. */
import type { DecideContext } from "../core/decide.ts";
import { matrixStrategy } from "../core/matrix.ts";
import type { Context } from "./context.ts";

/** @throws AstraError ASTRA_STORE_* where the bucket's configuration can't be read */
export async function decideContext(ctx: Context, bucket: string): Promise<DecideContext> {
  const info = await (await ctx.stores.open(bucket)).bucketInfo();
  const { classes, window_days, max_payback_days } = ctx.config.engine;
  return {
    strategy: matrixStrategy({ classes, windowDays: window_days }),
    prices: ctx.prices,
    guards: { maxPaybackDays: max_payback_days },
    // A version that never expires costs its rent for as long as a move may take to pay back.
    noncurrentDays: info.versioning === "off" ? 0 : (info.noncurrentExpiryDays ?? max_payback_days),
  };
}
