/** Drafts of plans that nobody works on any more. */
import type { PlanDraft } from "../../ports/batch-engine.ts";
import type { Context } from "../context.ts";

/** Holder of a draft that its process has given up. */
export const NOBODY = "";

/** Of a bucket. */
export async function leftDrafts(ctx: Context, bucket: string): Promise<readonly PlanDraft[]> {
  const drafts = await ctx.batch.drafts(bucket);
  return drafts.filter(({ holder }) => holder === NOBODY || ctx.presence.isGone(holder));
}
