/** What one event makes of what is known of its object. */
import { type DataEvent, eventObject } from "../core/event.ts";
import {
  type ObjectState,
  type ObserveOptions,
  type StoredFacts,
  observeEvent,
  observeMovedSource,
  observeOwnCopy,
} from "../core/object-state.ts";
import type { toldOfMove } from "../core/own-copy.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import { isExcludedReader } from "../core/policy/policy-readers.ts";
import { type ReviewRule, reviewAfter } from "../core/review-time.ts";
import type { Effect } from "../ports/state-store.ts";

/** How events are counted: the same for a whole batch. */
export interface EffectRules {
  readonly observe: ObserveOptions;
  /** Rules that exclude readers. */
  readonly excluding: readonly PolicyRule[];
  readonly review: ReviewRule;
}

export interface ToldEvent {
  readonly event: DataEvent;
  /** What its upload made of it. */
  readonly stored: StoredFacts | null;
  /** What it tells of a move of ours. */
  readonly told: ReturnType<typeof toldOfMove>;
}

export function effectOf({ event, stored, told }: ToldEvent, rules: EffectRules): Omit<Effect, "offset"> {
  const ref = eventObject(event);
  return {
    ref,
    source: event.source,
    eventId: event.id,
    apply: (known) => {
      if (known && told === "copy") return observeOwnCopy(known, event);
      if (known && told === "source") return observeMovedSource(known, event);
      const after = observeEvent(known, event, ref, stored, optionsFor(known));
      return withReview(known, after);
    },
  };

  function optionsFor(known: ObjectState | undefined): ObserveOptions {
    if (rules.excluding.length === 0 || !isExcludedReader(rules.excluding, known, event, ref)) return rules.observe;
    return { ...rules.observe, excludedPrincipals: new Set([event.data.principal ?? ""]) };
  }

  function withReview(known: ObjectState | undefined, after: ObjectState): ObjectState {
    if (after === known) return after;
    const reviewMs = reviewAfter(event.type, after, rules.review);
    return reviewMs === after.reviewMs ? after : { ...after, reviewMs };
  }
}
