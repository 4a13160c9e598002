/** What every verb is given. Made by apps/wiring.ts; nothing in it names a technology. */
import type { Config } from "../config/schema.ts";
import type { Actor } from "../core/permission.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import type { BatchEngine } from "../ports/batch-engine.ts";
import type { BodySources } from "../ports/body-source.ts";
import type { Clock, Random } from "../ports/clock.ts";
import type { EventLog } from "../ports/event-log.ts";
import type { Inventories } from "../ports/inventories.ts";
import type { Logger } from "../ports/logger.ts";
import type { ObjectStores } from "../ports/object-store.ts";
import type { Presence } from "../ports/presence.ts";
import type { StateStore } from "../ports/state-store.ts";

export interface Context {
  readonly actor: Actor;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly presence: Presence;
  readonly logger: Logger;
  readonly prices: PriceBook;
  /** Rules of the policy file; empty without one. Read when they are first asked for. */
  readonly policies: readonly PolicyRule[];
  readonly log: EventLog;
  readonly state: StateStore;
  readonly stores: ObjectStores;
  readonly bodies: BodySources;
  /** Inventories kept on this machine. */
  readonly inventories: Inventories;
  /** Decides whole inventories. */
  readonly batch: BatchEngine;
  /** Aborts when the process should come to an end: work begun is finished, nothing new is begun. */
  readonly signal: AbortSignal;
}

/** What a long verb tells while it works; shown on a terminal, never needed for the result. */
export interface Progress {
  (done: number, total: number | null, unit: string): void;
}
