/** Faults in our own code, by name: each wraps a part of the product so that it forgets one of its duties. */
import type { Context } from "../../src/services/context.ts";

export interface Sabotage {
  readonly name: string;
  /** What is forgotten. */
  readonly forgets: string;
  readonly worker?: (context: Context) => Context;
}

export const SABOTAGES: readonly Sabotage[] = [];
