/** How events are counted, from the configuration. */
import type { Config } from "../config/schema.ts";
import type { ObserveOptions } from "../core/object-state.ts";

/** Days that `windowReads` counts where the matrix counts the lifetime. */
const LIFETIME_WINDOW_DAYS = 90;

/** Days of accesses that count into an object's window. */
export function windowDaysOf({ engine }: Config): number {
  return engine.window_days === "lifetime" ? LIFETIME_WINDOW_DAYS : engine.window_days;
}

/** Days are kept for as long as the window or the access model needs them. */
export function observeOptions(config: Config): ObserveOptions {
  return {
    keepDays: Math.max(windowDaysOf(config), config.engine.history_days),
    excludedPrincipals: new Set(config.engine.excluded_principals),
  };
}
