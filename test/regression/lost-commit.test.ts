/** A worker ends after the state has learned a batch and before the group's position moves: the batch comes again, and changes nothing. */
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { openContext } from "../../src/apps/wiring.ts";
import { loadConfig } from "../../src/config/load.ts";
import { appendEvents } from "../../src/services/append-events.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { ingestBatch } from "../../src/services/ingest-batch.ts";
import { observeOptions } from "../../src/services/observe-options.ts";
import { workFolder } from "../cli/cli.ts";

const READS = 40;

function read(index: number): Record<string, unknown> {
  const id = `read-${index}`;
  const time = "2024-01-01T00:00:00Z";
  return { specversion: "1.0", id, source: "s3://data", type: "astra.object.accessed", subject: "a", time };
}

test("reads are counted once, although their commit was lost", async () => {
  await using folder = await workFolder();
  const file = join(folder.path, "astra.yaml");
  const config = {
    bucket: "data",
    log: { path: join(folder.path, "log.db"), partitions: 1 },
    state: { path: join(folder.path, "state.db") },
  };
  await writeFile(file, JSON.stringify(config));
  const loaded = loadConfig({ environment: {}, flags: [], file });
  await using ctx = await openContext(loaded.config, { environment: {} });
  await appendEvents({ ctx, input: { events: Array.from({ length: READS }, (_, index) => read(index)) } });
  const { topic, group } = loaded.config.log;
  {
    await using worker = await ctx.log.join({ topic, group, maxBatch: 25 });
    for await (const batch of worker) {
      const options = {
        logId: await ctx.log.id(),
        observe: observeOptions(ctx.config),
        appliedNext: null,
        upload: true,
      };
      expect(await ingestBatch(ctx, batch, options)).toMatchObject({ consumed: 25, alreadyApplied: 0, next: 25n });
      break;
    }
  }
  expect((await ctx.log.lag(topic, group))[0]?.committed).toBeNull();
  expect(await consumeEvents({ ctx, input: { untilDrained: true } })).toMatchObject({
    consumed: READS,
    alreadyApplied: 25,
    duplicates: 0,
  });
  expect((await ctx.state.object({ bucket: "data", key: "a" }))?.access.lifetimeReads).toBe(READS);
});
