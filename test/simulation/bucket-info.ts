/** What the real adapter reads of a bucket's settings, once for every kind: they never change within a world. */
import { openS3Store } from "../../src/adapters/s3/object-store.ts";
import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import type { BucketInfo } from "../../src/ports/object-store.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { BUCKET, type BucketKind } from "./setting.ts";

const known = new Map<string, Promise<BucketInfo>>();

export function bucketInfoOf(kind: BucketKind): Promise<BucketInfo> {
  const id = JSON.stringify(kind);
  const asked = known.get(id) ?? ask(kind);
  known.set(id, asked);
  return asked;
}

async function ask({ versioning, objectLock, hasAcls }: BucketKind): Promise<BucketInfo> {
  const keys = { accessKey: "AKIDSETTINGS", secretKey: "settings" };
  const wall = new WallClock();
  const clock = { now: () => wall.now(), sleep: wall.sleep.bind(wall), advanceTo: () => undefined };
  await using sandbox = await startSandbox({ clock, prices: builtInPriceBook(), ...keys });
  sandbox.createBucket(BUCKET, { versioning, objectLock, ownership: hasAcls ? "ObjectWriter" : "BucketOwnerEnforced" });
  await using store = openS3Store(
    BUCKET,
    {
      endpoint: sandbox.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { kind: "static", accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    },
    { clock: wall, random: seededRandom(1) },
  );
  return await store.bucketInfo();
}
