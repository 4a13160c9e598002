/** Provider-neutral words for where an object lives. Provider names of classes come from the price book only. */

export const PROVIDERS = ["s3", "azure", "gcs"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Ordered from the most to the least ready; `auto` means that the provider moves the object inside the class. */
export const TIERS = ["hot", "warm", "cold", "archive", "auto"] as const;
export type Tier = (typeof TIERS)[number];

/** The four tiers Astra itself chooses between, hottest first. */
export const LADDER = ["hot", "warm", "cold", "archive"] as const satisfies readonly Tier[];
export type LadderTier = (typeof LADDER)[number];

/** How long the first byte takes. */
export const LATENCY_CLASSES = ["instant", "minutes", "hours", "half-day", "two-days"] as const;
