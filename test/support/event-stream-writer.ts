/**
 * A producer in a process of its own: appends a stream of events through the product's own verb, and tells on standard
 * output, one JSON line at a time, how many records the log has acknowledged. What fails for a passing reason it sends
 * again, with the same event ids.
 */
import { loadConfig } from "../../src/config/load.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { toAstraError } from "../../src/core/errors.ts";
import { appendEvents } from "../../src/services/append-events.ts";
import { recordCount, streamEvents, type StreamShape } from "./event-stream.ts";

/** Environment variable with the {@link WriterOrder}, as JSON. */
export const WRITER_VARIABLE = "EVENT_STREAM_TO_WRITE";

export interface WriterOrder extends StreamShape {
  readonly configFile: string;
  readonly ratePerSecond: number;
}

/** A line of the writer's output. */
export interface WriterLine {
  /** Records that the log holds for certain, from the first on. */
  readonly acknowledged: number;
  /** Times that an append failed and was done again. */
  readonly failures: readonly string[];
  readonly isEnd: boolean;
}

const MOST_FAILURES = 20;

async function write(order: WriterOrder): Promise<void> {
  const { config } = loadConfig({ environment: {}, flags: [], file: order.configFile });
  await using ctx = await openContext(config, { environment: {} });
  const failures: string[] = [];
  let acknowledged = 0;
  const tell = (isEnd: boolean): void => {
    const line: WriterLine = { acknowledged, failures, isEnd };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  while (acknowledged < recordCount(order)) {
    const before = acknowledged;
    const progress = (done: number): void => {
      acknowledged = before + done;
      tell(false);
    };
    try {
      const events = skip(streamEvents(order), before);
      await appendEvents({ ctx, input: { events, ratePerSecond: order.ratePerSecond, progress } });
    } catch (thrown) {
      const error = toAstraError(thrown);
      if (!error.retryable || failures.length >= MOST_FAILURES) throw error;
      failures.push(`${error.code}: ${error.message}`);
    }
  }
  tell(true);
}

function* skip<T>(values: Iterable<T>, count: number): Generator<T> {
  let index = 0;
  for (const value of values) {
    if (index >= count) yield value;
    index += 1;
  }
}

function isOrder(value: unknown): value is WriterOrder {
  return typeof value === "object" && value !== null && "configFile" in value && "ratePerSecond" in value;
}

if (import.meta.main) {
  const order: unknown = JSON.parse(process.env[WRITER_VARIABLE] ?? "null");
  if (!isOrder(order)) throw new Error(`${WRITER_VARIABLE} holds no order`);
  await write(order);
}
