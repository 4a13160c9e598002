/** Versions that are not current, and uploads that were not ended. */
import { CreateMultipartUploadCommand, DeleteObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { type CheckGroup, codeOf, readAll } from "./object-store-suite.ts";

async function put(store: ObjectStore, key: string, body: string): Promise<string> {
  const { versionId } = await store.put({ key, body: Buffer.from(body), storageClass: "STANDARD" });
  return versionId ?? "none";
}

export const versionChecks: CheckGroup = (check) => {
  check("describes a version that is not current", async ({ openNew }) => {
    const store = await openNew({}, { versioning: true });
    const first = await put(store, "k", "first");
    const second = await put(store, "k", "2nd");
    expect(await store.head("k", first)).toMatchObject({ versionId: first, sizeBytes: 5 });
    expect(await store.head("k")).toMatchObject({ versionId: second, sizeBytes: 3 });
  });

  check("lists versions that are not current", async ({ sdk, openNew }) => {
    const store = await openNew({}, { versioning: true });
    const key = "dir/ä +&<1>";
    const first = await put(store, key, "first");
    await put(store, key, "2nd");
    const third = await put(store, "gone", "3");
    await put(store, "alone", "4");
    await sdk.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: "gone" }));
    const all = (await Array.fromAsync(store.noncurrentVersions())).flat();
    expect(all.map((version) => [version.key, version.versionId, version.sizeBytes, version.storageClass])).toEqual([
      [key, first, 5, "STANDARD"],
      ["gone", third, 1, "STANDARD"],
    ]);
    expect(Number.isFinite(all[0]?.lastModifiedMs)).toBe(true);
    expect((await Array.fromAsync(store.noncurrentVersions("dir/"))).flat()).toEqual(all.slice(0, 1));
  });

  check("lists no versions where none are kept", async ({ openNew }) => {
    const store = await openNew();
    await put(store, "k", "1");
    expect(await Array.fromAsync(store.noncurrentVersions())).toEqual([]);
  });

  check("removes a version that is not current, and never the current one", async ({ openNew }) => {
    const store = await openNew({}, { versioning: true });
    const first = await put(store, "k", "first");
    const second = await put(store, "k", "second");
    expect(await codeOf(store.removeVersion("k", second))).toBe("ASTRA_STORE_REFUSED");
    await store.removeVersion("k", first);
    await store.removeVersion("k", first);
    expect(await codeOf(store.head("k", first))).toBe("ASTRA_OBJECT_MISSING");
    expect((await readAll(store, "k")).toString()).toBe("second");
    expect(await Array.fromAsync(store.noncurrentVersions())).toEqual([]);
  });

  check("removes no object where versions are not kept", async ({ openNew }) => {
    const store = await openNew();
    await put(store, "k", "only");
    expect(await codeOf(store.removeVersion("k", "null"))).toBe("ASTRA_STORE_REFUSED");
    expect((await readAll(store, "k")).toString()).toBe("only");
  });

  check("lists uploads that were not ended, and ends them", async ({ sdk, openNew }) => {
    const store = await openNew();
    const begin = async (Key: string): Promise<string> => {
      const at = { Bucket: store.bucket, Key };
      const { UploadId } = await sdk.send(new CreateMultipartUploadCommand(at));
      await sdk.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: "part" }));
      return UploadId ?? "";
    };
    const key = "dir/ä +&<1>";
    const [first, second] = [await begin(key), await begin("other")];
    const open = (await Array.fromAsync(store.openUploads())).flat();
    expect(open.map((upload) => [upload.key, upload.uploadId])).toEqual([
      [key, first],
      ["other", second],
    ]);
    expect(open.every(({ initiatedMs }) => Number.isFinite(initiatedMs))).toBe(true);
    expect((await Array.fromAsync(store.openUploads("oth"))).flat()).toEqual(open.slice(1));
    await store.abortUpload(key, first);
    await store.abortUpload(key, first);
    await store.abortUpload("other", second);
    expect(await Array.fromAsync(store.openUploads())).toEqual([]);
  });

  check("tells the class of an upload", async ({ sdk, openNew }) => {
    const store = await openNew();
    const begin = { Bucket: store.bucket, Key: "k", StorageClass: "STANDARD_IA" } as const;
    await sdk.send(new CreateMultipartUploadCommand(begin));
    expect((await Array.fromAsync(store.openUploads())).flat()).toMatchObject([
      { key: "k", storageClass: "STANDARD_IA" },
    ]);
  });
};
