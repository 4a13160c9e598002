/** Broken connections, lost answers, a server that asks for patience. */
import { expect } from "vitest";
import { type CheckGroup, codeOf, readAll } from "./object-store-suite.ts";

const MIB = 1024 ** 2;

const isObject = (wanted: string, key: string) => (method: string, target: string) =>
  method === wanted && target.includes(`/${key}`);

export const faultChecks: CheckGroup = (check) => {
  check("waits where it is asked to slow down", async ({ newBucket, open, proxy }) => {
    const between = await proxy();
    const store = open(await newBucket(), { endpoint: between.endpoint });
    between.spoil("slowdown", 2, isObject("PUT", "slow"));
    await store.put({ key: "slow", body: Buffer.from("x"), storageClass: "STANDARD" });
    expect(store.counters()).toMatchObject({ throttled: 2, retried: 2, requests: 3 });
    between.spoil("slowdown", 100, isObject("HEAD", "slow"));
    expect(await codeOf(store.head("slow"))).toBe("ASTRA_STORE_THROTTLED");
  });

  check("puts once where the answer is lost", async ({ newBucket, open, proxy }) => {
    const between = await proxy();
    const store = open(await newBucket(), { endpoint: between.endpoint });
    between.spoil("lost-answer", 1, isObject("PUT", "lost"));
    const put = await store.put({
      key: "lost",
      body: Buffer.from("mine"),
      storageClass: "STANDARD",
      condition: "absent",
    });
    const head = await store.head("lost");
    expect(put).toMatchObject({ etag: head.etag, sizeBytes: 4, versionId: head.versionId });
    expect(between.seen.filter((line) => line.startsWith("PUT"))).toHaveLength(1);
  });

  check("takes nobody else's object for its own", async ({ newBucket, open, proxy }) => {
    const between = await proxy();
    const bucket = await newBucket();
    const store = open(bucket, { endpoint: between.endpoint });
    await open(bucket).put({ key: "theirs", body: Buffer.from("them"), storageClass: "STANDARD" });
    between.spoil("cut", 1, isObject("PUT", "theirs"));
    const put = store.put({ key: "theirs", body: Buffer.from("mine"), storageClass: "STANDARD", condition: "absent" });
    expect(await codeOf(put)).toBe("ASTRA_OBJECT_EXISTS");
    expect((await readAll(store, "theirs")).toString()).toBe("them");
  });

  check("completes an upload in parts once where the answer is lost", async ({ newBucket, open, proxy }) => {
    const between = await proxy();
    const options = { endpoint: between.endpoint, multipartThresholdBytes: 5 * MIB, partBytes: 5 * MIB };
    const store = open(await newBucket(), options);
    between.spoil("lost-answer", 1, (method, target) => method === "POST" && target.includes("uploadId="));
    const body = Buffer.alloc(6 * MIB, 3);
    const put = await store.put({ key: "large", body, storageClass: "STANDARD", condition: "absent" });
    expect((await store.head("large")).etag).toBe(put.etag);
    const completions = between.seen.filter((line) => line.startsWith("POST") && line.includes("uploadId="));
    expect(completions).toHaveLength(1);
  });

  check("moves once where the answer is lost", async ({ newBucket, open, proxy }) => {
    const between = await proxy();
    const store = open(await newBucket({ versioning: true }), { endpoint: between.endpoint });
    await store.put({ key: "moved", body: Buffer.from("x"), storageClass: "STANDARD" });
    const head = await store.head("moved");
    between.spoil("lost-answer", 1, isObject("PUT", "moved"));
    // Into an archive: a second copy would be refused, its source being no longer readable.
    const changed = await store.changeClass({ acl: null, head, storageClass: "GLACIER" });
    expect(await store.head("moved")).toMatchObject({
      storageClass: "GLACIER",
      etag: changed.etag,
      versionId: changed.versionId,
    });
    expect(between.seen.filter((line) => line.startsWith("PUT"))).toHaveLength(2);
  });

  check("reads on where a body breaks off", async ({ newBucket, open, proxy }) => {
    const between = await proxy();
    const store = open(await newBucket(), { endpoint: between.endpoint });
    const body = Buffer.alloc(3 * MIB, "read on ");
    await store.put({ key: "body", body, storageClass: "STANDARD" });
    between.spoil("half-body", 2, isObject("GET", "body"));
    expect((await readAll(store, "body")).equals(body)).toBe(true);
    expect(between.seen.filter((line) => line.startsWith("GET"))).toHaveLength(3);
  });

  check("names an endpoint that does not answer", async ({ newBucket, open }) => {
    const store = open(await newBucket(), { endpoint: "http://127.0.0.1:1" });
    await expect(store.head("x")).rejects.toMatchObject({
      code: "ASTRA_STORE_UNREACHABLE",
      where: "http://127.0.0.1:1",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
};
