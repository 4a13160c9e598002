/**
 * A proposal that puts itself into words when it is read. A batch reads them for the moves it makes and for nothing else;
 * who explains an object reads all of them. They are the same words either way.
 */
import type { Prediction, Proposal } from "./strategy.ts";
import type { Tier } from "./tier.ts";

/** What was chosen; why, once it is asked. */
export class LazyProposal implements Proposal {
  readonly tier: Tier;
  readonly storageClass: string;
  readonly rule: string;
  readonly prediction: Prediction | undefined;
  readonly #words: () => string;

  constructor(tier: Tier, storageClass: string, rule: string, words: () => string, prediction?: Prediction) {
    this.tier = tier;
    this.storageClass = storageClass;
    this.rule = rule;
    this.prediction = prediction;
    this.#words = words;
  }

  get why(): string {
    return this.#words();
  }

  toJSON(): Proposal {
    const { tier, storageClass, rule, why, prediction } = this;
    return { tier, storageClass, rule, why, ...(prediction && { prediction }) };
  }
}
