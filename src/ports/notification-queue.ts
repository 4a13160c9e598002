/**
 * A queue that notifications of a store arrive by, at least once and in any order. What is received is hidden from other
 * receivers for a while, and comes again unless it is deleted before that ends.
 *
 * Errors: ASTRA_QUEUE_MISSING, ASTRA_QUEUE_AUTHENTICATION, ASTRA_QUEUE_FORBIDDEN, ASTRA_QUEUE_UNREACHABLE,
 * ASTRA_QUEUE_REFUSED.
 */

/** A message in hand. */
export interface QueueMessage {
  readonly id: string;
  readonly body: string;
  /** Names this very delivery: what hides and deletes it. */
  readonly receipt: string;
  /** How often it was given out, this time included. */
  readonly deliveries: number;
}

export interface NotificationQueue extends AsyncDisposable {
  /** Where it is, for messages. */
  readonly name: string;
  /** How long a delivery stays hidden, ms. */
  readonly hiddenMs: number;
  /** Most messages of one answer. */
  readonly maxMessages: number;
  /** Messages, waiting a while for the first; none where there was none, or the signal aborted. */
  receive(signal: AbortSignal): Promise<readonly QueueMessage[]>;
  /**
   * Hides these for another {@link NotificationQueue.hiddenMs} from now.
   * @returns those that could not be: they may be with another receiver already.
   */
  hide(messages: readonly QueueMessage[]): Promise<readonly QueueMessage[]>;
  /** @returns those that could not be deleted: they come again. */
  delete(messages: readonly QueueMessage[]): Promise<readonly QueueMessage[]>;
}
