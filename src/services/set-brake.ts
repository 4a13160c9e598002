/** The kill switch: every worker on this state sees it within a second, and begins no further move while it is on. */
import { requirePermission } from "../core/permission.ts";
import type { BrakeState } from "../ports/state-store.ts";
import type { Context } from "./context.ts";

export interface SetBrakeInput {
  readonly isOn: boolean;
  /** For whoever wonders later. */
  readonly why?: string;
}

/** Setting it again as it is renews who, when and why. @throws AstraError ASTRA_STATE_* */
export async function setBrake({ ctx, input }: { ctx: Context; input: SetBrakeInput }): Promise<BrakeState> {
  requirePermission(ctx.actor, "brake.set");
  const { isOn, why = null } = input;
  const brake = { isOn, actor: ctx.actor.name, atMs: ctx.clock.now(), why };
  const audit = { atMs: brake.atMs, actor: brake.actor, action: isOn ? "brake.on" : "brake.off", detail: { why } };
  await ctx.state.setBrake(brake, audit);
  return brake;
}
