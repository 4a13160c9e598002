/** Group commit of journal lines: one transaction for many objects, each waiting only for its own group. */
import { minusSpend, runScope } from "../../core/spend.ts";
import type { JournalEntry, JournalUpdate, ObjectMoved, SpendChange, StateStore } from "../../ports/state-store.ts";
import type { BucketLease } from "./bucket-lease.ts";
import type { MoveOutcome, Released } from "./move-outcome.ts";

/** Enough to make the fsync a small part, few enough that a crash repeats little. */
const GROUP = 512;

type Hold = NonNullable<JournalUpdate["holds"]>[number];
type Undone = NonNullable<JournalUpdate["undone"]>[number];

class Group {
  readonly entries: JournalEntry[] = [];
  readonly moved: ObjectMoved[] = [];
  readonly holds: Hold[] = [];
  readonly spends: SpendChange[] = [];
  readonly undone: Undone[] = [];
}

export class JournalWriter {
  readonly #state: StateStore;
  readonly #lease: BucketLease;
  #group = new Group();
  #written: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(state: StateStore, lease: BucketLease) {
    this.#state = state;
    this.#lease = lease;
  }

  /**
   * A line with what came out of it. Resolves at once until a group is full: a line that is not written yet is found
   * again by a restart.
   */
  async add(entry: JournalEntry, outcome: MoveOutcome): Promise<void> {
    const group = this.#group;
    group.entries.push(entry);
    const { bucket, key, undoes } = entry.move;
    if (outcome.moved) group.moved.push(outcome.moved);
    if (outcome.hold) group.holds.push({ ref: { bucket, key }, hold: outcome.hold });
    if (outcome.releases) group.spends.push(...givenBack(entry.runId, outcome.releases));
    if (outcome.state === "done" && undoes) group.undone.push({ ...undoes, atMs: entry.updatedMs });
    if (group.entries.length >= GROUP) await this.flush();
  }

  /** Resolves when the line is durable: before an effect that a restart must know of. */
  async addNow(entry: JournalEntry): Promise<void> {
    this.#group.entries.push(entry);
    await this.flush();
  }

  /** Resolves when all lines so far are durable. Those that come while a group is written go together with the next one. */
  flush(): Promise<void> {
    this.#next ??= this.#written.then(() => {
      const { entries, moved, holds, spends, undone } = this.#group;
      this.#group = new Group();
      this.#next = null;
      if (entries.length === 0) return;
      this.#written = this.#state.writeJournal({
        entries,
        moved,
        holds,
        spends: sumsByScope(spends),
        undone,
        lease: this.#lease.current(),
      });
      return this.#written;
    });
    return this.#next;
  }
}

function givenBack(runId: string, { day, spend }: Released): SpendChange[] {
  const change = minusSpend(spend);
  return [
    { scope: runScope(runId), ...change },
    { scope: day, ...change },
  ];
}

function sumsByScope(changes: readonly SpendChange[]): SpendChange[] {
  const sums = new Map<string, SpendChange>();
  for (const change of changes) {
    const known = sums.get(change.scope);
    sums.set(change.scope, known ? plus(known, change) : change);
  }
  return [...sums.values()];
}

function plus(a: SpendChange, b: SpendChange): SpendChange {
  return {
    scope: a.scope,
    feeNanos: a.feeNanos + b.feeNanos,
    objects: a.objects + b.objects,
    bytes: a.bytes + b.bytes,
  };
}
