/** One member of a consumer group. Leases, heartbeats and polling go by the wall's clock: a virtual one may jump. */
import { randomUUID } from "node:crypto";
import type { GroupConsumer, GroupOptions, RecordBatch } from "../../ports/event-log.ts";
import type { Database } from "./database.ts";
import { committedOffset, setCommitted } from "./group-offsets.ts";
import { type Member, isOwner, leave, renew, revisionOf } from "./membership.ts";
import { recordsBetween } from "./records.ts";
import { type Partition, boundsOf } from "./topics.ts";
import { Wakeup } from "./wakeup.ts";

const DEFAULT_MAX_BATCH = 1000;
/** Idle polls slow down to this factor of the first one. */
const SLOWEST_POLL = 20;

export interface ConsumerSetting {
  readonly leaseMs: number;
  readonly pollMs: number;
  /** Tells the process's other consumers that something changed. */
  readonly onChange: () => void;
  readonly onClosed: (consumer: SqliteConsumer) => void;
}

/** A partition owned now. */
interface Holding {
  readonly partition: Partition;
  /** The group's revision when it was taken. */
  readonly since: number;
  /** Where this ownership began: a commit below it speaks of an earlier one. */
  readonly start: number;
  /** Next offset to read. */
  next: number;
  /** A batch is out and not yet committed: until then the partition yields no other. */
  isOut: boolean;
  /** When it was first seen to be due to another member; 0 while it is not. */
  dueSinceMs: number;
}

export class SqliteConsumer implements GroupConsumer {
  readonly #db: Database;
  readonly #member: Member;
  readonly #options: GroupOptions;
  readonly #setting: ConsumerSetting;
  readonly #holdings = new Map<number, Holding>();
  readonly #wakeup = new Wakeup();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#wakeup.wake();
  #revision = -1;
  #dataVersion = -1;
  #turn = 0;
  #isClosed = false;
  /** Why the last heartbeat failed; thrown by the iteration. */
  #fault: { readonly error: unknown } | null = null;

