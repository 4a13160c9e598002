/** Moves by copy against the sandbox: what is carried over, what is left alone, and races at each step. */
import { PutObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { MOVING_BUCKET, MOVING_START_MS, movingWorld } from "../support/moving-world.ts";
import { sdkClient } from "../support/sandbox.ts";

const MIB = 1024 * 1024;
const FULL = {
  contentHeaders: { "content-type": "text/plain", "cache-control": "max-age=5", "content-language": "de" },
  metadata: { owner: "mueller", "x-note": "a b" },
  websiteRedirect: "/elsewhere",
  tags: { team: "ops & more", "k=v": "ü" },
  encryption: { algorithm: "aws:kms", kmsKeyId: "arn:aws:kms:us-east-1:1:key/k", bucketKey: true },
  checksum: "CRC64NVME" as const,
};

describe("a copy", () => {
  test.each([
    ["in one request", 1000, {}],
    ["in parts", 12 * MIB, { maxCopyBytes: 5 * MIB }],
  ])("%s carries over everything its owner set", async (_, bytes, store) => {
    await using world = await movingWorld({ bucket: { ownership: "ObjectWriter" }, store });
    const acl = {
      ownerId: "",
      grants: [
        {
          grantee: { kind: "uri" as const, value: "http://acs.amazonaws.com/groups/global/AllUsers" },
          permission: "READ" as const,
        },
      ],
    };
    world.put("full", "x".repeat(bytes), FULL);
    const own = world.sandbox.inspect(MOVING_BUCKET, "full").acl;
    world.sandbox.setAcl(MOVING_BUCKET, "full", { ownerId: own.ownerId, grants: [...own.grants, ...acl.grants] });
    const before = world.sandbox.inspect(MOVING_BUCKET, "full");
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["full"], "GLACIER_IR") } });
    expect(run).toMatchObject({ state: "done", done: 1, reasons: {} });
    const after = world.sandbox.inspect(MOVING_BUCKET, "full");
    const kept = [
      "body",
      "contentHeaders",
      "metadata",
      "websiteRedirect",
      "tags",
      "acl",
      "encryption",
      "checksum",
    ] as const;
    for (const name of kept) if (name !== "acl") expect(after[name], name).toEqual(before[name]);
    expect(after.acl.ownerId).toBe(before.acl.ownerId);
    expect(new Set(after.acl.grants)).toEqual(new Set(before.acl.grants));
    expect(after.storageClass).toBe("GLACIER_IR");
    expect(world.sandbox.openUploads(MOVING_BUCKET)).toEqual([]);
  });

  test("of an object that changed since the plan is not made", async () => {
    await using world = await movingWorld();
    world.put("a");
    const planId = await world.plan(["a"], "STANDARD_IA");
    world.put("a", "newer");
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "done", done: 0, skipped: 1, reasons: { changed: 1 } });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
      storageClass: "STANDARD",
      body: Buffer.from("newer"),
    });
    const [spent] = await world.ctx.state.spent([`run:${run.id}`]);
    // The look at it was paid for: $0.0004 per 1,000.
    expect(spent).toEqual({ feeNanos: 400, objects: 0, bytes: 0 });
  });

  test.each(["CopyObject", "HeadObject"])("loses against an overwrite right before %s", async (operation) => {
    let races = 0;
    await using world = await movingWorld({
      onRequest: (name, bucket, key, sandbox) => {
        if (name !== operation || key !== "a" || races++ > 0) return;
        sandbox.overwrite(bucket, key, Buffer.from("theirs"), { metadata: { by: "them" } });
      },
    });
    world.put("a", "ours");
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
    expect(run).toMatchObject({ state: "done", skipped: 1, reasons: { changed: 1 } });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
      body: Buffer.from("theirs"),
      metadata: { by: "them" },
      storageClass: "STANDARD",
    });
  });

  test("loses against an overwrite before its last part is joined, and leaves no upload", async () => {
    await using world = await movingWorld({
      store: { maxCopyBytes: 5 * MIB },
      onRequest: (name, bucket, key, sandbox) => {
        if (name === "CompleteMultipartUpload") sandbox.overwrite(bucket, key, Buffer.from("theirs"));
      },
    });
    world.put("a", "x".repeat(11 * MIB));
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
    expect(run).toMatchObject({ skipped: 1, reasons: { changed: 1 } });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a").body.toString()).toBe("theirs");
    expect(world.sandbox.openUploads(MOVING_BUCKET)).toEqual([]);
  });

  test("of an object that is deleted meanwhile does not bring it back", async () => {
    await using world = await movingWorld({
      onRequest: (name, bucket, key, sandbox) => {
        if (name === "CopyObject") sandbox.remove(bucket, key);
      },
    });
    world.put("a");
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
    expect(run).toMatchObject({ skipped: 1, reasons: { missing: 1 } });
    expect([...world.sandbox.snapshot(MOVING_BUCKET)]).toEqual([]);
  });

  test("takes over tags that were changed right before it", async () => {
    await using world = await movingWorld({
      onRequest: (name, bucket, key, sandbox) => {
        if (name === "CopyObject") sandbox.retag(bucket, key, { theirs: "1" });
      },
    });
    world.put("a", "body", { tags: { ours: "1" } });
    await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "STANDARD_IA") } });
    expect(world.sandbox.inspect(MOVING_BUCKET, "a")).toMatchObject({
      tags: { theirs: "1" },
      storageClass: "STANDARD_IA",
    });
  });
});

