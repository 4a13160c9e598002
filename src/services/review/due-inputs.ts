/** Whether rules, prices or limits changed since the whole bucket was last decided: then single reviews would not do. */
import type { Context } from "../context.ts";

const CHANGES = ["policy.change", "prices.change", "config.change"] as const;
/** Plans looked back on for one of this bucket. */
const RECENT_PLANS = 1000;

/** @returns why the whole bucket has to be decided anew, or `null` */
export async function whyDecideAll(ctx: Pick<Context, "state">, bucket: string): Promise<string | null> {
  const plans = await ctx.state.auditEntries({ action: "plan.make", limit: RECENT_PLANS });
  const last = plans.find(({ detail }) => detail["bucket"] === bucket);
  if (!last) return "the bucket was never decided as a whole";
  for (const action of CHANGES) {
    const [newest] = await ctx.state.auditEntries({ action, limit: 1 });
    if (newest && newest.seq > last.seq) return `${action} since plan ${String(last.detail["plan"])}`;
  }
  return null;
}
