/**
 * Membership in a consumer group. The library joins, heartbeats and joins again; this class knows which partitions are
 * ours under which generation, and commits under exactly that generation. The library's own commit joins the group
 * again when it is refused and then repeats the commit, which could overwrite a new owner's position.
 */
import { Consumer, offsetCommitV8 } from "@platformatic/kafka";

import type { AstraError } from "../../core/errors.ts";
import { meansLostOwnership, meansPassing, toLogError } from "./failure.ts";
import { clientOptions, type KafkaContext } from "./options.ts";
import { pause, within } from "./topics.ts";

const HEARTBEAT_MS = 1_000;
const RETRY_MS = 200;
const CLOSE_LIMIT_MS = 5_000;

export interface Ownership {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: ReadonlySet<number>;
}

export interface MembershipEvents {
  /** `kept` are the partitions that nobody else can have owned since the last call. */
  assigned(partitions: ReadonlySet<number>, kept: ReadonlySet<number>): void;
  failed(error: AstraError): void;
}

const NOTHING: ReadonlySet<number> = new Set();

export class Membership {
  readonly #context: KafkaContext;
  readonly #topic: string;
  readonly #group: string;
  readonly #events: MembershipEvents;
  readonly #client: Consumer;
  #owned: Ownership = { memberId: "", generation: -1, partitions: NOTHING };
  #closed = false;
  #rejoining = false;

  constructor(context: KafkaContext, topic: string, group: string, events: MembershipEvents) {
    this.#context = context;
    this.#topic = topic;
    this.#group = group;
    this.#events = events;
    this.#client = new Consumer({
      ...clientOptions(context, "work"),
      groupId: group,
      groupProtocol: "classic",
      autocommit: false,
      sessionTimeout: context.sessionTimeoutMs,
      rebalanceTimeout: Math.max(15_000, context.sessionTimeoutMs),
      heartbeatInterval: HEARTBEAT_MS,
      protocols: [{ name: "cooperative-sticky", version: 3 }],
    });
    this.#client.topics.track(topic);
    this.#client.on("consumer:group:join", () => this.#observe());
    this.#client.on("consumer:group:rebalance", () => this.#observe());
    this.#client.on("error", (error: unknown) => void this.#joinAgain(error));
  }

  get owned(): Ownership {
    return this.#owned;
  }

  async join(): Promise<void> {
    try {
      await this.#client.joinGroup({});
    } catch (error) {
      throw toLogError(error, this.#context, { what: `join group ${this.#group}`, topic: this.#topic });
    }
    this.#observe();
  }

  /** The group's committed offsets of partitions that we own; `null` where there is none. */
  async committedOffsets(partitions: readonly number[]): Promise<Map<number, bigint | null>> {
    const topics = [{ topic: this.#topic, partitions: [...partitions] }];
    const listed = await this.#client.listCommittedOffsets({ topics });
    const offsets = listed.get(this.#topic) ?? [];
    return new Map(
      partitions.map((partition) => {
        const offset = offsets[partition] ?? -1n;
        return [partition, offset < 0n ? null : offset];
      }),
    );
  }

  /** Commits under the present generation, while `stillOurs` says so. */
  async commit(partition: number, offset: bigint, stillOurs: () => boolean): Promise<"committed" | "lost"> {
    const giveUp = performance.now() + this.#context.patienceMs;
    for (;;) {
      if (!stillOurs() || this.#closed) return "lost";
      const { memberId, generation } = this.#owned;
      try {
        await this.#send(memberId, generation, partition, offset);
        return "committed";
      } catch (error) {
        const late = performance.now() > giveUp;
        // Refused in the middle of a rebalance: its outcome decides whether the partition is still ours.
        if (meansLostOwnership(error)) {
          if (late) return "lost";
        } else if (late || !meansPassing(error)) {
          throw toLogError(error, this.#context, { what: `commit in group ${this.#group}`, topic: this.#topic });
        }
        await pause(RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#owned = { memberId: "", generation: -1, partitions: NOTHING };
    try {
      await within(this.#client.close(true), CLOSE_LIMIT_MS);
    } catch (error) {
      // A broker that does not hear our goodbye will miss our heartbeats.
      this.#context.logger?.debug({ group: this.#group, cause: String(error) }, "could not leave the group");
    }
  }

  async #send(memberId: string, generation: number, partition: number, offset: bigint): Promise<void> {
    const coordinator = await this.#client.findGroupCoordinator();
    const metadata = await this.#client.metadata({ topics: [this.#topic] });
    const broker = metadata.brokers.get(coordinator);
    if (!broker) throw Object.assign(new Error("the coordinator is away"), { code: "PLT_KFK_NETWORK", canRetry: true });
    const connection = await this.#client.connections.get(broker);
    const position = { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: -1 };
    await offsetCommitV8.api.async(connection, this.#group, generation, memberId, null, [
      { name: this.#topic, partitions: [{ ...position, committedMetadata: null }] },
    ]);
  }

  #observe(): void {
    if (this.#closed) return;
    const before = this.#owned;
    const memberId = this.#client.memberId ?? "";
    const generation = this.#client.generationId;
    const mine = this.#client.assignments?.find((each) => each.topic === this.#topic);
    const partitions = new Set(mine?.partitions);
    // In the very next generation, and in this one, nobody else can have had what we had and still have.
    const unbroken = memberId === before.memberId && generation - before.generation <= 1;
    const kept = unbroken ? new Set([...partitions].filter((each) => before.partitions.has(each))) : NOTHING;
    this.#owned = { memberId, generation, partitions };
    this.#events.assigned(partitions, kept);
  }

  /** The library gives up a group after enough failures in a row; we go on for as long as our patience lasts. */
  async #joinAgain(cause: unknown): Promise<void> {
    if (this.#rejoining || this.#closed) return;
    this.#rejoining = true;
    this.#context.logger?.warn({ group: this.#group, cause: String(cause) }, "joining the group again");
    try {
      await this.join();
    } catch (error) {
      const doing = { what: `join group ${this.#group}`, topic: this.#topic };
      if (!this.#closed) this.#events.failed(toLogError(error, this.#context, doing));
    } finally {
      this.#rejoining = false;
    }
  }
}
