/** Faults of verbs and stores that forget one of their duties. */
import { DEAD_LETTER_SUFFIX } from "./setting.ts";
import type { ObjectHead, ObjectStore } from "../../src/ports/object-store.ts";
import type { Effect, JournalUpdate, Lease, StateStore } from "../../src/ports/state-store.ts";
import type { RecordBatch } from "../../src/ports/event-log.ts";
import type { PlannedMove } from "../../src/core/plan.ts";
import type { Context } from "../../src/services/context.ts";
import type { Sabotage } from "./sabotage.ts";

function faultyState(
  name: string,
  fault: string,
  make: (state: StateStore, context: Context) => Partial<StateStore>,
): Sabotage {
  return {
    name,
    fault,
    worker: (context) => ({ ...inherited(context), state: overridden(context.state, make(context.state, context)) }),
  };
}

function faultyStore(name: string, fault: string, make: (store: ObjectStore) => Partial<ObjectStore>): Sabotage {
  return { name, fault, worker: (context) => withStore(context, make) };
}

function withStore(context: Context, make: (store: ObjectStore) => Partial<ObjectStore>): Context {
  const { stores } = context;
  return {
    ...inherited(context),
    stores: {
      open: async (bucket) => {
        const store = await stores.open(bucket);
        return { ...store, ...make(store) };
      },
      [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
    },
  };
}

/** The policies of a context change while it lives. */
function inherited(context: Context): Context {
  return {
    ...context,
    get policies() {
      return context.policies;
    },
  };
}

function overridden<T extends object>(port: T, changes: Partial<T>): T {
  return new Proxy(port, {
    get: (target, name): unknown => (name in changes ? Reflect.get(changes, name) : Reflect.get(target, name)),
  });
}

function changedEffects(name: string, fault: string, change: (effect: Effect) => Effect): Sabotage {
  return faultyState(name, fault, (state) => ({
    applyEffects: (batch) => state.applyEffects({ ...batch, effects: batch.effects.map(change) }),
  }));
}

function changedJournal(name: string, fault: string, change: (update: JournalUpdate) => JournalUpdate): Sabotage {
  return faultyState(name, fault, (state) => ({ writeJournal: (update) => state.writeJournal(change(update)) }));
}

/** Batches as a faulty consumer would see them. */
function changedBatches(name: string, fault: string, change: (batch: RecordBatch) => RecordBatch): Sabotage {
  return {
    name,
    fault,
    worker: (context) => ({
      ...inherited(context),
      log: {
        ...context.log,
        join: async (options) => {
          const consumer = await context.log.join(options);
          return {
            ...consumer,
            async *[Symbol.asyncIterator]() {
              for await (const batch of consumer) yield change(batch);
            },
          };
        },
      },
    }),
  };
}

const HOLD_FREE: Pick<ObjectHead, "legalHold" | "retention"> = { legalHold: false, retention: null };

export const PORT_SABOTAGES: readonly Sabotage[] = [
  faultyStore("hold-ignored", "nobody looks for holds and locks", (store) => ({
    head: async (...args) => ({ ...(await store.head(...args)), ...HOLD_FREE }),
  })),
  faultyStore("late-hold-lost", "a hold put on during a copy is not carried over", () => ({
    addHolds: async () => undefined,
  })),
  faultyStore("upload-not-aborted", "an upload found after a crash is left", () => ({
    abortUpload: async () => undefined,
  })),
  faultyStore("foreign-versions-removed", "all noncurrent versions go, not our own alone", (store) => ({
    removeVersion: async (key) => {
      for await (const page of store.noncurrentVersions(key))
        for (const version of page) if (version.key === key) await store.removeVersion(key, version.versionId);
    },
  })),
  changeIgnored(),
  faultyState("journal-intent-skipped", "moves begin without an intent in the journal", (state) => ({
    beginMoves: async ({ entries, scopes, admit }) => {
      const count = admit(await state.spent(scopes));
      return Math.min(count, entries.length);
    },
  })),
  changedJournal("outcome-not-journalled", "a finished move is not written down", (update) => ({
    ...update,
    entries: update.entries.filter(({ state }) => state !== "done"),
  })),
  changedJournal("age-reset-by-copy", "a moved object is as young as its copy", (update) => ({
    ...update,
    moved: (update.moved ?? []).map((moved) => ({ ...moved, createdMs: moved.atMs })),
  })),
  faultyState("cap-off-by-one", "one move more than the caps allow", (state) => ({
    beginMoves: (input) =>
      state.beginMoves({ ...input, admit: (spent) => Math.min(input.admit(spent) + 1, input.entries.length) }),
  })),
  faultyState("spend-not-counted", "what moves cost is not added up", (state) => ({
    beginMoves: (input) => state.beginMoves({ ...input, scopes: [], admit: () => input.admit([]) }),
  })),
  faultyState("brake-ignored", "nobody asks for the kill switch", (state) => ({
    orders: async (runId) => ({ ...(await state.orders(runId)), brake: null }),
  })),
  leaseIgnored(),
  faultyState("own-event-taken-for-overwrite", "our copies are not known again", () => ({
    journalOfObject: async () => [],
  })),
  changedEffects("access-counted-twice", "a read counts as two", (effect) => ({
    ...effect,
    apply: (known) => effect.apply(effect.apply(known)),
  })),
  changedEffects("seen-events-forgotten", "an event sent twice counts twice", (effect) => ({
    ...effect,
    eventId: `${effect.eventId}@${effect.offset}`,
  })),
  changedBatches("sequencer-ignored", "late events win over newer ones", (batch) => ({
    ...batch,
    records: batch.records.map((record) => ({ ...record, value: withoutSequencer(record.value) })),
  })),
  {
    name: "dead-letter-dropped",
    fault: "a record that nobody can read is forgotten",
    worker: (context) => ({
      ...inherited(context),
      log: {
        ...context.log,
        append: async (topic, records) =>
          topic.endsWith(DEAD_LETTER_SUFFIX) ? [] : context.log.append(topic, records),
      },
    }),
  },
  {
    name: "commit-too-early",
    fault: "the group moves on before the batch is worked on, and the state forgets where it was",
    worker: (context) => ({
      ...inherited(context),
      log: {
        ...context.log,
        join: async (options) => {
          const consumer = await context.log.join(options);
          return {
            ...consumer,
            async *[Symbol.asyncIterator]() {
              for await (const batch of consumer) {
                await consumer.commit(batch.partition, batch.next);
                yield batch;
              }
            },
          };
        },
      },
    }),
  },
];

/** What is no event is left as it is. */
function withoutSequencer(value: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(value);
  const isEvent = text.includes('"specversion":"1.0"') && text.includes('"astra.object.') && text.endsWith("}}");
  if (!isEvent) return value;
  return new TextEncoder().encode(text.replace(/"sequencer":"[^"]*",?/, "").replace(",}", "}"));
}

