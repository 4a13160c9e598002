import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { openContext } from "../../apps/wiring.ts";
import { configSchema } from "../../config/schema.ts";
import type { LogRecord } from "../../ports/event-log.ts";
import { AstraError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { consumeEvents } from "../consume-events.ts";
import { retryDeadLetters } from "./retry-dead-letters.ts";

const ACCESS = { specversion: "1.0", id: "one", source: "s3://data", type: "astra.object.accessed", subject: "a" };
const ALL = { choice: { kind: "waiting" }, force: false } as const;

async function recordsOf(ctx: Context, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const page of ctx.log.read({ topic, partition: 0, from: 0n })) records.push(...page);
  return records;
}

test("a crash after the log took the event and before the letter was marked: sent twice, counted once", async () => {
  await using folder = await temporaryFolder();
  const paths = { log: { path: folder.file("log.db"), partitions: 1 }, state: { path: folder.file("state.db") } };
  await using ctx = await openContext(configSchema.parse(paths));
  await ctx.log.ensureTopic("data-events.dlq", 1);
  const value = Buffer.from(JSON.stringify({ ...ACCESS, time: "2026-01-01T00:00:00Z", data: {} }));
  const headers = { own: "x", "astra-reason-code": "ASTRA_STORE_REFUSED", "astra-partition": "0", "astra-offset": "7" };
  await ctx.log.append("data-events.dlq", [{ key: null, value, headers }]);

  const state = new Proxy(ctx.state, {
    get: (port, name, receiver) =>
      name === "markDeadLetters"
        ? () => Promise.reject(new AstraError("ASTRA_STATE_FULL", "no room"))
        : (Reflect.get(port, name, receiver) as unknown),
  });
  await expect(retryDeadLetters({ ctx: { ...ctx, state }, input: ALL })).rejects.toMatchObject({
    code: "ASTRA_STATE_FULL",
  });
  expect(await retryDeadLetters({ ctx, input: ALL })).toEqual({ topic: "data-events", retried: 1, exhausted: 0 });
  expect(await retryDeadLetters({ ctx, input: ALL })).toMatchObject({ retried: 0 });

  const sent = await recordsOf(ctx, "data-events");
  expect(sent.map(({ key, headers: now }) => ({ key, now }))).toEqual([
    { key: null, now: { own: "x", "astra-attempts": "1" } },
    { key: null, now: { own: "x", "astra-attempts": "1" } },
  ]);
  for (const record of sent) expect(Buffer.from(record.value)).toEqual(value);

  expect(await consumeEvents({ ctx, input: { untilDrained: true } })).toMatchObject({ consumed: 2, duplicates: 1 });
  const known = await ctx.state.object({ bucket: "data", key: "a" });
  expect(known?.access.lifetimeReads).toBe(1);
});
