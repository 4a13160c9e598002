/** Finds rules that never act, contradict each other, or are sure to lose money. Asks no store. */
import { requirePermission } from "../core/permission.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import { compilePolicies } from "../core/policy/policy-constraints.ts";
import type { PolicyFinding } from "../core/policy/policy-finding.ts";
import { policyFindings } from "../core/policy/policy-findings.ts";
import type { Context } from "./context.ts";

export interface PolicyCheck {
  readonly rules: number;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly PolicyFinding[];
  /** Version of the price book that money was counted by. */
  readonly priceBook: string;
}

/** @throws AstraError ASTRA_POLICY_INVALID where a rule names a class that is not there */
export async function checkPolicies({
  ctx,
  input,
}: {
  ctx: Context;
  input: { readonly rules: readonly PolicyRule[] };
}): Promise<PolicyCheck> {
  requirePermission(ctx.actor, "object.read");
  const set = compilePolicies(input.rules, ctx.prices, Object.values(ctx.config.engine.classes));
  const findings = policyFindings(set, ctx.prices, ctx.clock.now());
  const errors = findings.filter(({ severity }) => severity === "error").length;
  return {
    rules: input.rules.length,
    errors,
    warnings: findings.length - errors,
    findings,
    priceBook: ctx.prices.version,
  };
}
