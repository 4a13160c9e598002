/** A plan as lifecycle rules: only where the rule does exactly what the plan does, and never in place of another. */
import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { ensureMoto } from "../../tools/test-servers.ts";
import type { PlannedMove } from "../../src/core/plan.ts";
import { exportLifecycle } from "../../src/services/export/export-lifecycle.ts";
import { startMoto } from "../support/moto.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { policyRules } from "../support/policies.ts";
import { sdkClient } from "../support/sandbox.ts";

const DAY_MS = 86_400_000;
const LARGE = "x".repeat(200_000);
const BY_AGE = { rule: "matrix:age" } as const;

/** Objects under `logs/` 100 days old, and others of 10 days. */
async function agedWorld(): Promise<MovingWorld> {
  const world = await movingWorld();
  for (const key of ["logs/a", "logs/b", "data/old"]) world.put(key, LARGE);
  world.advance(90 * DAY_MS);
  for (const key of ["logs/new", "data/new"]) world.put(key, LARGE);
  world.advance(10 * DAY_MS);
  return world;
}

async function rulesFor(world: MovingWorld, keys: readonly string[], to: string, more: Partial<PlannedMove> = BY_AGE) {
  const planId = await world.plan(keys, to, more);
  return exportLifecycle({ ctx: world.ctx, input: { planId, provider: "s3" } });
}

describe("a rule is made", () => {
  it("for the whole bucket where it does just what the plan does", async () => {
    await using world = await agedWorld();
    const { document, rules, left } = await rulesFor(world, ["data/old", "logs/a", "logs/b"], "GLACIER");
    expect(document).toEqual({
      Rules: [
        {
          ID: "astra-90d-glacier",
          Status: "Enabled",
          Filter: { Prefix: "" },
          Transitions: [{ Days: 90, StorageClass: "GLACIER" }],
        },
      ],
    });
    // 3 transitions at $0.03 a thousand.
    expect(rules).toMatchObject([{ prefix: "", moves: 3, nativeFeeMicros: 90, largerThan: null }]);
    expect(left).toEqual([]);
  });

  it("for a prefix where another is planned otherwise", async () => {
    await using world = await agedWorld();
    const { rules, left } = await rulesFor(world, ["logs/a", "logs/b"], "GLACIER");
    expect(rules).toMatchObject([{ prefix: "logs/", days: 90, to: "GLACIER", moves: 2 }]);
    expect(left).toEqual([]);
  });

  it("with a size where small objects stay", async () => {
    await using world = await agedWorld();
    world.put("logs/small", "x".repeat(140_000));
    world.advance(100 * DAY_MS);
    for (const key of ["logs/new", "logs/a", "logs/b"]) world.put(key, LARGE);
    world.advance(95 * DAY_MS);
    const { rules } = await rulesFor(world, ["logs/a", "logs/b", "logs/new"], "GLACIER");
    expect(rules).toMatchObject([{ prefix: "logs/", largerThan: 140_000, hasSmaller: true, moves: 3 }]);
  });

  it("from a policy by age, and not from one by idle time", async () => {
    await using world = await agedWorld();
    const policies = policyRules(
      "- { name: old logs, match: { key: 'logs/**' }, after: { age: 60d, to: GLACIER_IR } }",
      "- { name: idle data, match: { key: 'data/**' }, after: { idle: 60d, to: GLACIER_IR } }",
    );
    const ctx = { ...world.ctx, policies };
    const ordered = { orderedByPolicy: true };
    const planId = await world.plan(["logs/a", "logs/b"], "GLACIER_IR", {
      rule: "policy:old logs",
      policy: "old logs",
      ...ordered,
    });
    expect(await exportLifecycle({ ctx, input: { planId, provider: "s3" } })).toMatchObject({
      rules: [{ source: "old logs", prefix: "logs/", days: 60, to: "GLACIER_IR", moves: 2 }],
      left: [],
    });
    const idle = await world.plan(["data/old"], "GLACIER_IR", {
      rule: "policy:idle data",
      policy: "idle data",
      ...ordered,
    });
    expect(await exportLifecycle({ ctx, input: { planId: idle, provider: "s3" } })).toMatchObject({
      rules: [],
      left: [{ reason: "idle", moves: 1 }],
    });
  });
});

test.each([
  ["matrix:age", "other_objects"],
  ["matrix:accesses", "reads"],
  ["matrix:name:backup_*", "name"],
  ["cost", "price"],
  ["predictive:long", "predicted"],
])("moves by %s that no rule does are told as such", async (rule, reason) => {
  await using world = await agedWorld();
  const { rules, left } = await rulesFor(world, ["logs/a"], "GLACIER", { rule });
  expect(rules).toEqual([]);
  expect(left).toEqual([{ reason, moves: 1, bytes: LARGE.length }]);
});

