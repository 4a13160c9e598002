/** The S3 actions that each command uses against the sandbox are those that `astra iam policy` prints, and no more. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/apps/cli/commands.ts";
import { COMMAND_NEEDS } from "../../src/core/iam/command-needs.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { oneLine, record } from "../cli/cli.ts";
import { logLine, logTime } from "../support/access-log-lines.ts";
import { emptyingQueue } from "../support/emptying-queue.ts";
import { type PrivilegeWorld, privilegeWorld, together } from "../support/privilege-world.ts";

const KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const BILL = [
  "identity/LineItemId,lineItem/ProductCode,lineItem/LineItemType,lineItem/UsageType,lineItem/Operation,lineItem/ResourceId,lineItem/UsageAmount,lineItem/UnblendedCost,lineItem/CurrencyCode,lineItem/UsageStartDate",
  "0,AmazonS3,Usage,TimedStorage-ByteHrs,StandardStorage,plain,50,1.15,USD,2025-09-01T00:00:00Z",
].join("\n");

let world: PrivilegeWorld;

beforeAll(async () => {
  world = await privilegeWorld();
  await writeFile(join(world.folder, "bill.csv"), BILL);
  await writeFile(join(world.folder, "keep.yaml"), rules("{ name: keep, pattern: '*', action: never_tier_down }"));
  await writeFile(join(world.folder, "cold.yaml"), rules("{ name: cold, pattern: '*', action: { pin: cold } }"));
  await writeFile(join(world.folder, "hot.yaml"), rules("{ name: hot, pattern: '*', action: { pin: hot } }"));
});
afterAll(() => world?.[Symbol.asyncDispose]());

function rules(rule: string): string {
  return `policies:\n  - ${rule}\n`;
}

/** A plan, and what its application takes; `between` is what others do in the meantime. */
async function applied(bucket: string, more: readonly string[] = [], between = async () => {}) {
  await world.actions(bucket, ["plan", "--out", `${bucket}-plan.json`], more);
  await between();
  return world.run(bucket, ["apply", `${bucket}-plan.json`, "--yes"], more);
}

async function lastRun(bucket: string): Promise<string> {
  const runs = oneLine((await world.run(bucket, ["runs", "--json"])).result)["runs"];
  if (!Array.isArray(runs)) throw new Error("no runs");
  return String(record(runs[0])["id"]);
}

