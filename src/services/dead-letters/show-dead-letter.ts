/** One dead letter, with its bytes as they came. */
import { AstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { RecordPosition } from "../../ports/event-log.ts";
import type { Context } from "../context.ts";
import { type DeadLetter, deadLettersAt, placeText } from "./dead-letters.ts";

/** @throws AstraError ASTRA_DEAD_LETTER_MISSING, ASTRA_LOG_* */
export async function showDeadLetter({ ctx, input }: { ctx: Context; input: RecordPosition }): Promise<DeadLetter> {
  requirePermission(ctx.actor, "object.read");
  const [letter] = await deadLettersAt(ctx, [input]);
  if (!letter) throw new AstraError("ASTRA_DEAD_LETTER_MISSING", `there is no dead letter ${placeText(input)}`);
  return letter;
}
