/**
 * Faults in our own code, by name. Each wraps a part of the product so that it forgets one of its duties; nothing in the
 * product knows of it. A simulation that does not find each of them proves nothing.
 */
import type { Context } from "../../src/services/context.ts";
import type { Wanted } from "./effects.ts";
import type { WireRequest } from "./gated-http.ts";
import { PORT_SABOTAGES } from "./sabotage-ports.ts";
import { WIRE_SABOTAGES } from "./sabotage-wire.ts";

export interface Sabotage {
  readonly name: string;
  /** What goes wrong, in a few words. */
  readonly fault: string;
  /** Makes each process's context a faulty one. */
  readonly worker?: (context: Context) => Context;
  /** Headers as a faulty adapter would send them. */
  readonly wire?: (request: WireRequest, wanted: Wanted) => Readonly<Record<string, string>>;
}

export const SABOTAGES: readonly Sabotage[] = [...WIRE_SABOTAGES, ...PORT_SABOTAGES];
