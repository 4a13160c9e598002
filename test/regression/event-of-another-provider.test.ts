/** `azure://data` is not the S3 bucket `data`: such an event goes to the dead letters and changes nothing. */
import { expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { encodeEvent, parseEvent } from "../../src/core/event.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { temporaryFolder } from "../support/state-sqlite.ts";

test("an event of another provider is set aside", async () => {
  await using folder = await temporaryFolder();
  const config = configSchema.parse({
    bucket: "data",
    log: { path: folder.file("log.db"), partitions: 1 },
    state: { path: folder.file("state.db") },
  });
  await using ctx = await openContext(config);
  const base = { specversion: "1.0", type: "astra.object.accessed", subject: "a", time: new Date().toISOString() };
  const events = ["azure://data", "gs://data", "s3://data"].map((source, id) =>
    parseEvent({ ...base, id: String(id), source }),
  );
  await ctx.log.ensureTopic("data-events", 1);
  await ctx.log.append(
    "data-events",
    events.map((event) => ({ key: "data/a", value: encodeEvent(event) })),
  );
  const result = await consumeEvents({ ctx, input: { untilDrained: true } });
  expect(result).toMatchObject({ consumed: 3, deadLettered: 2 });
  const object = await ctx.state.object({ bucket: "data", key: "a" });
  expect(object?.access.lifetimeReads).toBe(1);
});
