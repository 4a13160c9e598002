/** A repeated or late overwrite must not put old content over newer: neither in the store nor in the state. */
import { expect, test } from "vitest";
import { OffsetClock } from "../../src/adapters/system/offset-clock.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { configSchema } from "../../src/config/schema.ts";
import { encodeEvent, parseEvent } from "../../src/core/event.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { temporaryFolder } from "../support/state-sqlite.ts";

test.each(["one batch", "several batches"])("old overwrites change nothing, in %s", async (how) => {
  await using folder = await temporaryFolder();
  await using sandbox = await startSandbox({
    clock: new OffsetClock(),
    prices: builtInPriceBook(),
    accessKey: "a",
    secretKey: "b",
    buckets: ["data"],
  });
  const config = configSchema.parse({
    bucket: "data",
    s3: {
      endpoint: sandbox.endpoint,
      region: "us-east-1",
      credentials: { access_key_id: "a", secret_access_key: "b" },
    },
    log: { path: folder.file("log.db"), partitions: 1 },
    state: { path: folder.file("state.db") },
  });
  await using ctx = await openContext(config);
  await ctx.log.ensureTopic("data-events", 1);
  const overwrite = (id: string, sequencer: string, sizeBytes: number) => ({
    key: "data/a",
    value: encodeEvent(
      parseEvent({
        specversion: "1.0",
        id,
        source: "s3://data",
        type: "astra.object.overwritten",
        subject: "a",
        time: new Date().toISOString(),
        data: { sequencer, sizeBytes, body: { uri: `synthetic:${id}:${sizeBytes}` } },
      }),
    ),
  });
  const records = [
    overwrite("1", "01", 100),
    overwrite("2", "03", 200),
    overwrite("1", "01", 100),
    overwrite("3", "02", 150),
  ];
  const batches = how === "one batch" ? [records] : records.map((record) => [record]);
  for (const batch of batches) {
    await ctx.log.append("data-events", batch);
    await consumeEvents({ ctx, input: { untilDrained: true } });
  }
  const stored = await (await ctx.stores.open("data")).head("a");
  const state = await ctx.state.object({ bucket: "data", key: "a" });
  expect([stored.sizeBytes, state?.sizeBytes]).toEqual([200, 200]);
  expect(state?.etag).toBe(stored.etag);
});