  constructor(
    db: Database,
    group: { readonly id: number; readonly partitions: readonly Partition[] },
    options: GroupOptions,
    setting: ConsumerSetting,
  ) {
    this.#db = db;
    this.#member = { groupId: group.id, id: randomUUID(), partitions: group.partitions, leaseMs: setting.leaseMs };
    this.#options = options;
    this.#setting = setting;
    this.#heartbeat = setInterval(() => void this.#beat(), setting.leaseMs / 3).unref();
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  assignment(): readonly number[] {
    return [...this.#holdings.values()].map(({ partition }) => partition.number).toSorted((a, b) => a - b);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch, void> {
    let idleMs = this.#setting.pollMs;
    while (!this.#isEnded()) {
      if (this.#fault) throw this.#fault.error;
      await this.#follow();
      const batch = await this.#db.read(() => this.#nextBatch());
      if (this.#isEnded()) return;
      if (batch) {
        idleMs = this.#setting.pollMs;
        yield batch;
      } else {
        idleMs = (await this.#waitForChange(idleMs))
          ? this.#setting.pollMs
          : Math.min(idleMs * 2, this.#setting.pollMs * SLOWEST_POLL);
      }
    }
  }

  async commit(partition: number, nextOffset: bigint): Promise<"committed" | "lost"> {
    const holding = this.#holdings.get(partition);
    if (!holding || this.#isClosed || nextOffset < holding.start) return "lost";
    const isMine = await this.#db.write(() => {
      if (!isOwner(this.#db, this.#member, holding.partition.id, holding.since)) return false;
      setCommitted(this.#db, this.#member.groupId, holding.partition.id, nextOffset);
      return true;
    });
    if (!isMine) {
      if (this.#holdings.get(partition) === holding) this.#holdings.delete(partition);
      return "lost";
    }
    holding.next = Number(nextOffset);
    holding.isOut = false;
    this.#wakeup.wake();
    return "committed";
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#wakeup.wake();
    this.#holdings.clear();
    this.#setting.onClosed(this);
    await this.#db.write(() => leave(this.#db, this.#member));
    this.#setting.onChange();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Looks again at once. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Joins, or shows that it lives; takes and gives what the deal says. */
  async renew(): Promise<void> {
    const before = this.#revision;
    const standing = await this.#db.write(() => {
      if (this.#isClosed) return null;
      const nowMs = Date.now();
      return renew(this.#db, this.#member, nowMs, (partition) => this.#isBusy(partition, nowMs));
    });
    if (!standing || this.#isClosed) return;
    this.#revision = standing.revision;
    for (const partition of this.#member.partitions) {
      this.#settle(partition, standing.owned.get(partition.id), standing.due.has(partition.id));
    }
    if (standing.revision !== before) this.#setting.onChange();
  }

  #isEnded(): boolean {
    return this.#isClosed || this.#options.signal?.aborted === true;
  }

  async #beat(): Promise<void> {
    try {
      await this.renew();
      this.#fault = null;
    } catch (error) {
      this.#fault = { error };
      this.#wakeup.wake();
    }
  }

  /** Whether a batch is still being worked on. One that was dropped holds its partition back for a lease at the most. */
  #isBusy(id: number, nowMs: number): boolean {
    for (const holding of this.#holdings.values()) {
      if (holding.partition.id !== id || !holding.isOut) continue;
      if (holding.dueSinceMs === 0) holding.dueSinceMs = nowMs;
      return nowMs - holding.dueSinceMs < this.#member.leaseMs;
    }
    return false;
  }

  #settle(partition: Partition, since: number | undefined, isDue: boolean): void {
    const holding = this.#holdings.get(partition.number);
    if (since === undefined) {
      this.#holdings.delete(partition.number);
    } else if (holding?.since !== since) {
      const first = boundsOf(this.#db, this.#options.topic)[partition.number]?.first ?? 0;
      const start = Math.max(first, committedOffset(this.#db, this.#member.groupId, partition.id) ?? first);
      const begun = { partition, since, start, next: start, isOut: false, dueSinceMs: 0 };
      this.#holdings.set(partition.number, begun);
    } else if (!isDue) {
      holding.dueSinceMs = 0;
    }
  }

  /** Follows the group where it has changed, or where something is still to be handed over. */
  async #follow(): Promise<void> {
    const revision = await this.#db.read(() => revisionOf(this.#db, this.#member.groupId));
    const owesSomething = [...this.#holdings.values()].some(({ dueSinceMs }) => dueSinceMs !== 0);
    if (revision !== this.#revision || owesSomething) await this.renew();
  }

  /** Partitions take turns, so that none starves; one that is due to another member yields nothing more. */
  #nextBatch(): RecordBatch | null {
    const holdings = [...this.#holdings.values()];
    const limit = this.#options.maxBatch ?? DEFAULT_MAX_BATCH;
    for (let step = 0; step < holdings.length; step += 1) {
      const holding = holdings[(this.#turn + step) % holdings.length];
      if (!holding || holding.isOut || holding.dueSinceMs !== 0) continue;
      const range = { from: holding.next, to: Number.MAX_SAFE_INTEGER, limit };
      const records = recordsBetween(this.#db, holding.partition, range);
      const last = records.at(-1);
      if (!last) continue;
      this.#turn += step + 1;
      holding.isOut = true;
      return { partition: holding.partition.number, from: BigInt(holding.next), next: last.offset + 1n, records };
    }
    return null;
  }

  /** @returns whether anything may have changed. */
  async #waitForChange(ms: number): Promise<boolean> {
    this.#dataVersion = this.#db.dataVersion();
    const isWoken = await this.#wakeup.wait(ms);
    return isWoken || this.#isEnded() || this.#db.dataVersion() !== this.#dataVersion;
  }
}
