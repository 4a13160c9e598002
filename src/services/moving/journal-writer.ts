/** Group commit of finished transitions: one transaction for many objects, each waiting only for its own group. */
import type { JournalEntry, JournalUpdate, ObjectMoved, StateStore } from "../../ports/state-store.ts";
import type { MoveOutcome } from "./move-object.ts";

/** Enough to make the fsync a small part, few enough that a crash repeats little. */
const GROUP = 256;

export class JournalWriter implements AsyncDisposable {
  readonly #state: StateStore;
  #entries: JournalEntry[] = [];
  #moved: ObjectMoved[] = [];
  #holds: NonNullable<JournalUpdate["holds"]>[number][] = [];
  #flushing: Promise<void> = Promise.resolve();

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** Resolves at once until a group is full; a line that is not written yet is found again by a restart. */
  async add(entry: JournalEntry, outcome: MoveOutcome): Promise<void> {
    this.#entries.push(entry);
    if (outcome.moved) this.#moved.push(outcome.moved);
    const { bucket, key } = entry.move;
    if (outcome.hold) this.#holds.push({ ref: { bucket, key }, hold: outcome.hold });
    if (this.#entries.length >= GROUP) await this.#flush();
  }

  #flush(): Promise<void> {
    const update = { entries: this.#entries, moved: this.#moved, holds: this.#holds };
    this.#entries = [];
    this.#moved = [];
    this.#holds = [];
    this.#flushing = this.#flushing.then(() => this.#state.writeJournal(update));
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#entries.length > 0) await this.#flush();
    else await this.#flushing;
  }
}
