import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { openContext } from "../../apps/wiring.ts";
import { configSchema } from "../../config/schema.ts";
import { AstraError } from "../../core/errors.ts";
import { CloudtrailIntake } from "./cloudtrail-intake.ts";
import type { TelemetryFile } from "./telemetry-files.ts";

const get = (key: string): object => ({
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  eventTime: "2026-01-02T03:04:05Z",
  requestParameters: { bucketName: "data", key },
});

function file(name: string, ...keys: string[]): TelemetryFile {
  const bytes = Buffer.from(JSON.stringify({ Records: keys.map(get) }));
  return {
    name,
    listedAs: null,
    open: async function* () {
      yield bytes;
    },
  };
}

async function opened(folder: { file(name: string): string }) {
  const paths = { log: { path: folder.file("log.db") }, state: { path: folder.file("state.db") } };
  return openContext(configSchema.parse(paths));
}

const lifetimeReads = async (ctx: Awaited<ReturnType<typeof opened>>, key: string): Promise<number> =>
  (await ctx.state.object({ bucket: "data", key }))?.access.lifetimeReads ?? 0;

test("two at once with some of the same files count each once", async () => {
  await using folder = await temporaryFolder();
  await using ctx = await opened(folder);
  const [first, second] = [new CloudtrailIntake(ctx, undefined), new CloudtrailIntake(ctx, undefined)];
  const both = file("both", "a", "b");
  for (const each of [both, file("mine", "a")]) await first.read(each, each.open());
  for (const each of [file("yours", "b"), both]) await second.read(each, each.open());
  await first.flush();
  await second.flush();
  expect(first.told).toMatchObject({ files: 2, records: 3, accesses: 3, objectsChanged: 2 });
  expect(second.told).toMatchObject({ files: 2, records: 1, accesses: 1, objectsChanged: 1 });
  expect([await lifetimeReads(ctx, "a"), await lifetimeReads(ctx, "b")]).toEqual([2, 2]);
});

test("what was not written is counted by the next, and only that", async () => {
  await using folder = await temporaryFolder();
  await using ctx = await opened(folder);
  const state = new Proxy(ctx.state, {
    get: (port, name) =>
      name === "applyReads"
        ? () => Promise.reject(new AstraError("ASTRA_STATE_FULL", "no room"))
        : (Reflect.get(port, name, port) as unknown),
  });
  const refused = new CloudtrailIntake({ ...ctx, state }, undefined);
  const first = file("first", "a");
  await refused.read(first, first.open());
  await expect(refused.flush()).rejects.toMatchObject({ code: "ASTRA_STATE_FULL" });
  expect(refused.told).toMatchObject({ records: 0, accesses: 0 });
  for (const expected of [1, 0]) {
    const intake = new CloudtrailIntake(ctx, undefined);
    await intake.read(first, first.open());
    await intake.flush();
    expect(intake.told).toMatchObject({ files: 1, duplicates: 1 - expected, accesses: expected });
  }
  expect(await lifetimeReads(ctx, "a")).toBe(1);
  expect(await ctx.state.readSourceTotals()).toMatchObject([{ kind: "cloudtrail", sources: 1, lines: 1 }]);
});
