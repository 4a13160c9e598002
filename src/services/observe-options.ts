/** How events are counted, from the configuration. */
import type { Config } from "../config/schema.ts";
import type { ObserveOptions } from "../core/object-state.ts";

/** Exact days kept where the matrix counts the lifetime: enough for explain's sparkline. */
const LIFETIME_KEEP_DAYS = 90;

export function observeOptions(config: Config): ObserveOptions {
  const window = config.engine.window_days;
  return {
    keepDays: window === "lifetime" ? LIFETIME_KEEP_DAYS : window,
    excludedPrincipals: new Set(config.engine.excluded_principals),
  };
}
