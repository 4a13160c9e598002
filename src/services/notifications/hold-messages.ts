/** Keeps messages hidden from other receivers for as long as the work on them takes. */
import { toAstraError } from "../../core/errors.ts";
import type { NotificationQueue, QueueMessage } from "../../ports/notification-queue.ts";
import type { Context } from "../context.ts";

/** Prolonged when this part of the time is over: two more tries fit into what is left. */
const PROLONG_AT = 0.4;

/**
 * @returns what `work` gives, and how often the time was prolonged.
 * @throws what `work` throws. That the time can't be prolonged is no fault of the work: its messages come again then.
 */
export async function holdMessages<T>(
  ctx: Context,
  queue: NotificationQueue,
  messages: readonly QueueMessage[],
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly prolonged: number }> {
  const done = new AbortController();
  const holding = hold(ctx, queue, messages, done.signal);
  try {
    const value = await work();
    done.abort();
    return { value, prolonged: await holding };
  } finally {
    done.abort();
    await holding;
  }
}

async function hold(
  ctx: Context,
  queue: NotificationQueue,
  messages: readonly QueueMessage[],
  done: AbortSignal,
): Promise<number> {
  let prolonged = 0;
  for (;;) {
    await ctx.clock.sleep(queue.hiddenMs * PROLONG_AT, done);
    if (done.aborted) return prolonged;
    try {
      const lost = await queue.hide(messages);
      prolonged += 1;
      if (lost.length > 0)
        ctx.logger.warn({ queue: queue.name, messages: lost.length }, "messages in hand are hidden no longer");
    } catch (error) {
      const { code, message } = toAstraError(error);
      ctx.logger.warn({ queue: queue.name, code, error: message }, "messages in hand could not be kept hidden");
    }
  }
}
