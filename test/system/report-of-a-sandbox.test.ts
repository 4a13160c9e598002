/** The report's model beside the bill of a store that charges by itself: what is left is what the state can't know. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localBillingFiles } from "../../src/adapters/billing/billing-files.ts";
import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import { VirtualClock } from "../../src/adapters/system/virtual-clock.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { configSchema } from "../../src/config/schema.ts";
import { usageLine } from "../../src/core/billing/usage-type.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import type { Context } from "../../src/services/context.ts";
import { importMetadata } from "../../src/services/exchange-metadata.ts";
import { recordAccess } from "../../src/services/record-access.ts";
import { reportActual } from "../../src/services/report-actual.ts";
import { runEngine } from "../../src/services/moving/run-engine.ts";
import { uploadFile } from "../../src/services/upload-file.ts";
import { ACCESS_KEY, SECRET_KEY } from "../support/sandbox.ts";

const BUCKET = "data";
const MARCH = Date.UTC(2026, 2, 1);
const APRIL = Date.UTC(2026, 3, 1);
const MAY = Date.UTC(2026, 4, 1);
const CLASSES = ["STANDARD", "STANDARD", "STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"] as const;
const OBJECTS = 24;

/** Usage type and operation by the line they stand for. */
const USAGE = new Map(
  [
    ["TimedStorage-ByteHrs", "StandardStorage"],
    ["TimedStorage-SIA-ByteHrs", ""],
    ["TimedStorage-GIR-ByteHrs", ""],
    ["TimedStorage-GDA-ByteHrs", "DeepArchiveStorage"],
    ...["FA", "IA", "AIA"].map((tier) => [`TimedStorage-INT-${tier}-ByteHrs`, ""]),
    ["Monitoring-Automation-INT", ""],
    ["Requests-Tier1", "PutObject"],
    ["Requests-Tier1", "ListBucket"],
    ["Requests-Tier2", "GetObject"],
    ...["SIA", "GIR", "GDA", "INT"].flatMap((name) => [
      [`Requests-${name}-Tier1`, "CopyObject"],
      [`Requests-${name}-Tier2`, "GetObject"],
    ]),
    ["Retrieval-SIA", ""],
    ["Retrieval-GIR", ""],
    ["EarlyDelete-SIA", ""],
    ["EarlyDelete-GIR", ""],
  ].map(([type = "", operation = ""]) => [usageLine(type, operation).line, [type, operation]] as const),
);

/** What the store charged between two bills, as a Cost and Usage Report. */
function report(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string {
  const header =
    "line_item_product_code,line_item_line_item_type,line_item_usage_type,line_item_operation,line_item_resource_id,line_item_usage_amount,line_item_unblended_cost,line_item_currency_code,line_item_usage_start_date";
  const rows = Object.entries(after).flatMap(([line, micros]) => {
    const cost = micros - (before[line] ?? 0);
    const [type, operation] = USAGE.get(line) ?? [`unmapped ${line}`, ""];
    if (cost === 0) return [];
    return [
      `AmazonS3,Usage,EUC1-${type},${operation},${BUCKET},1,${(cost / 1e6).toFixed(10)},USD,2026-04-01T00:00:00Z`,
    ];
  });
  return [header, ...rows].join("\n");
}

async function live(ctx: Context, sandbox: Sandbox): Promise<Readonly<Record<string, number>>> {
  const keys = Array.from({ length: OBJECTS }, (_, index) => `file-${index}.bin`);
  for (const [index, key] of keys.entries()) {
    const body = { uri: `synthetic:${key}:${(1 + (index % 7)) * 2 ** 20}` };
    const storageClass = CLASSES[index % CLASSES.length] ?? "STANDARD";
    await uploadFile({ ctx, input: { bucket: BUCKET, key, body, storageClass, overwrite: false } });
  }
  await consumeEvents({ ctx, input: { untilDrained: true } });
  const created = new Date(MARCH - 400 * MS_PER_DAY).toISOString().slice(0, 19);
  // Only where the class's own clock does not begin with the object: a date told later is no entry into the class.
  const old = keys.filter((_, index) => index % 2 === 0 && CLASSES[index % CLASSES.length] === "STANDARD");
  const json = Object.fromEntries(old.map((key) => [key, { access_count: 0, created_timestamp: created }]));
  await importMetadata({ ctx, input: { bucket: BUCKET, json, where: "test" } });
  sandbox.advanceTo(APRIL);
  const before = sandbox.bill().lines;
  sandbox.advanceTo(APRIL + 5 * MS_PER_DAY);
  const read = keys.filter((_, index) => index % 4 === 1);
  for (const key of read) sandbox.enterReads(BUCKET, key, 3);
  await recordAccess({ ctx, input: { bucket: BUCKET, keys: read, reads: 3 } });
  await consumeEvents({ ctx, input: { untilDrained: true } });
  sandbox.advanceTo(APRIL + 10 * MS_PER_DAY);
  await runEngine({ ctx, input: { bucket: BUCKET, dryRun: false, confirm: () => Promise.resolve(true) } });
  sandbox.advanceTo(MAY);
  return before;
}

/** Padding and overheads are lines of their own in the model, and parts of their class's line in the store's ledger. */
const family = (line: string): string => line.replace(/ \((?:padding|overhead|archive overhead)\)$/, "");

test(
  "a month of a store's own charges: only looks at the bucket itself are unexplained",
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "astra-report-"));
    const clock = new VirtualClock(MARCH);
    const keys = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY };
    const sandbox = await startSandbox({ clock, prices: builtInPriceBook(), ...keys, buckets: [BUCKET] });
    const config = configSchema.parse({
      bucket: BUCKET,
      s3: { endpoint: sandbox.endpoint, credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY } },
      log: { path: join(folder, "log.db"), partitions: 1 },
      state: { path: join(folder, "state.db") },
      engine: { strategy: "matrix", classes: { cold: "GLACIER_IR" } },
    });
    try {
      await using ctx = await openContext(config, {
        clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
        random: seededRandom(1),
        isThrowaway: true,
      });
      const before = await live(ctx, sandbox);
      const file = join(folder, "cur.csv");
      await writeFile(file, report(before, sandbox.bill().lines));
      const result = await reportActual({ ctx, input: { files: [file], billing: localBillingFiles() } });
      const bucket = result.buckets.find((each) => each.bucket === BUCKET);
      expect(bucket?.isModelled).toBe(true);
      const differences = Map.groupBy(bucket?.lines ?? [], ({ line }) => family(line));
      const sums = [...differences].map(([name, lines]) => ({
        name,
        micros: lines.reduce((sum, { differenceMicros }) => sum + differenceMicros, 0),
        kinds: new Set(lines.map(({ kind }) => kind)),
      }));
      expect(sums.filter(({ kinds }) => kinds.has("unknown"))).toEqual([]);
      const large = sums.filter(({ micros }) => Math.abs(micros) > 2);
      // The bucket's listing and its configuration, which no object's state tells of.
      expect(large.map(({ name }) => name)).toEqual(["STANDARD get", "STANDARD list"]);
      expect(bucket?.modelledMicros).toBeGreaterThan(1_000);
      const looks = large.reduce((sum, { micros }) => sum + micros, 0);
      expect(looks).toBeLessThan(10);
      expect(Math.abs((bucket?.unexplainedMicros ?? 0) - looks)).toBeLessThanOrEqual(sums.length);
    } finally {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
