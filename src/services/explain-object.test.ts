import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { ACCESS_KEY, SECRET_KEY, START_MS, sandboxFixture } from "../../test/support/sandbox.ts";
import { seededRandom } from "../adapters/system/seeded-random.ts";
import { openContext } from "../apps/wiring.ts";
import { configSchema } from "../config/schema.ts";
import { MS_PER_DAY } from "../core/units.ts";
import { explainObject } from "./explain-object.ts";

const BUCKET = "locked";

test("a lock in force is a hold, one that is over is none", async () => {
  await using fixture = await sandboxFixture({ byteScale: 2 ** 20 });
  const { sandbox, s3 } = fixture;
  const folder = await mkdtemp(join(tmpdir(), "astra-explain-"));
  let nowMs = START_MS;
  await using ctx = await openContext(
    configSchema.parse({
      bucket: BUCKET,
      s3: {
        endpoint: sandbox.endpoint,
        region: "us-east-1",
        path_style: true,
        credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY },
      },
      log: { path: join(folder, "log.db") },
      state: { path: join(folder, "state.db") },
      engine: { strategy: "matrix" },
    }),
    {
      clock: { now: () => nowMs, sleep: () => Promise.resolve() },
      random: seededRandom(1),
      signal: new AbortController().signal,
      isThrowaway: true,
    },
  );
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  const lock = {
    ObjectLockMode: "GOVERNANCE" as const,
    ObjectLockRetainUntilDate: new Date(START_MS + 300 * MS_PER_DAY),
  };
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "x".repeat(1000), ...lock }));
  const at = async (day: number) => {
    nowMs = START_MS + day * MS_PER_DAY;
    sandbox.advanceTo(nowMs);
    return explainObject({ ctx, input: { bucket: BUCKET, key: "a" } });
  };
  const during = await at(299);
  expect(during.hold).toBe("retention_lock");
  expect(during).toMatchObject({ isRemembered: false, isAgeKnown: false });
  expect(during.decision).toMatchObject({ kind: "refuse", refusal: "retention_lock" });
  const after = await at(301);
  expect(after.hold).toBeNull();
  // With a lock come versions: the old one, which never expires here, costs more than the move saves.
  expect(after.decision).toMatchObject({ kind: "refuse", refusal: "payback" });
  await rm(folder, { recursive: true, force: true });
});