describe("an object is left alone", () => {
  test.each([
    ["under legal hold", { legalHold: true }, "legal_hold"],
    ["under a lock", { retention: { mode: "GOVERNANCE" as const, untilMs: MOVING_START_MS + 1e9 } }, "retention_lock"],
  ])("%s", async (_, options, reason) => {
    await using world = await movingWorld({ bucket: { objectLock: true } });
    world.put("a", "body", options);
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER_IR") } });
    expect(run).toMatchObject({ skipped: 1, reasons: { [reason]: 1 } });
    expect(world.sandbox.versions(MOVING_BUCKET, "a")).toHaveLength(1);
  });

  test("that another account owns", async () => {
    await using world = await movingWorld({ bucket: { ownership: "ObjectWriter" } });
    world.put("a");
    const { acl } = world.sandbox.inspect(MOVING_BUCKET, "a");
    world.sandbox.setAcl(MOVING_BUCKET, "a", { ...acl, ownerId: "f".repeat(64) });
    const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER_IR") } });
    expect(run).toMatchObject({ skipped: 1, reasons: { foreign_owner: 1 } });
  });
});

describe("on a versioned bucket", () => {
  test("the version that the copy left stays, unless its removal is ordered", async () => {
    for (const isDropped of [false, true]) {
      await using world = await movingWorld({
        bucket: { versioning: true },
        config: { engine: { drop_own_noncurrent: isDropped } },
      });
      world.put("a", "first");
      world.put("a", "second");
      const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER_IR") } });
      expect(run.done).toBe(1);
      const classes = world.sandbox
        .versions(MOVING_BUCKET, "a")
        .map(({ storageClass, etag }) => `${storageClass} ${etag}`);
      expect(classes).toHaveLength(isDropped ? 2 : 3);
      expect(world.sandbox.inspect(MOVING_BUCKET, "a").body.toString()).toBe("second");
    }
  });

  test("a hold that comes while the copy is made is put on the copy as well", async () => {
    await using world = await movingWorld({
      bucket: { objectLock: true },
      onRequest: (name, bucket, key, sandbox) => {
        if (name === "CopyObject") sandbox.hold(bucket, key, true);
      },
    });
    world.put("a");
    await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER_IR") } });
    const versions = world.sandbox.versions(MOVING_BUCKET, "a");
    expect(versions.map(({ legalHold }) => legalHold)).toEqual(versions.map(() => true));
  });
});

test("in a bucket that locks every new version nothing is copied", async () => {
  await using world = await movingWorld({ bucket: { objectLock: true } });
  const s3 = sdkClient(world.sandbox.endpoint);
  await s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket: MOVING_BUCKET,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 10 } },
      },
    }),
  );
  s3.destroy();
  world.put("a");
  world.advance(20 * 86_400_000);
  const run = await applyPlan({ ctx: world.ctx, input: { planId: await world.plan(["a"], "GLACIER_IR") } });
  expect(run).toMatchObject({ skipped: 1, reasons: { default_retention: 1 } });
  expect(world.sandbox.versions(MOVING_BUCKET, "a")).toHaveLength(1);
});
