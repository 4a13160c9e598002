/** Policies for tests, written as in a file. */
import { parsePolicies } from "../../src/config/policy-file.ts";
import { costStrategy } from "../../src/core/cost-strategy.ts";
import { type DecideContext, DEFAULT_GUARDS } from "../../src/core/decide.ts";
import { matrixStrategy } from "../../src/core/matrix.ts";
import type { PolicyRule } from "../../src/core/policy/policy.ts";
import { compilePolicies } from "../../src/core/policy/policy-constraints.ts";
import type { Strategy } from "../../src/core/strategy.ts";
import { AWS } from "./prices.ts";

/** Rules from the lines below `policies:`. */
export function policyRules(...lines: readonly string[]): readonly PolicyRule[] {
  if (lines.length === 0) return [];
  return parsePolicies("policies.yaml", ["policies:", ...lines.map((line) => `  ${line}`)].join("\n"));
}

const matrix = matrixStrategy({
  classes: { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" },
  windowDays: 90,
});
const cost = costStrategy({ prices: AWS, horizonDays: 90, noncurrentDays: 0 });

/** Decides with the built-in prices by a strategy and rules. */
export function decideWith(
  rules: readonly PolicyRule[],
  strategy: "matrix" | "cost" | Strategy = "matrix",
  changes: Partial<DecideContext> = {},
): DecideContext {
  return {
    strategy: strategy === "matrix" ? matrix : strategy === "cost" ? cost : strategy,
    strategyNamed: (name) => (name === "cost" ? cost : matrix),
    policies: compilePolicies(rules, AWS),
    prices: AWS,
    guards: DEFAULT_GUARDS,
    noncurrentDays: 0,
    nativeRules: [],
    ...changes,
  };
}