test("every command is in the table, and the table has no other", () => {
  expect(Object.keys(COMMAND_NEEDS).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});

describe("on a bucket without versions, locks and ACLs", () => {
  beforeAll(async () => {
    world.fixture.sandbox.createBucket("plain");
    await world.putOld("plain", "a.bin");
  });

  test.each([
    ["list", [["list"]]],
    ["plan", [["plan"]]],
    ["policy preview", [["policy", "preview", "keep.yaml"]]],
    [
      "explain",
      [
        ["explain", "a.bin"],
        ["explain", "missing.bin"],
      ],
    ],
    ["forecast", [["forecast"]]],
    ["compare", [["compare"]]],
    ["leftovers", [["leftovers"]]],
    ["doctor", [["doctor"]]],
    ["report", [["report", "--actual", "bill.csv", "--scan"]]],
  ])("%s", async (command, calls) => {
    const used = [];
    for (const args of calls) used.push((await world.run("plain", args)).actions);
    expect(together(...used)).toEqual(await world.printed(command));
  });

  test("what reads inventories and logs, and keeps a listing", async () => {
    world.fixture.sandbox.createBucket("telemetry");
    const put = (Key: string, Body: string) =>
      world.fixture.s3.send(new PutObjectCommand({ Bucket: "telemetry", Key, Body }));
    const time = logTime(Date.now() - MS_PER_DAY);
    await put("logs/2026-01-01-00-00-00-AAAA", `${logLine({ bucket: "telemetry", time })}\n`);
    await put("trail/1.json", '{"Records":[]}');
    await put("tables/t.csv", "Key,Size,LastModifiedDate\na,1,2026-01-01\n");
    for (const [command, source] of [
      ["ingest access-logs", "s3://telemetry/logs/"],
      ["ingest cloudtrail", "s3://telemetry/trail/"],
      ["inventory import", "s3://telemetry/tables"],
      ["inventory list", "s3://telemetry/tables/"],
    ] as const) {
      // An import finds another size than the listing's, as bodies stand for larger ones here; by then all was asked.
      const { actions } = await world.run("telemetry", [...command.split(" "), source]);
      expect([command, together(actions)]).toEqual([command, await world.printed(command)]);
    }
  }, 60_000);

  test("what takes notifications from a queue", async () => {
    await using queue = await emptyingQueue();
    const address = `notifications: { queue_url: "${queue.url}", region: eu-west-1 }`;
    await world.run("plain", ["ingest", "notifications", "--drain"], [address]);
    // Only where work on a message takes long: seen in test/system/notifications.test.ts.
    const actions = together(queue.actions, ["sqs:ChangeMessageVisibility"]);
    const named = ["--queue", "arn:aws:sqs:eu-west-1:123456789012:changes"];
    expect(actions).toEqual(await world.printed("ingest notifications", named));
  });

  test.each([
    ["generate-event", ["generate-event", "later.bin"]],
    ["access", ["access", "s3://plain/a.bin"]],
    ["runs", ["runs"]],
    ["metadata export", ["metadata", "export"]],
    ["backtest state", ["backtest", "state"]],
  ])("%s asks nothing of the bucket", async (command, args) => {
    expect([...(await world.run("plain", args)).actions]).toEqual([]);
    expect(COMMAND_NEEDS[command]).toEqual([]);
  });

  test("what uploads: also where the key is taken, the body is missing, and an upload breaks off", async () => {
    await world.run("plain", ["generate-event", "new.bin", "a.bin", "--size", "1KiB"]);
    await world.run("plain", ["generate-event", "lost.bin", "--source", "s3://plain/missing.bin"]);
    const whole = await world.actions("plain", ["consume", "--drain"]);
    await world.run("plain", ["generate-event", "large.bin", "--size", "70MiB"]);
    world.proxy.refused.add("UploadPart");
    const broken = await world.run("plain", ["consume", "--drain"]);
    world.proxy.refused.clear();
    const expected = await world.printed("consume");
    expect(together(whole, broken.actions)).toEqual(expected);
    for (const command of ["upload", "generate-workload"]) expect(await world.printed(command)).toEqual(expected);
  }, 60_000);

  test("what moves: whole, in parts, out of an archive, where a copy breaks off, and where an object has gone", async () => {
    world.fixture.sandbox.createBucket("moves");
    for (const key of ["a.bin", "gone.bin"]) await world.putOld("moves", key);
    await world.putOld("moves", "large.bin", { Body: Buffer.alloc(6 * 1024) });
    const remove = new DeleteObjectCommand({ Bucket: "moves", Key: "gone.bin" });
    world.proxy.refused.add("UploadPartCopy");
    const broken = await applied("moves", [], async () => void (await world.fixture.s3.send(remove)));
    world.proxy.refused.clear();
    const down = await applied("moves");
    await world.putOld("moves", "frozen.bin", { StorageClass: "DEEP_ARCHIVE" });
    const up = await applied("moves", ["policies: hot.yaml"]);
    const back = await world.actions("moves", ["undo", await lastRun("moves"), "--yes"]);
    const expected = await world.printed("apply");
    expect(expected).toEqual(expect.arrayContaining([...back]));
    expect(await world.printed("undo")).toEqual(expected);
    expect(together(broken.actions, down.actions, up.actions)).toEqual(expected);
    expect(await world.printed("run-engine")).toEqual(expected);
  }, 60_000);
});

describe("what a bucket has beyond that takes more", () => {
  /** What the option adds to the plain policy of `apply`. */
  async function added(options: readonly string[]): Promise<readonly string[]> {
    const plain = await world.printed("apply");
    return (await world.printed("apply", options)).filter((action) => !plain.includes(action));
  }

  async function beyondPlain(actions: Iterable<string>): Promise<readonly string[]> {
    const plain = await world.printed("apply");
    return together(actions).filter((action) => !plain.includes(action));
  }

  test("ACLs", async () => {
    world.fixture.sandbox.createBucket("acls");
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await world.fixture.s3.send(new PutBucketOwnershipControlsCommand({ Bucket: "acls", OwnershipControls }));
    await world.putOld("acls", "shared.bin", { ACL: "public-read" });
    const { actions } = await applied("acls");
    expect(await beyondPlain(actions)).toEqual(await added(["--acl"]));
  }, 60_000);

  test("versions left by our own copies, also where a run ends between a copy and its verification", async () => {
    world.fixture.sandbox.createBucket("versions", { versioning: true });
    await world.putOld("versions", "a.bin");
    const drops = ["engine: { strategy: matrix, drop_own_noncurrent: true }"];
    world.proxy.before = async (operation) => {
      if (operation === "CopyObject") world.proxy.refused.add("HeadObject");
    };
    const ended = await applied("versions", drops);
    world.proxy.before = async () => {};
    world.proxy.refused.clear();
    expect(ended.result.status).not.toBe(0);
    const resumed = await world.run("versions", ["apply", "versions-plan.json", "--yes"], drops);
    expect(resumed.result.status, resumed.result.stderr).toBe(0);
    expect(await beyondPlain([...ended.actions, ...resumed.actions])).toEqual(await added(["--drop-own-noncurrent"]));
    expect(await added(["--versioned"])).toEqual(["s3:ListBucketVersions"]);
  }, 60_000);

  test("locks and holds that come while an object is copied", async () => {
    world.fixture.sandbox.createBucket("locked", { objectLock: true });
    await world.putOld("locked", "racy.bin");
    await world.putOld("locked", "held.bin");
    const [Bucket, s3] = ["locked", world.fixture.s3];
    const until = new Date(Date.now() + 30 * MS_PER_DAY);
    await s3.send(new PutObjectLegalHoldCommand({ Bucket, Key: "held.bin", LegalHold: { Status: "ON" } }));
    world.proxy.before = async (operation, { key: Key }) => {
      if (operation !== "CopyObject") return;
      await s3.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: "ON" } }));
      const Retention = { Mode: "GOVERNANCE", RetainUntilDate: until } as const;
      await s3.send(new PutObjectRetentionCommand({ Bucket, Key, Retention }));
    };
    const { actions } = await applied("locked", ["policies: cold.yaml"]);
    world.proxy.before = async () => {};
    expect(together(await beyondPlain(actions), await added(["--versioned"]))).toEqual(await added(["--object-lock"]));
  }, 60_000);

  test("a KMS key", async () => {
    world.fixture.sandbox.createBucket("sealed");
    await world.putOld("sealed", "a.bin", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: KMS_KEY });
    const { actions } = await applied("sealed");
    expect(await beyondPlain(actions)).toEqual(await added(["--kms-key", KMS_KEY]));
    const sealed = [`buckets: { sealed: { encryption: { algorithm: "aws:kms", kms_key_id: "${KMS_KEY}" } } }`];
    await world.run("sealed", ["generate-event", "new.bin", "a.bin"], sealed);
    const uploaded = await world.actions("sealed", ["consume", "--drain"], sealed);
    const key = (names: Iterable<string>): readonly string[] =>
      together(names).filter((name) => name.startsWith("kms:"));
    expect(key(uploaded)).toEqual(key(await world.printed("consume", ["--kms-key", KMS_KEY])));
  }, 60_000);
});
