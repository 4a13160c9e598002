/** The strategies, policies, prices and guards in force, from the configuration. */
import { costStrategy } from "../core/cost-strategy.ts";
import type { DecideContext } from "../core/decide.ts";
import { matrixStrategy } from "../core/matrix.ts";
import type { NativeRule } from "../core/policy/native-rules.ts";
import type { TagRule } from "../core/policy/tag-rule.ts";
import type { PolicyRule, StrategyName } from "../core/policy/policy.ts";
import { compilePolicies } from "../core/policy/policy-constraints.ts";
import type { Strategy } from "../core/strategy.ts";
import type { BucketKnowledge } from "../core/predict/bucket-knowledge.ts";
import { predictiveStrategy } from "../core/predict/predictive-strategy.ts";
import type { Context } from "./context.ts";
import { learnBucket, noKnowledge } from "./learn-bucket.ts";

/** What the bucket itself adds to a decision. */
export interface BucketTerms {
  readonly noncurrentDays: number;
  readonly nativeRules: readonly NativeRule[];
  readonly tagRules: readonly TagRule[];
  /** Objects have ACLs, which a copy reads before and after. */
  readonly readsAcl: boolean;
  readonly locksCopies: boolean;
  /** What was learned of it; `null` where no strategy in use predicts. */
  readonly knowledge: BucketKnowledge | null;
}

/** Of a bucket without versions and without rules of its own. */
export const PLAIN_BUCKET: BucketTerms = {
  noncurrentDays: 0,
  nativeRules: [],
  tagRules: [],
  readsAcl: false,
  locksCopies: false,
  knowledge: null,
};

/** @throws AstraError ASTRA_STORE_* where the bucket's configuration can't be read, ASTRA_POLICY_INVALID */
export async function decideContext(ctx: Context, bucket: string): Promise<DecideContext> {
  return decideBy(ctx, ctx.policies, await bucketTerms(ctx, bucket, ctx.policies));
}

/** What the bucket says of itself. @throws AstraError ASTRA_STORE_* where its configuration can't be read */
export async function bucketFacts(ctx: Context, bucket: string): Promise<Omit<BucketTerms, "knowledge">> {
  const info = await (await ctx.stores.open(bucket)).bucketInfo();
  // A version that never expires costs its rent for as long as a move may take to pay back.
  const expiry = info.noncurrentExpiryDays ?? ctx.config.engine.max_payback_days;
  const isKept = info.versioning !== "off" && !(info.versioning === "enabled" && ctx.config.engine.drop_own_noncurrent);
  return {
    noncurrentDays: isKept ? expiry : 0,
    nativeRules: info.lifecycleRules,
    tagRules: info.tagRules,
    readsAcl: info.ownership !== "enforced",
    locksCopies: info.defaultRetention,
  };
}

/** @throws AstraError ASTRA_STORE_* where the bucket's configuration can't be read */
export async function bucketTerms(ctx: Context, bucket: string, rules: readonly PolicyRule[]): Promise<BucketTerms> {
  const isPredicted =
    ctx.config.engine.strategy === "predictive" ||
    rules.some(({ action }) => action?.kind === "strategy" && action.strategy === "predictive");
  const facts = await bucketFacts(ctx, bucket);
  return { ...facts, knowledge: isPredicted ? await learnBucket(ctx, bucket) : null };
}

/** Decides by other rules than the configured ones, or without asking a bucket. @throws AstraError ASTRA_POLICY_INVALID */
export function decideBy(ctx: Context, policies: readonly PolicyRule[], terms: BucketTerms): DecideContext {
  const { classes, max_payback_days, mechanisms, restore_deadline_hours, cool_down_days } = ctx.config.engine;
  const made = new Map<StrategyName, Strategy>();
  const strategyNamed = (name: StrategyName): Strategy => {
    const strategy = made.get(name) ?? makeStrategy(name, ctx, terms);
    made.set(name, strategy);
    return strategy;
  };
  const { noncurrentDays, nativeRules, tagRules, readsAcl, locksCopies } = terms;
  return {
    strategy: strategyNamed(ctx.config.engine.strategy),
    strategyNamed,
    policies: compilePolicies(policies, ctx.prices, Object.values(classes)),
    prices: ctx.prices,
    guards: { maxPaybackDays: max_payback_days },
    restoreDays: ctx.config.engine.restore_days,
    restoreDeadlineHours: restore_deadline_hours,
    coolDownDays: cool_down_days,
    mechanisms,
    noncurrentDays,
    nativeRules,
    tagRules,
    readsAcl,
    locksCopies,
  };
}

function makeStrategy(name: StrategyName, ctx: Context, terms: BucketTerms): Strategy {
  const { classes, window_days: windowDays, horizon_days: horizonDays } = ctx.config.engine;
  switch (name) {
    case "matrix":
      return matrixStrategy({ classes, windowDays });
    case "cost":
      return costStrategy({ prices: ctx.prices, horizonDays, noncurrentDays: terms.noncurrentDays });
    case "predictive":
      return predictiveStrategy(terms.knowledge ?? noKnowledge(ctx), ctx.prices);
  }
}
