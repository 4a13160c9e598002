/**
 * Sends dead letters to the topic again, byte for byte. The log takes an event before its letter is marked, so a crash in
 * between sends it twice: the second is known by its (source, id) and changes nothing.
 */
import { retriedHeaders } from "../../core/dead-letter.ts";
import { AstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { Context } from "../context.ts";
import type { DeadLetter } from "./dead-letters.ts";
import { type DeadLetterChoice, chosenLetters, settle } from "./settle.ts";

export interface RetryDeadLettersInput {
  readonly choice: DeadLetterChoice;
  /** Also those that were sent again often enough, and named ones that are settled. */
  readonly force: boolean;
}

export interface RetryDeadLettersResult {
  /** Where they were sent. */
  readonly topic: string;
  readonly retried: number;
  /** Left where they are: sent again as often as `ingest.attempts` allows, and refused each time. */
  readonly exhausted: number;
}

/** @throws AstraError ASTRA_DEAD_LETTER_MISSING, ASTRA_DEAD_LETTER_REFUSED (for named ones), ASTRA_LOG_*, ASTRA_STATE_* */
export async function retryDeadLetters({
  ctx,
  input,
}: {
  ctx: Context;
  input: RetryDeadLettersInput;
}): Promise<RetryDeadLettersResult> {
  requirePermission(ctx.actor, "event.write");
  const { topic, create_topics, partitions } = ctx.config.log;
  if (create_topics) await ctx.log.ensureTopic(topic, partitions);
  let retried = 0;
  let exhausted = 0;
  for await (const page of chosenLetters(ctx, input.choice, input.force)) {
    const tired = input.force ? [] : page.filter((letter) => isExhausted(ctx, letter));
    const [first] = tired;
    if (first && input.choice.kind === "places") throw tiredOf(first);
    const again = page.filter((letter) => !tired.includes(letter));
    await ctx.log.append(
      topic,
      again.map((letter) => ({ key: letter.key, value: letter.value, headers: retriedHeaders(letter) })),
    );
    if (again.length > 0) await settle(ctx, again, "retried", { to: topic, forced: input.force });
    retried += again.length;
    exhausted += tired.length;
  }
  return { topic, retried, exhausted };
}

function isExhausted(ctx: Context, { attempts }: DeadLetter): boolean {
  return attempts >= ctx.config.ingest.attempts;
}

function tiredOf({ place, attempts, code }: DeadLetter): AstraError {
  const text = `dead letter ${place} was sent again ${attempts} times already, and was refused each time (${code ?? "no reason told"})`;
  const fix = "Mend what it was refused for, then add --force; or discard it.";
  return new AstraError("ASTRA_DEAD_LETTER_REFUSED", text, { fix });
}
