/** Marks dead letters as done with. The log keeps them; nothing is deleted. */
import { requirePermission } from "../../core/permission.ts";
import type { Context } from "../context.ts";
import { type DeadLetterChoice, chosenLetters, settle } from "./settle.ts";

export interface DiscardDeadLettersInput {
  readonly choice: DeadLetterChoice;
  /** For the audit. */
  readonly why?: string;
}

/** @throws AstraError ASTRA_DEAD_LETTER_MISSING, ASTRA_DEAD_LETTER_REFUSED (for named ones), ASTRA_LOG_*, ASTRA_STATE_* */
export async function discardDeadLetters({
  ctx,
  input,
}: {
  ctx: Context;
  input: DiscardDeadLettersInput;
}): Promise<{ readonly discarded: number }> {
  requirePermission(ctx.actor, "event.write");
  let discarded = 0;
  for await (const page of chosenLetters(ctx, input.choice, false)) {
    await settle(ctx, page, "discarded", { why: input.why ?? null });
    discarded += page.length;
  }
  return { discarded };
}
