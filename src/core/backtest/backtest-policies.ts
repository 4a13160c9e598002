/** The policies a backtest can replay, by name, with the classes of its setting. */
import type { ObjectPolicy } from "./object-policy.ts";
import { type BucketMover, bucketMover, classesOf, type Setting } from "./backtest-setting.ts";
import { ageRulesPolicy, type DueSteps, usualAgeRules } from "./challengers/age-rules.ts";
import { autoTieringPolicy } from "./challengers/auto-tiering.ts";
import { bestIdlePolicy } from "./challengers/idle-rule.ts";
import { keepPolicy } from "./challengers/keep.ts";
import { skiRentalPolicy } from "./challengers/ski-rental.ts";
import { strategyPolicy } from "./challengers/strategy-replay.ts";
import { costStrategy } from "../cost-strategy.ts";
import type { ClassSet, Mover } from "./daily-tariff.ts";
import type { DecideContext, GuardLimits } from "../decide.ts";
import { matrixStrategy, type MatrixWindow, type TierClasses } from "../matrix.ts";
import { optimalPolicy } from "./optimum.ts";
import type { PredictorTerms } from "../predict/predictor.ts";
import { predictivePolicy } from "../predict/predictive-policy.ts";
import type { PolicyRule } from "../policy/policy.ts";
import { compilePolicies } from "../policy/policy-constraints.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { ReplayPolicy } from "./replay.ts";
import type { Strategy } from "../strategy.ts";
import { tariffCache } from "./tariff-cache.ts";
import { LADDER, type LadderTier } from "../tier.ts";

/** Names in the order in which they are listed. */
export const BACKTEST_POLICIES = [
  "standard",
  "lifecycle",
  "intelligent-tiering",
  "autoclass",
  "best-idle",
  "ski-rental",
  "matrix",
  "cost",
  "predictive",
  "optimal",
] as const;
export type BacktestPolicyName = (typeof BACKTEST_POLICIES)[number];

/** What the policies are made of. */
export interface PolicyMaterial {
  readonly book: PriceBook;
  readonly setting: Setting;
  readonly mover: Mover;
  readonly guards: GuardLimits;
  /** Of the matrix. */
  readonly tierClasses: TierClasses;
  readonly window: MatrixWindow;
  /** Days of exact counts that the state keeps. */
  readonly keepDays: number;
  /** Of the cost strategy. */
  readonly horizonDays: number;
  /** The user's own rules instead of the usual ones. */
  readonly lifecycle: DueSteps | null;
}

/** A policy ready to be replayed: object by object together with others, or the trace as a whole. */
export type BacktestPolicy =
  | { readonly kind: "object"; readonly policy: ObjectPolicy; readonly mover: BucketMover | null }
  | { readonly kind: "trace"; readonly policy: ReplayPolicy };

/** @returns `null` for a policy that the provider or the setting does not have. */
export function backtestPolicy(name: BacktestPolicyName, material: PolicyMaterial): BacktestPolicy | null {
  const { classes } = classesOf(material.book, material.setting);
  switch (name) {
    case "standard":
      return byObject(keepPolicy());
    case "lifecycle":
      return lifecyclePolicy(material, classes);
    case "intelligent-tiering":
      return hasMover(material, classes) ? byObject(autoTieringPolicy(name)) : null;
    case "autoclass": {
      const mover = bucketMover(material.book, material.setting);
      return mover && { kind: "object", policy: autoTieringPolicy(name), mover };
    }
    case "best-idle":
      return byObject(bestIdlePolicy());
    case "ski-rental":
      return byObject(skiRentalPolicy());
    case "matrix":
      return ofStrategy(
        matrixStrategy({ classes: nearestClasses(material, classes), windowDays: material.window }),
        material,
      );
    case "cost": {
      const prices = bookOf(material.book, classes);
      return ofStrategy(costStrategy({ prices, horizonDays: material.horizonDays, noncurrentDays: 0 }), material);
    }
    case "predictive":
      return { kind: "trace", policy: predictivePolicy(termsOf(material, classes)) };
    case "optimal":
      return { kind: "trace", policy: optimalPolicy() };
  }
}

function termsOf({ book, mover, guards }: PolicyMaterial, classes: ClassSet): PredictorTerms {
  return { tariffOf: tariffCache(book, classes, mover), maxPaybackDays: guards.maxPaybackDays };
}

function byObject(policy: ObjectPolicy): BacktestPolicy {
  return { kind: "object", policy, mover: null };
}

function hasMover({ book }: PolicyMaterial, { names }: ClassSet): boolean {
  return names.some((name) => book.classes[name]?.innerTiers !== undefined);
}

/** The usual rules name S3's classes; elsewhere only the user's own rules can be replayed. */
function lifecyclePolicy({ book, lifecycle }: PolicyMaterial, { names }: ClassSet): BacktestPolicy | null {
  if (lifecycle) return byObject(ageRulesPolicy(lifecycle));
  return book.provider === "s3" ? byObject(ageRulesPolicy(usualAgeRules(names))) : null;
}

/**
 * The class of each tier: the configured one where the setting has it, else the coldest the setting has that is no colder
 * than the tier. So GLACIER for cold becomes GLACIER_IR where nobody may be made to wait.
 */
export function nearestClasses({ book, tierClasses }: PolicyMaterial, { names }: ClassSet): TierClasses {
  const nearest = (tier: LadderTier): string => {
    if (names.includes(tierClasses[tier])) return tierClasses[tier];
    for (const step of LADDER.slice(0, LADDER.indexOf(tier) + 1).toReversed()) {
      const found = names.find((name) => book.classes[name]?.tier === step);
      if (found !== undefined) return found;
    }
    return book.baseClass;
  };
  return { hot: nearest("hot"), warm: nearest("warm"), cold: nearest("cold"), archive: nearest("archive") };
}

/** The book in which only the classes of the setting are moved into, so that a strategy can't leave them. */
export function bookOf(book: PriceBook, { names }: ClassSet): PriceBook {
  const classes: PriceBook["classes"] = {};
  for (const [name, entry] of Object.entries(book.classes)) {
    classes[name] = names.includes(name) ? entry : { ...entry, managed: false };
  }
  return { ...book, classes };
}

const ANY = { atLeast: null, below: null } as const;

/** The owner's consent to wait for the first byte, which the setting `all` stands for. */
const CONSENT: PolicyRule = {
  name: "setting all",
  where: "--setting all",
  places: {},
  match: { buckets: [], keys: [], sizeBytes: ANY, age: ANY, tags: [], classes: [], tenants: [] },
  action: { kind: "max_latency", latency: "two-days" },
  duration: null,
  untilMs: null,
  readsExcludedFrom: [],
};

function ofStrategy(strategy: Strategy, material: PolicyMaterial): BacktestPolicy {
  const { classes } = classesOf(material.book, material.setting);
  const prices = bookOf(material.book, classes);
  const context: DecideContext = {
    strategy,
    strategyNamed: () => strategy,
    policies: compilePolicies(material.setting === "all" ? [CONSENT] : [], prices, classes.names),
    prices,
    guards: material.guards,
    noncurrentDays: 0,
    nativeRules: [],
  };
  return byObject(
    strategyPolicy({
      name: strategy.name,
      context,
      windowDays: material.keepDays,
      hasSteps: strategy.name === "matrix",
    }),
  );
}
