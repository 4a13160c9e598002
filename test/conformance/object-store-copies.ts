/** Conditions of copies, and copies in parts that something comes in between. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "vitest";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { type CheckGroup, codeOf, readAll } from "./object-store-suite.ts";

const MIB = 1024 ** 2;
const IN_PARTS = { maxCopyBytes: 5 * MIB };

async function uploadsOf(store: ObjectStore): Promise<readonly string[]> {
  return (await Array.fromAsync(store.openUploads())).flat().map(({ key }) => key);
}

export const copyChecks: CheckGroup = (check) => {
  check("a copy is refused when the source has changed", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "a", body: Buffer.from("x"), storageClass: "STANDARD" });
    const head = { ...(await store.head("a")), etag: "0".repeat(32) };
    expect(await codeOf(store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" }))).toBe(
      "ASTRA_OBJECT_CHANGED",
    );
    expect((await store.head("a")).storageClass).toBe("STANDARD");
  });

  check("a copy is refused when the destination has changed", async ({ sdk, openNew }) => {
    const store = await openNew();
    const { bucket: Bucket } = store;
    const { etag } = await store.put({ key: "from", body: Buffer.from("x"), storageClass: "STANDARD" });
    const before = await store.put({ key: "to", body: Buffer.from("old"), storageClass: "STANDARD" });
    await store.put({ key: "to", body: Buffer.from("new"), storageClass: "STANDARD" });
    const copy = { Bucket, Key: "to", CopySource: `${Bucket}/from`, CopySourceIfMatch: `"${etag}"` };
    const refused = sdk.send(new CopyObjectCommand({ ...copy, IfMatch: `"${before.etag}"` }));
    await expect(refused).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect((await readAll(store, "to")).toString()).toBe("new");
  });

  check("multipart complete is refused when the destination has changed", async ({ sdk, openNew }) => {
    const store = await openNew();
    const at = { Bucket: store.bucket, Key: "k" };
    const before = await store.put({ key: "k", body: Buffer.from("old"), storageClass: "STANDARD" });
    await store.put({ key: "k", body: Buffer.from("new"), storageClass: "STANDARD" });
    const { UploadId } = await sdk.send(new CreateMultipartUploadCommand(at));
    const { ETag } = await sdk.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: "part" }));
    const complete = new CompleteMultipartUploadCommand({
      ...at,
      UploadId,
      IfMatch: `"${before.etag}"`,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    });
    await expect(sdk.send(complete)).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect((await readAll(store, "k")).toString()).toBe("new");
  });

  check("a copy in parts ends where its object is overwritten meanwhile", async ({ openNew }) => {
    const store = await openNew(IN_PARTS);
    await store.put({ key: "k", body: Buffer.alloc(6 * MIB, 1), storageClass: "STANDARD" });
    const head = await store.head("k");
    let parts = 0;
    const beforePart = async (): Promise<void> => {
      parts += 1;
      if (parts === 2) await store.put({ key: "k", body: Buffer.alloc(6 * MIB, 2), storageClass: "STANDARD" });
    };
    const move = store.changeClass({ acl: null, head, storageClass: "GLACIER_IR", beforePart });
    expect(await codeOf(move)).toBe("ASTRA_OBJECT_CHANGED");
    expect((await readAll(store, "k")).equals(Buffer.alloc(6 * MIB, 2))).toBe(true);
    expect(await uploadsOf(store)).toEqual([]);
  });

  check("a copy in parts ends where the same content is written with other metadata", async ({ openNew }) => {
    const store = await openNew(IN_PARTS);
    const object = { key: "k", body: Buffer.alloc(6 * MIB, 1), storageClass: "STANDARD" };
    await store.put({ ...object, metadata: { edition: "1" } });
    const head = await store.head("k");
    const onUpload = async (): Promise<void> => {
      await store.put({ ...object, metadata: { edition: "2" } });
    };
    const move = store.changeClass({ acl: null, head, storageClass: "GLACIER_IR", onUpload });
    expect(await codeOf(move)).toBe("ASTRA_OBJECT_CHANGED");
    expect((await store.head("k")).metadata).toEqual({ edition: "2" });
    expect(await uploadsOf(store)).toEqual([]);
  });

  check("a copy in parts ends where tags are changed meanwhile", async ({ openNew }) => {
    const store = await openNew(IN_PARTS);
    await store.put({ key: "k", body: Buffer.alloc(6 * MIB, 1), storageClass: "STANDARD" });
    await store.setTags("k", { stage: "draft" });
    const head = await store.head("k");
    const onUpload = async (): Promise<void> => store.setTags("k", { stage: "final" });
    const move = store.changeClass({ acl: null, head, storageClass: "GLACIER_IR", onUpload });
    expect(await codeOf(move)).toBe("ASTRA_OBJECT_CHANGED");
    expect(await store.tags("k")).toEqual({ stage: "final" });
    expect((await store.head("k")).storageClass).toBe("STANDARD");
    expect(await uploadsOf(store)).toEqual([]);
  });

  check("a copy in parts that is told to end leaves nothing", async ({ openNew }) => {
    const store = await openNew(IN_PARTS);
    await store.put({ key: "k", body: Buffer.alloc(12 * MIB, 1), storageClass: "STANDARD" });
    const head = await store.head("k");
    const told = new Error("enough");
    let parts = 0;
    const beforePart = async (): Promise<void> => {
      parts += 1;
      if (parts === 2) throw told;
    };
    await expect(store.changeClass({ acl: null, head, storageClass: "GLACIER_IR", beforePart })).rejects.toBe(told);
    expect(parts).toBe(2);
    expect((await store.head("k")).storageClass).toBe("STANDARD");
    expect(await uploadsOf(store)).toEqual([]);
  });

  check("a copy in parts tells of its upload before its first part", async ({ openNew }) => {
    const store = await openNew(IN_PARTS);
    await store.put({ key: "k", body: Buffer.alloc(6 * MIB, 1), storageClass: "STANDARD" });
    const seen: string[] = [];
    await store.changeClass({
      acl: null,
      head: await store.head("k"),
      storageClass: "GLACIER_IR",
      onUpload: async (uploadId) => {
        const open = (await Array.fromAsync(store.openUploads())).flat();
        seen.push(open.some((upload) => upload.key === "k" && upload.uploadId === uploadId) ? "upload" : "unknown");
      },
      beforePart: async () => void seen.push("part"),
    });
    expect(seen).toEqual(["upload", "part", "part"]);
    const unsaved = new Error("not durable");
    const move = store.changeClass({
      acl: null,
      head: await store.head("k"),
      storageClass: "STANDARD_IA",
      onUpload: async () => Promise.reject(unsaved),
    });
    await expect(move).rejects.toBe(unsaved);
    expect(await uploadsOf(store)).toEqual([]);
  });

  for (const [name, sizeBytes] of Object.entries({ "a copy": 5, "a copy in parts": 6 * MIB })) {
    check(`${name} names the version that it left behind`, async ({ openNew }) => {
      const store = await openNew(IN_PARTS, { versioning: true });
      await store.put({ key: "k", body: Buffer.alloc(sizeBytes, 1), storageClass: "STANDARD" });
      const head = await store.head("k");
      const changed = await store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" });
      expect(changed.replacedVersionId).toBe(head.versionId);
      expect(changed.versionId).not.toBe(head.versionId);
    });

    check(`${name} keeps the kind of checksum`, async ({ sdk, openNew }) => {
      const store = await openNew(IN_PARTS);
      const object = { Bucket: store.bucket, Key: "k", Body: Buffer.alloc(sizeBytes, 7) };
      for (const ChecksumAlgorithm of ["SHA256", "CRC32", "CRC32C", "CRC64NVME"] as const) {
        await sdk.send(new PutObjectCommand({ ...object, ChecksumAlgorithm }));
        const before = await store.head("k");
        expect(before.checksum).toMatchObject({ algorithm: ChecksumAlgorithm, type: "FULL_OBJECT" });
        await store.changeClass({ acl: null, head: before, storageClass: "GLACIER_IR" });
        const { checksum } = await store.head("k");
        expect(checksum?.algorithm).toBe(ChecksumAlgorithm);
        if (checksum?.type === "FULL_OBJECT") expect(checksum.value).toBe(before.checksum?.value);
      }
    });
  }

  check("a copy leaves no version behind where none are kept", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    const changed = await store.changeClass({ acl: null, head: await store.head("k"), storageClass: "GLACIER_IR" });
    expect(changed.replacedVersionId).toBeNull();
  });
};
