/** Listings of more than one page, and of a bucket that is large. */
import { CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openS3Store } from "../../src/adapters/s3/object-store.ts";
import { systemRandom } from "../../src/adapters/system/system-random.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { ACCESS_KEY, SECRET_KEY, type SandboxFixture, sandboxFixture } from "../support/sandbox.ts";

const COUNT = 1203;
const keyOf = (index: number): string => `a +&<${String(index).padStart(5, "0")}>`;

let fixture: SandboxFixture;
let store: ObjectStore;
beforeAll(async () => {
  fixture = await sandboxFixture();
  fixture.sandbox.createBucket("versioned", { versioning: true });
  store = openS3Store(
    "versioned",
    {
      endpoint: fixture.sandbox.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { kind: "static", accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    },
    { clock: new WallClock(), random: systemRandom() },
  );
});
afterAll(async () => {
  await store.close();
  await fixture[Symbol.asyncDispose]();
});

it("versions that are not current come page by page, each once", async () => {
  const object = (index: number) => ({ key: keyOf(index), sizeBytes: index });
  for (let round = 0; round < 3; round++) fixture.sandbox.fill("versioned", COUNT, object);
  const pages = await Array.fromAsync(store.noncurrentVersions());
  const all = pages.flat();
  expect(pages.length).toBeGreaterThan(2);
  expect(all).toHaveLength(2 * COUNT);
  expect(new Set(all.map(({ key, versionId }) => `${key} ${versionId}`)).size).toBe(2 * COUNT);
  expect(all.every(({ key, sizeBytes }) => key === keyOf(sizeBytes))).toBe(true);
});

it("uploads that were not ended come page by page, each once", async () => {
  for (let index = 0; index < COUNT; index++) {
    const Key = keyOf(Math.floor(index / 2));
    await fixture.s3.send(new CreateMultipartUploadCommand({ Bucket: "versioned", Key }));
  }
  const pages = await Array.fromAsync(store.openUploads());
  expect(pages).toHaveLength(2);
  const ids = pages.flat().map(({ uploadId }) => uploadId);
  expect(ids).toHaveLength(COUNT);
  expect(new Set(ids)).toEqual(new Set(fixture.sandbox.openUploads("versioned").map(({ uploadId }) => uploadId)));
});
