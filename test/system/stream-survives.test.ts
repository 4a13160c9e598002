/**
 * 200,000 events through three brokers with acks=all and four workers: the broker that keeps the group and a worker are
 * killed with SIGKILL while they flow, and both come back. Nothing may be lost, and nothing counted twice.
 */
import { beforeAll, describe, expect, it } from "vitest";

import { ensureKafka } from "../../tools/kafka/jars.ts";
import { expectedReads, recordCount } from "../support/event-stream.ts";
import { runStreamTrial, type StreamOutcome } from "../support/stream-trial.ts";

const SHAPE = { events: 200_000, objects: 3_000 };

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;

describe.skipIf(missing !== undefined)(`a stream that loses a broker and a worker${note}`, () => {
  let outcome: StreamOutcome;

  beforeAll(async () => {
    outcome = await runStreamTrial({ ...SHAPE, ratePerSecond: 10_000 });
  }, 600_000);

  it("every record was acknowledged, and is in the log", () => {
    expect(outcome.producer.acknowledged).toBe(recordCount(SHAPE));
    const held = outcome.lag.reduce((sum, { first, end }) => sum + end - first, 0n);
    // An append that failed is done again as a whole; what it had written before stands in the log twice.
    if (outcome.producer.failures.length === 0) expect(held).toBe(BigInt(recordCount(SHAPE)));
    else expect(held).toBeGreaterThanOrEqual(BigInt(recordCount(SHAPE)));
  });

  it("every event was counted exactly once", () => {
    const expected = expectedReads(SHAPE);
    expect(outcome.reads.size).toBe(SHAPE.objects);
    const wrong = [...expected].filter(([key, reads]) => outcome.reads.get(key) !== reads);
    expect(wrong).toEqual([]);
  });

  it("the group stands at the end of every partition", () => {
    expect(outcome.lag.length).toBe(8);
    for (const partition of outcome.lag) expect(partition.committed).toBe(partition.end);
  });

  it("the killed worker was started again, and SIGTERM ended all of them well", () => {
    expect(outcome.consume.status, outcome.consume.stderr).toBe(0);
    const told: unknown = JSON.parse(outcome.consume.stdout);
    expect(told).toMatchObject({ ok: true, workers: 4, restarts: 1, deadLettered: 0 });
  });
});
