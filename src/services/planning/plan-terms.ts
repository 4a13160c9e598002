/** What a plan's decisions depend on besides the objects, gathered once. */
import type { DecideContext } from "../../core/decide.ts";
import type { BucketEffects } from "../../core/plan.ts";
import type { Context } from "../context.ts";
import { decideContext } from "../decide-context.ts";
import { busyKeys } from "../moving/busy-keys.ts";

export interface PlanTerms {
  /** Objects with a move under way. */
  readonly busy: ReadonlySet<string>;
  readonly deciding: DecideContext;
  readonly effects: BucketEffects;
}

/** @throws AstraError ASTRA_STORE_*, ASTRA_STATE_*, ASTRA_POLICY_INVALID */
export async function planTerms(ctx: Context, bucket: string): Promise<PlanTerms> {
  return {
    busy: await busyKeys(ctx, bucket),
    deciding: await decideContext(ctx, bucket),
    effects: await bucketEffects(ctx, bucket),
  };
}

async function bucketEffects(ctx: Context, bucket: string): Promise<BucketEffects> {
  const { notifications, replication, versioning, lifecycleRuleIds } = await (
    await ctx.stores.open(bucket)
  ).bucketInfo();
  const isDropped = versioning === "enabled" && ctx.config.engine.drop_own_noncurrent;
  const versions = versioning === "off" ? "none" : isDropped ? "dropped" : "kept";
  return { notifications, replication, versions, lifecycleRuleIds };
}
