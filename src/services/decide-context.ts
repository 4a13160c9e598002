/** The strategy, prices and guards in force, from the configuration. */
import type { DecideContext } from "../core/decide.ts";
import { matrixStrategy } from "../core/matrix.ts";
import type { Context } from "./context.ts";

export function decideContext(ctx: Context): DecideContext {
  const { classes, window_days, max_payback_days } = ctx.config.engine;
  return {
    strategy: matrixStrategy({ classes, windowDays: window_days }),
    prices: ctx.prices,
    guards: { maxPaybackDays: max_payback_days },
  };
}
