import type { Config } from "../config/schema.ts";

/** Buckets that the configuration names; where there is none, any bucket may be worked on. */
export function configuredBuckets(config: Config): string[] {
  const named = Object.keys(config.buckets);
  return config.bucket === undefined ? named : [...named, config.bucket];
}