/** Every object is taken for what it was when the plan was made. */
function changeIgnored(): Sabotage {
  return {
    name: "change-ignored",
    fault: "an object that changed since the plan is moved nevertheless",
    worker: (context) => {
      const planned = new Map<string, PlannedMove>();
      const beginMoves: StateStore["beginMoves"] = (input) => {
        for (const { move } of input.entries) planned.set(move.key, move);
        return context.state.beginMoves(input);
      };
      const faulty = withStore(context, (store) => ({
        head: async (key, versionId) => {
          const head = await store.head(key, versionId);
          const move = planned.get(key);
          if (!move || head.storageClass !== move.from || versionId !== undefined) return head;
          return { ...head, etag: move.etag, sizeBytes: move.sizeBytes };
        },
        changeClass: async (input) => store.changeClass({ ...input, head: { ...(await store.head(input.head.key)) } }),
      }));
      return { ...inherited(faulty), state: overridden(context.state, { beginMoves }) };
    },
  };
}

/** Every engine takes the bucket for its own, and nobody checks whose it is. */
function leaseIgnored(): Sabotage {
  let newest: Lease | null = null;
  return faultyState("lease-ignored", "two engines move the same bucket at once", (state) => ({
    acquireLease: async (request) => {
      const taken = await state.acquireLease({ ...request, isGone: () => true });
      if ("token" in taken) newest = taken;
      return taken;
    },
    releaseLease: async () => undefined,
    beginMoves: (input) => state.beginMoves({ ...input, lease: newest ?? input.lease }),
    writeJournal: (update) => state.writeJournal(newest ? { ...update, lease: newest } : update),
  }));
}
