/** Log and state behind the scheduler: every call of theirs is a step. */
import type { EventLog, GroupConsumer, RecordBatch } from "../../src/ports/event-log.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import type { Scheduler } from "./scheduler.ts";

/** Methods that give a stream: each of its pages is a step. */
const STREAMS = new Set(["plannedMoves", "objects", "openJournal", "journalOfRun", "auditTrail", "read"]);
/** Calls that wait for other steps while they run: only their beginning is one. */
const LONG_CALLS = new Set(["putPlan"]);

export function gatedState(state: StateStore, scheduler: Scheduler): StateStore {
  return gated(state, "state", scheduler);
}

/** A log whose consumers take part too: a batch is handed over when its turn comes. */
export function gatedLog(log: EventLog, scheduler: Scheduler): EventLog {
  return {
    ...forwarded(log, "log", scheduler, ["id", "ensureTopic", "append", "offsets", "offsetsAt", "lag", "seek"]),
    read: (options) => gated(log, "log", scheduler).read(options),
    join: async (options) => gatedConsumer(await scheduler.step("log.join", () => log.join(options)), scheduler),
    close: () => log.close(),
    [Symbol.asyncDispose]: () => log.close(),
  };
}

function gatedConsumer(consumer: GroupConsumer, scheduler: Scheduler): GroupConsumer {
  return {
    assignment: () => consumer.assignment(),
    commit: (partition, next) =>
      scheduler.step(`log.commit ${partition} ${next}`, () => consumer.commit(partition, next)),
    close: () => scheduler.step("log.leave", () => consumer.close()),
    [Symbol.asyncDispose]: () => scheduler.step("log.leave", () => consumer.close()),
    async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
      for await (const batch of consumer) {
        await scheduler.step(`log.batch ${batch.partition} of ${batch.records.length}`, () => undefined);
        yield batch;
      }
    },
  };
}

function forwarded<T extends object, K extends keyof T & string>(
  port: T,
  name: string,
  scheduler: Scheduler,
  methods: readonly K[],
): Pick<T, K> {
  const all = gated(port, name, scheduler);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(methods.map((method) => [method, all[method]])) as Pick<T, K>;
}

/** Every method a step. */
function gated<T extends object>(port: T, name: string, scheduler: Scheduler): T {
  return new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== "function") return method;
      const call = (args: readonly unknown[]): unknown => Reflect.apply(method, target, args);
      if (typeof key === "symbol" || key === "close") return () => call([]);
      const label = `${name}.${key}`;
      if (STREAMS.has(key)) return (...args: readonly unknown[]) => gatedStream(() => call(args), label, scheduler);
      if (LONG_CALLS.has(key)) {
        return async (...args: readonly unknown[]) => {
          await scheduler.step(label, () => undefined);
          return call(args);
        };
      }
      return (...args: readonly unknown[]) => scheduler.step(label, () => call(args));
    },
  });
}

async function* gatedStream(open: () => unknown, label: string, scheduler: Scheduler): AsyncGenerator {
  const stream = open();
  if (!isAsyncIterable(stream)) throw new TypeError(`${label} gives no stream`);
  const pages = stream[Symbol.asyncIterator]();
  for (;;) {
    const page = await scheduler.step(label, () => pages.next());
    if (page.done) return;
    yield page.value;
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
