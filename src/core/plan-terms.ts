/** Words of a plan that say how a move is made. */
import type { Mechanism } from "./pricing/price-book.ts";

/** Speeds at which an archive gives an object back, by what they are called at the store. */
export const RESTORE_SPEEDS = ["expedited", "standard", "bulk"] as const;
export type RestoreSpeedName = (typeof RESTORE_SPEEDS)[number];

/** How a transition is done: by a copy of ours, or by a tag that one of the bucket's lifecycle rules waits for. */
export const MOVE_MECHANISMS = ["copy", "tag"] as const satisfies readonly Mechanism[];
export type MoveMechanism = (typeof MOVE_MECHANISMS)[number];
