/** What was set aside and why, counted by reason. */
import { requirePermission } from "../../core/permission.ts";
import type { Context } from "../context.ts";
import { type DeadLetter, deadLetterPages } from "./dead-letters.ts";

export interface ListDeadLettersInput {
  /** Most letters in the list; the counts are of all. */
  readonly limit: number;
  /** Only those set aside for this reason. */
  readonly code?: string;
  /** Also those that were sent again or discarded. */
  readonly settled: boolean;
}

/** A dead letter without its bytes. */
export interface DeadLetterLine extends Omit<DeadLetter, "value"> {
  readonly sizeBytes: number;
}

export interface ListDeadLettersResult {
  readonly topic: string;
  /** Oldest first within a partition. */
  readonly letters: readonly DeadLetterLine[];
  readonly waiting: number;
  readonly retried: number;
  readonly discarded: number;
  /** Those that wait, most first; `null` where the reason is not told. */
  readonly codes: readonly { readonly code: string | null; readonly letters: number }[];
}

/** @throws AstraError ASTRA_LOG_*, ASTRA_STATE_* */
export async function listDeadLetters({
  ctx,
  input,
}: {
  ctx: Context;
  input: ListDeadLettersInput;
}): Promise<ListDeadLettersResult> {
  requirePermission(ctx.actor, "object.read");
  const letters: DeadLetterLine[] = [];
  const codes = new Map<string | null, number>();
  const counts = { waiting: 0, retried: 0, discarded: 0 };
  for await (const page of deadLetterPages(ctx)) {
    for (const letter of page) {
      if (input.code !== undefined && letter.code !== input.code) continue;
      counts[letter.mark?.outcome ?? "waiting"] += 1;
      if (!letter.mark) codes.set(letter.code, (codes.get(letter.code) ?? 0) + 1);
      if ((!letter.mark || input.settled) && letters.length < input.limit) letters.push(lineOf(letter));
    }
  }
  const byCount = [...codes].map(([code, count]) => ({ code, letters: count }));
  return {
    topic: ctx.config.log.dead_letter_topic,
    letters,
    ...counts,
    codes: byCount.toSorted((a, b) => b.letters - a.letters),
  };
}

function lineOf({ value, ...rest }: DeadLetter): DeadLetterLine {
  return { ...rest, sizeBytes: value.byteLength };
}