test("a class that the provider moves nothing into as early is named", async () => {
  await using world = await movingWorld();
  const policies = policyRules("- { name: soon, match: { key: 'logs/**' }, after: { age: 7d, to: STANDARD_IA } }");
  world.put("logs/a", LARGE);
  world.advance(8 * DAY_MS);
  const planId = await world.plan(["logs/a"], "STANDARD_IA", {
    rule: "policy:soon",
    policy: "soon",
    orderedByPolicy: true,
  });
  const exported = await exportLifecycle({ ctx: { ...world.ctx, policies }, input: { planId, provider: "s3" } });
  expect(exported).toMatchObject({ rules: [], left: [{ reason: "minimum_days", moves: 1 }] });
});

/** Written by hand from "Configure a lifecycle management policy" (Azure Blob Storage), the parts that are used. */
const azureSchema = z.strictObject({
  rules: z.array(
    z.strictObject({
      enabled: z.boolean(),
      name: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/),
      type: z.literal("Lifecycle"),
      definition: z.strictObject({
        filters: z.strictObject({
          blobTypes: z.array(z.enum(["blockBlob", "appendBlob"])).min(1),
          prefixMatch: z.array(z.string().min(1)).min(1).max(10),
        }),
        actions: z.strictObject({
          baseBlob: z.partialRecord(
            z.enum(["tierToCool", "tierToCold", "tierToArchive"]),
            z.strictObject({ daysAfterCreationGreaterThan: z.number().int().nonnegative() }),
          ),
        }),
      }),
    }),
  ),
});

/** Written by hand from "Lifecycle configuration" (Cloud Storage JSON API), the parts that are used. */
const gcsSchema = z.strictObject({
  rule: z.array(
    z.strictObject({
      action: z.strictObject({
        type: z.literal("SetStorageClass"),
        storageClass: z.enum(["NEARLINE", "COLDLINE", "ARCHIVE"]),
      }),
      condition: z.strictObject({
        age: z.number().int().nonnegative(),
        matchesPrefix: z.array(z.string().min(1)).min(1).exactOptional(),
        matchesStorageClass: z.array(z.enum(["STANDARD", "NEARLINE", "COLDLINE"])).min(1),
      }),
    }),
  ),
});

test("the same rules in the words of Azure and of Google Cloud, by tier", async () => {
  await using world = await agedWorld();
  const planId = await world.plan(["logs/a", "logs/b"], "GLACIER", BY_AGE);
  const azure = await exportLifecycle({ ctx: world.ctx, input: { planId, provider: "azure" } });
  expect(azureSchema.parse(azure.document).rules).toMatchObject([
    {
      name: "astra-logs-90d-glacier",
      definition: {
        filters: { prefixMatch: [`${MOVING_BUCKET}/logs/`] },
        actions: { baseBlob: { [AZURE_TIER]: { daysAfterCreationGreaterThan: 90 } } },
      },
    },
  ]);
  const gcs = await exportLifecycle({ ctx: world.ctx, input: { planId, provider: "gcs" } });
  expect(gcsSchema.parse(gcs.document).rule).toMatchObject([{ condition: { age: 90, matchesPrefix: ["logs/"] } }]);
});

/** What the S3 book calls GLACIER's tier. */
const AZURE_TIER = "tierToCold";

const moto = await ensureMoto();
const note = "missing" in moto ? ` (not run: ${moto.missing})` : "";

test.skipIf("missing" in moto)(
  `S3 takes the document and gives it back, the bucket's own rules with it${note}`,
  async () => {
    await using world = await agedWorld();
    const server = await startMoto();
    if ("missing" in server) throw new Error(server.missing);
    await using started = server;
    const own = [
      { ID: "theirs", Status: "Disabled" as const, Filter: { Prefix: "tmp/" }, Expiration: { Days: 7 } },
      { ID: "astra-logs-90d-glacier", Status: "Enabled" as const, Filter: { Prefix: "x/" }, Expiration: { Days: 1 } },
    ];
    const ours = sdkClient(world.sandbox.endpoint);
    const LifecycleConfiguration = { Rules: own };
    await ours.send(new PutBucketLifecycleConfigurationCommand({ Bucket: MOVING_BUCKET, LifecycleConfiguration }));
    ours.destroy();
    const { document, existingRules } = await rulesFor(world, ["logs/a", "logs/b"], "GLACIER");
    expect(existingRules).toBe(2);
    expect(JSON.parse(JSON.stringify(document))).toMatchObject({
      Rules: [{ ID: "theirs" }, { ID: "astra-logs-90d-glacier" }, { ID: "astra-logs-90d-glacier-2" }],
    });
    const s3 = sdkClient(started.endpoint);
    await s3.send(new CreateBucketCommand({ Bucket: "elsewhere" }));
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: "elsewhere",
        LifecycleConfiguration: JSON.parse(JSON.stringify(document)),
      }),
    );
    const read = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: "elsewhere" }));
    s3.destroy();
    expect({ Rules: read.Rules }).toEqual(JSON.parse(JSON.stringify(document)));
  },
);
