/**
 * Durable appends. Each partition has a lane that sends one batch at a time and joins whatever waited meanwhile into
 * the next: that keeps the order of acknowledgements, keeps the broker's duplicate detection meaningful, and makes
 * batches larger just when there is more to do.
 */
import { Producer, ProduceAcks } from "@platformatic/kafka";

import { answersIn } from "./failure.ts";
import { clientOptions, type KafkaContext } from "./options.ts";
import { messageBytes, type OutgoingMessage } from "./wire.ts";

/** Batches stay under the broker's default limit of 1 MiB, also before compression. */
const BATCH_BYTES = 512 * 1024;

/** The part of one call that goes to one partition; sent in one or several pieces. */
interface Order {
  readonly offsets: bigint[];
  readonly pieces: Piece[];
  failure: unknown;
  settle(): void;
}

interface Piece {
  readonly order: Order;
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
}

export class Appender {
  readonly #producer: Producer;
  readonly #compression: KafkaContext["options"]["compression"];
  readonly #lanes = new Map<string, Lane>();

  constructor(context: KafkaContext) {
    this.#producer = new Producer({
      ...clientOptions(context, "work"),
      idempotent: true,
    });
    this.#compression = context.options.compression;
  }

  /** Offsets of the messages, all of one partition, once they are durable. */
  async append(topic: string, partition: number, messages: readonly OutgoingMessage[]): Promise<readonly bigint[]> {
    const name = `${topic}:${partition}`;
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new Lane((batch) => this.#send(batch));
      this.#lanes.set(name, lane);
    }
    return lane.add(messages);
  }

  close(): Promise<void> {
    return this.#producer.close(true);
  }

  async #send(messages: readonly OutgoingMessage[]): Promise<bigint[]> {
    try {
      const { offsets } = await this.#producer.send({
        messages: [...messages],
        acks: ProduceAcks.ALL,
        compression: this.#compression,
      });
      const first = offsets?.[0]?.offset;
      if (first === undefined) throw new Error("the broker did not say where the records are");
      return messages.map((_, index) => first + BigInt(index));
    } catch (error) {
      // A topic may take less than our batches carry; a single record it refuses is the caller's.
      if (messages.length === 1 || !answersIn(error).has("MESSAGE_TOO_LARGE")) throw error;
      const half = Math.ceil(messages.length / 2);
      const front = await this.#send(messages.slice(0, half));
      return [...front, ...(await this.#send(messages.slice(half)))];
    }
  }
}

class Lane {
  readonly #send: (messages: readonly OutgoingMessage[]) => Promise<bigint[]>;
  #waiting: Piece[] = [];
  #running = false;

  constructor(send: (messages: readonly OutgoingMessage[]) => Promise<bigint[]>) {
    this.#send = send;
  }

  add(messages: readonly OutgoingMessage[]): Promise<readonly bigint[]> {
    return new Promise((resolve, reject) => {
      const order: Order = {
        offsets: [],
        pieces: [],
        failure: undefined,
        settle: () => (order.failure === undefined ? resolve(order.offsets) : reject(asError(order.failure))),
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
        const offsets = await this.#send(batch.flatMap((piece) => piece.messages));
        let at = 0;
        for (const piece of batch) {
          piece.order.offsets.push(...offsets.slice(at, at + piece.messages.length));
          at += piece.messages.length;
        }
      } catch (error) {
        for (const piece of batch) piece.order.failure = error;
      }
      for (const piece of batch) this.#finish(piece);
    }
    this.#running = false;
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
    if (order.failure !== undefined) {
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

function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}
