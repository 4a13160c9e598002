/**
 * The way into one partition. It sends one batch at a time and joins whatever waited meanwhile into the next: that
 * keeps the order of acknowledgements, keeps the broker's duplicate detection meaningful, and makes batches larger
 * just when there is more to do.
 */
import { messageBytes, type OutgoingMessage } from "./wire.ts";

/** Batches stay under the broker's default limit of 1 MiB, also before compression. */
const BATCH_BYTES = 512 * 1024;

/** How a lane reaches its broker. */
export interface LaneSender {
  /** Writes a batch durably; the offsets of its messages. */
  send(messages: readonly OutgoingMessage[]): Promise<readonly bigint[]>;
  /** Makes the broker take the next batch for a new one, whatever came before. */
  renew(): Promise<void>;
}

/** The part of one call that goes to one partition; sent in one or several pieces. */
interface Order {
  readonly offsets: bigint[];
  readonly pieces: Piece[];
  failure: Error | undefined;
  settle(): void;
}

interface Piece {
  readonly order: Order;
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
}

export class Lane {
  readonly #sender: LaneSender;
  #waiting: Piece[] = [];
  #running = false;
  /** One past the last offset that was acknowledged here. */
  #next = 0n;

  constructor(sender: LaneSender) {
    this.#sender = sender;
  }

  /** Offsets of the messages once all are durable. */
  add(messages: readonly OutgoingMessage[]): Promise<readonly bigint[]> {
    return new Promise((resolve, reject) => {
      const order: Order = {
        offsets: [],
        pieces: [],
        failure: undefined,
        settle: () => (order.failure ? reject(order.failure) : resolve(order.offsets)),
      };
      order.pieces.push(...cut(order, messages));
      this.#waiting.push(...order.pieces);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        const offsets = await this.#write(batch.flatMap((piece) => piece.messages));
        let at = 0;
        for (const piece of batch) {
          piece.order.offsets.push(...offsets.slice(at, at + piece.messages.length));
          at += piece.messages.length;
        }
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error));
        for (const piece of batch) piece.order.failure = failure;
      }
      for (const piece of batch) this.#finish(piece);
    }
    this.#running = false;
  }

  /**
   * The library restarts its sequence numbers when any partition's batch fails. Should another batch get an old number
   * that way, the broker takes it for one it has, drops it and answers with the old one's place. We know better: every
   * earlier batch was acknowledged below `#next`. After `renew` the answer can be trusted, whatever it is.
   */
  async #write(messages: readonly OutgoingMessage[]): Promise<readonly bigint[]> {
    let offsets = await this.#sender.send(messages);
    if ((offsets[0] ?? 0n) < this.#next) {
      await this.#sender.renew();
      offsets = await this.#sender.send(messages);
    }
    this.#next = (offsets.at(-1) ?? 0n) + 1n;
    return offsets;
  }

  /** As many waiting pieces as fit into one batch, and at least one. */
  #take(): readonly Piece[] {
    let count = 0;
    let bytes = 0;
    for (const piece of this.#waiting) {
      if (count > 0 && bytes + piece.bytes > BATCH_BYTES) break;
      bytes += piece.bytes;
      count += 1;
    }
    const batch = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return batch;
  }

  #finish(piece: Piece): void {
    const { order } = piece;
    if (order.failure) {
      // What comes after a failed piece must not be written before it.
      this.#waiting = this.#waiting.filter((each) => each.order !== order);
      order.settle();
    } else if (piece === order.pieces.at(-1)) {
      order.settle();
    }
  }
}

function cut(order: Order, messages: readonly OutgoingMessage[]): Piece[] {
  const pieces: Piece[] = [];
  let current: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = messageBytes(message);
    if (current.length > 0 && bytes + size > BATCH_BYTES) {
      pieces.push({ order, messages: current, bytes });
      current = [];
      bytes = 0;
    }
    current.push(message);
    bytes += size;
  }
  if (current.length > 0) pieces.push({ order, messages: current, bytes });
  return pieces;
}
