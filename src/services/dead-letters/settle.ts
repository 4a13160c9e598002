/** What sending again and discarding have in common: which letters are meant, and the mark that settles them. */
import { AstraError } from "../../core/errors.ts";
import type { RecordPosition } from "../../ports/event-log.ts";
import type { DeadLetterMark } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { type DeadLetter, deadLetterPages, deadLettersAt } from "./dead-letters.ts";

/** Which dead letters are meant. */
export type DeadLetterChoice =
  | { readonly kind: "places"; readonly places: readonly RecordPosition[] }
  /** Every one that waits; with a code, those set aside for that reason. */
  | { readonly kind: "waiting"; readonly code?: string };

/**
 * The letters of a choice, in pages. Named ones are all read before the first is given out, so that a wrong name changes
 * nothing.
 * @throws AstraError ASTRA_DEAD_LETTER_MISSING; ASTRA_DEAD_LETTER_REFUSED for a named one that was settled before
 */
export async function* chosenLetters(
  ctx: Context,
  choice: DeadLetterChoice,
  mayRepeat: boolean,
): AsyncGenerator<readonly DeadLetter[]> {
  if (choice.kind === "places") {
    const letters = await deadLettersAt(ctx, choice.places);
    const settled = mayRepeat ? undefined : letters.find(({ mark }) => mark !== null);
    if (settled) throw settledBefore(settled);
    yield letters;
    return;
  }
  for await (const page of deadLetterPages(ctx)) {
    const waiting = page.filter(
      ({ mark, code }) => mark === null && (choice.code === undefined || code === choice.code),
    );
    if (waiting.length > 0) yield waiting;
    if (ctx.signal.aborted) return;
  }
}

function settledBefore({ place, mark }: DeadLetter): AstraError {
  const when = mark ? ` on ${new Date(mark.atMs).toISOString()}` : "";
  return new AstraError("ASTRA_DEAD_LETTER_REFUSED", `dead letter ${place} was ${mark?.outcome ?? "settled"}${when}`);
}

/** Marks letters and tells the audit, in one transaction. */
export async function settle(
  ctx: Context,
  letters: readonly DeadLetter[],
  outcome: DeadLetterMark["outcome"],
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const atMs = ctx.clock.now();
  const topic = ctx.config.log.dead_letter_topic;
  const logId = await ctx.log.id();
  const marks = letters.map(({ partition, offset }) => ({ partition, offset, outcome, atMs }));
  const places = letters.map(({ place }) => place);
  const action = outcome === "retried" ? "dead-letter.retry" : "dead-letter.discard";
  await ctx.state.markDeadLetters(logId, topic, marks, {
    atMs,
    actor: ctx.actor.name,
    action,
    detail: { log: logId, topic, places, ...detail },
  });
}
