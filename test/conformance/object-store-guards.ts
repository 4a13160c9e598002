/** Who may read an object, how it is encrypted, what holds it: all of it outlives a change of class. */
import {
  GetObjectLegalHoldCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import { expect } from "vitest";
import type { Encryption } from "../../src/ports/object-store.ts";
import { KMS_KEY } from "../support/s3mock.ts";
import { type CheckGroup, codeOf } from "./object-store-suite.ts";

const MIB = 1024 ** 2;
const IN_PARTS = { maxCopyBytes: 5 * MIB };
const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const SIZES = [["small", 5] as const, ["large", 6 * MIB] as const];

export const guardChecks: CheckGroup = (check) => {
  check("reads an object's list of who may do what", async ({ sdk, openNew }) => {
    const store = await openNew({}, { ownership: "ObjectWriter" });
    await sdk.send(new PutObjectCommand({ Bucket: store.bucket, Key: "open", Body: "x", ACL: "public-read" }));
    const { ownerId, grants } = await store.acl("open");
    expect(ownerId).toMatch(/^[0-9a-f]{64}$/);
    expect(grants).toEqual([
      { grantee: { kind: "id", value: ownerId }, permission: "FULL_CONTROL" },
      { grantee: { kind: "uri", value: ALL_USERS }, permission: "READ" },
    ]);
    expect(await codeOf(store.acl("missing"))).toBe("ASTRA_OBJECT_MISSING");
  });

  for (const [Key, size] of SIZES) {
    check(`keeps that list over a change of class: a ${Key} object`, async ({ sdk, openNew }) => {
      const store = await openNew(IN_PARTS, { ownership: "ObjectWriter" });
      await sdk.send(new PutObjectCommand({ Bucket: store.bucket, Key, Body: Buffer.alloc(size), ACL: "public-read" }));
      const acl = await store.acl(Key);
      expect(acl.grants).toHaveLength(2);
      await store.changeClass({ acl, head: await store.head(Key), storageClass: "GLACIER_IR" });
      expect(await store.acl(Key)).toEqual(acl);
      await store.changeClass({ acl: null, head: await store.head(Key), storageClass: "STANDARD_IA" });
      expect((await store.acl(Key)).grants).toHaveLength(1);
    });
  }

  const encryptions: Readonly<Record<string, Encryption>> = {
    "the store's own key": { algorithm: "AES256", kmsKeyId: null, bucketKey: false },
    "a key of KMS": { algorithm: "aws:kms", kmsKeyId: KMS_KEY, bucketKey: false },
    "a bucket key": { algorithm: "aws:kms", kmsKeyId: KMS_KEY, bucketKey: true },
    "two layers": { algorithm: "aws:kms:dsse", kmsKeyId: KMS_KEY, bucketKey: false },
  };
  for (const [name, encryption] of Object.entries(encryptions)) {
    check(`encrypts what is put by ${name}, and keeps that over a change of class`, async ({ openNew }) => {
      const store = await openNew({ ...IN_PARTS, multipartThresholdBytes: 5 * MIB, partBytes: 5 * MIB });
      for (const [key, size] of SIZES) {
        await store.put({ key, body: Buffer.alloc(size), storageClass: "STANDARD", encryption });
        const head = await store.head(key);
        expect(head.encryption).toEqual(encryption);
        await store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" });
        expect((await store.head(key)).encryption).toEqual(encryption);
      }
    });
  }

  for (const [Key, size] of SIZES) {
    check(`keeps a lock over a change of class: a ${Key} object`, async ({ sdk, openNew }) => {
      const store = await openNew(IN_PARTS, { versioning: true, objectLock: true });
      const at = { Bucket: store.bucket, Key };
      const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000);
      await store.put({ key: Key, body: Buffer.alloc(size), storageClass: "STANDARD" });
      const Retention = { Mode: "GOVERNANCE", RetainUntilDate: until } as const;
      await sdk.send(new PutObjectRetentionCommand({ ...at, Retention }));
      await sdk.send(new PutObjectLegalHoldCommand({ ...at, LegalHold: { Status: "ON" } }));
      const head = await store.head(Key);
      expect(head).toMatchObject({ legalHold: true, retention: { mode: "GOVERNANCE", untilMs: until.getTime() } });
      await store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" });
      expect(await store.head(Key)).toMatchObject({ legalHold: true, retention: head.retention });
    });
  }

  check("adds holds to a version and takes none off", async ({ sdk, openNew }) => {
    const store = await openNew({}, { versioning: true, objectLock: true });
    const put = await store.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    const versionId = put.versionId ?? "";
    const soon = Math.ceil(Date.now() / 1000) * 1000 + 3_600_000;
    const later = soon + 3_600_000;
    const holdOf = async (): Promise<unknown> => {
      const { legalHold, retention } = await store.head("k", versionId);
      return { legalHold, retention };
    };
    await store.addHolds("k", versionId, { legalHold: false, retention: null });
    expect(await holdOf()).toEqual({ legalHold: false, retention: null });
    const retention = { mode: "GOVERNANCE", untilMs: later };
    await store.addHolds("k", versionId, { legalHold: true, retention });
    expect(await holdOf()).toEqual({ legalHold: true, retention });
    await store.addHolds("k", versionId, { legalHold: false, retention: { mode: "GOVERNANCE", untilMs: soon } });
    await store.addHolds("k", versionId, { legalHold: false, retention: null });
    await store.addHolds("k", versionId, { legalHold: true, retention: { mode: "GOVERNANCE", untilMs: 1 } });
    expect(await holdOf()).toEqual({ legalHold: true, retention });
    const { LegalHold } = await sdk.send(new GetObjectLegalHoldCommand({ Bucket: store.bucket, Key: "k" }));
    expect(LegalHold?.Status).toBe("ON");
  });

  for (const [key, size] of SIZES) {
    check(`replaces only the object that was seen: by a ${key} one`, async ({ openNew }) => {
      const store = await openNew({ multipartThresholdBytes: 5 * MIB, partBytes: 5 * MIB });
      const seen = await store.put({ key, body: Buffer.from("seen"), storageClass: "STANDARD" });
      const next = { key, body: Buffer.alloc(size), storageClass: "STANDARD", condition: { etag: seen.etag } };
      const put = await store.put(next);
      expect((await store.head(key)).etag).toBe(put.etag);
      expect(await codeOf(store.put({ ...next, body: Buffer.alloc(size, 1) }))).toBe("ASTRA_OBJECT_CHANGED");
      expect((await store.head(key)).etag).toBe(put.etag);
    });
  }

  check("reads and replaces tags", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    expect(await store.tags("k")).toEqual({});
    const tags = { team: "a b", "x=+-@:/._": "=+-@:/._" };
    await store.setTags("k", tags);
    expect(await store.tags("k")).toEqual(tags);
    await store.setTags("k", { one: "1" });
    expect(await store.tags("k")).toEqual({ one: "1" });
    expect(await codeOf(store.tags("missing"))).toBe("ASTRA_OBJECT_MISSING");
    expect(await codeOf(store.setTags("missing", tags))).toBe("ASTRA_OBJECT_MISSING");
  });

  check("keeps tags of any letters, and empty ones", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    const tags = { Überstunde: "日本", empty: "" };
    await store.setTags("k", tags);
    expect(await store.tags("k")).toEqual(tags);
  });

  check("takes all tags off", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    await store.setTags("k", { one: "1" });
    await store.setTags("k", {});
    expect(await store.tags("k")).toEqual({});
  });
};
