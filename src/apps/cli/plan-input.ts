/** What a plan is made from, as the command line says it. */
import type { Context } from "../../services/context.ts";
import type { MakePlanInput } from "../../services/make-plan.ts";
import { type Call, bucketOf } from "./call.ts";

/** Inventories are decided in a thread of their own. */
export function planInput(call: Call, ctx: Context): Omit<MakePlanInput, "progress"> {
  const [prefix, inventory] = [call.text("prefix"), call.text("inventory")];
  return {
    bucket: bucketOf(ctx.config),
    ...(prefix !== undefined && { prefix }),
    ...(inventory !== undefined && { inventory }),
    inBatch: async (input) => {
      const { planInThread } = await import("../batch-thread.ts");
      return planInThread(ctx, input);
    },
  };
}
