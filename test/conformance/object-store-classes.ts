/** Changing classes, archives, and what must survive both. */
import { GetObjectTaggingCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { KMS_KEY } from "../support/s3mock.ts";
import { type CheckGroup, codeOf, readAll } from "./object-store-suite.ts";

const MIB = 1024 ** 2;
const CLASSES = [
  "STANDARD",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;
const ARCHIVES: readonly string[] = ["GLACIER", "DEEP_ARCHIVE"];

export const classChecks: CheckGroup = (check) => {
  check("keeps every storage class, put and moved into", async ({ openNew }) => {
    const store = await openNew();
    for (const storageClass of CLASSES) {
      await store.put({ key: `put/${storageClass}`, body: Buffer.from("x"), storageClass });
      expect((await store.head(`put/${storageClass}`)).storageClass).toBe(storageClass);
      if (storageClass === "STANDARD") continue;
      await store.put({ key: `move/${storageClass}`, body: Buffer.from("x"), storageClass: "STANDARD" });
      await store.changeClass({ acl: null, head: await store.head(`move/${storageClass}`), storageClass });
      expect((await store.head(`move/${storageClass}`)).storageClass).toBe(storageClass);
    }
    const listed = (await Array.fromAsync(store.list({ prefix: "put/" }))).flat();
    expect(listed.map(({ key, storageClass }) => [key, storageClass])).toEqual(
      CLASSES.toSorted().map((name) => [`put/${name}`, name]),
    );
  });

  check("keeps content, headers and metadata over a change of class", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    const store = open(Bucket);
    await sdk.send(
      new PutObjectCommand({
        Bucket,
        Key: "page",
        Body: "<p>",
        ContentType: "text/html",
        ContentLanguage: "de",
        ContentDisposition: "inline",
        CacheControl: "no-cache",
      }),
    );
    const before = await store.head("page");
    const changed = await store.changeClass({ acl: null, head: before, storageClass: "GLACIER_IR" });
    const after = await store.head("page");
    expect(after).toMatchObject({
      storageClass: "GLACIER_IR",
      etag: changed.etag,
      sizeBytes: before.sizeBytes,
      contentHeaders: before.contentHeaders,
      metadata: before.metadata,
    });
    expect((await readAll(store, "page")).toString()).toBe("<p>");
  });

  check("keeps non-ASCII metadata over a change of class", async ({ openNew }) => {
    const store = await openNew();
    const metadata = { title: "Grüße, 世界", plain: "a b" };
    await store.put({ key: "titled", body: Buffer.from("x"), storageClass: "STANDARD", metadata });
    await store.changeClass({ acl: null, head: await store.head("titled"), storageClass: "GLACIER_IR" });
    expect((await store.head("titled")).metadata).toEqual(metadata);
  });

  check("keeps a redirect over a change of class", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    const store = open(Bucket);
    await sdk.send(new PutObjectCommand({ Bucket, Key: "old", Body: "x", WebsiteRedirectLocation: "/new" }));
    const head = await store.head("old");
    expect(head.websiteRedirect).toBe("/new");
    await store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" });
    expect((await store.head("old")).websiteRedirect).toBe("/new");
  });

  check("keeps the encryption over a change of class", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    const store = open(Bucket);
    await sdk.send(
      new PutObjectCommand({ Bucket, Key: "kms", Body: "x", ServerSideEncryption: "aws:kms", SSEKMSKeyId: KMS_KEY }),
    );
    const { encryption, ...head } = await store.head("kms");
    expect(encryption).toMatchObject({ algorithm: "aws:kms", kmsKeyId: KMS_KEY });
    await store.changeClass({ acl: null, head: { ...head, encryption }, storageClass: "GLACIER_IR" });
    expect((await store.head("kms")).encryption).toEqual(encryption);
  });

  check("keeps a legal hold over a change of class", async ({ sdk, openNew }) => {
    const store = await openNew({}, { objectLock: true });
    const input = { Bucket: store.bucket, Key: "held", Body: "x", ObjectLockLegalHoldStatus: "ON" } as const;
    await sdk.send(new PutObjectCommand(input));
    const head = await store.head("held");
    expect(head.legalHold).toBe(true);
    await store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" });
    expect(await store.head("held")).toMatchObject({ legalHold: true, storageClass: "GLACIER_IR" });
  });

  check("refuses to move an object that was overwritten", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "raced", body: Buffer.from("old"), storageClass: "STANDARD" });
    const head = await store.head("raced");
    await store.put({ key: "raced", body: Buffer.from("new"), storageClass: "STANDARD" });
    expect(await codeOf(store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" }))).toBe(
      "ASTRA_OBJECT_CHANGED",
    );
    expect((await store.head("raced")).storageClass).toBe("STANDARD");
  });

  check("refuses to move an object that got a newer version", async ({ openNew }) => {
    const store = await openNew({}, { versioning: true });
    await store.put({ key: "raced", body: Buffer.from("old"), storageClass: "STANDARD" });
    const head = await store.head("raced");
    expect(head.versionId).toEqual(expect.any(String));
    await store.put({ key: "raced", body: Buffer.from("new"), storageClass: "STANDARD" });
    expect(await codeOf(store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" }))).toBe(
      "ASTRA_OBJECT_CHANGED",
    );
    expect((await readAll(store, "raced")).toString()).toBe("new");
  });

  check("makes a new version where versions are kept", async ({ openNew }) => {
    const store = await openNew({}, { versioning: true });
    await store.put({ key: "versioned", body: Buffer.from("x"), storageClass: "STANDARD" });
    const head = await store.head("versioned");
    const changed = await store.changeClass({ acl: null, head, storageClass: "STANDARD_IA" });
    expect(changed.versionId).not.toBe(head.versionId);
    expect((await store.head("versioned")).versionId).toBe(changed.versionId);
  });

  check("moves under a condition on what it replaces", async ({ openNew }) => {
    const store = await openNew({ conditionalCopyDestination: true });
    await store.put({ key: "guarded", body: Buffer.from("x"), storageClass: "STANDARD" });
    await store.changeClass({ acl: null, head: await store.head("guarded"), storageClass: "GLACIER_IR" });
    expect((await store.head("guarded")).storageClass).toBe("GLACIER_IR");
  });

  check("names an object that is gone before its move", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "here", body: Buffer.from("x"), storageClass: "STANDARD" });
    const head = { ...(await store.head("here")), key: "gone" };
    expect(await codeOf(store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" }))).toBe(
      "ASTRA_OBJECT_MISSING",
    );
  });

  check("copies in parts above the limit of one request", async ({ openNew }) => {
    const store = await openNew({ maxCopyBytes: 5 * MIB });
    const body = Buffer.alloc(9 * MIB + 11, "parts ");
    const metadata = { kind: "large", title: "größer" };
    await store.put({ key: "large", body, storageClass: "STANDARD", contentType: "text/plain", metadata });
    const head = await store.head("large");
    const changed = await store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" });
    const after = await store.head("large");
    expect(after).toMatchObject({ storageClass: "GLACIER_IR", sizeBytes: body.length, metadata, etag: changed.etag });
    expect(after.contentHeaders["content-type"]).toBe("text/plain");
    expect((await readAll(store, "large")).equals(body)).toBe(true);
  });

  check("keeps tags over a copy in parts", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    const store = open(Bucket, { maxCopyBytes: 5 * MIB });
    const Body = Buffer.alloc(6 * MIB);
    await sdk.send(new PutObjectCommand({ Bucket, Key: "tagged", Body, Tagging: "team=a%20b&x=%3D%2B%40" }));
    await store.changeClass({ acl: null, head: await store.head("tagged"), storageClass: "GLACIER_IR" });
    const { TagSet = [] } = await sdk.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }));
    expect(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value]))).toEqual({ team: "a b", x: "=+@" });
  });

  check("refuses a copy in parts of an object that was overwritten", async ({ openNew }) => {
    const store = await openNew({ maxCopyBytes: 5 * MIB });
    await store.put({ key: "raced", body: Buffer.alloc(6 * MIB, 1), storageClass: "STANDARD" });
    const head = await store.head("raced");
    await store.put({ key: "raced", body: Buffer.alloc(6 * MIB, 2), storageClass: "STANDARD" });
    expect(await codeOf(store.changeClass({ acl: null, head, storageClass: "GLACIER_IR" }))).toBe(
      "ASTRA_OBJECT_CHANGED",
    );
    expect((await store.head("raced")).storageClass).toBe("STANDARD");
  });

  check("refuses to read or move an archived object", async ({ openNew }) => {
    const store = await openNew();
    for (const storageClass of ARCHIVES) {
      await store.put({ key: storageClass, body: Buffer.from("x"), storageClass });
      expect(await codeOf(store.get(storageClass))).toBe("ASTRA_OBJECT_ARCHIVED");
      const move = store.changeClass({ acl: null, head: await store.head(storageClass), storageClass: "STANDARD" });
      expect(await codeOf(move)).toBe("ASTRA_OBJECT_ARCHIVED");
    }
  });

  check("asks for a readable copy", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "archived", body: Buffer.from("x"), storageClass: "GLACIER" });
    expect((await store.head("archived")).restore).toBeNull();
    expect(await store.restore({ key: "archived", days: 2, speed: "standard" })).toBe("started");
    expect((await store.head("archived")).restore).not.toBeNull();
    expect(await store.restore({ key: "archived", days: 2, speed: "standard" })).toMatch(/^(ongoing|restored)$/);
  });

  check("moves an archived object up by its readable copy", async ({ openNew, finishRestore }) => {
    const store = await openNew();
    const metadata = { kept: "yes" };
    await store.put({ key: "archived", body: Buffer.from("x"), storageClass: "DEEP_ARCHIVE", metadata });
    await store.restore({ key: "archived", days: 2, speed: "bulk" });
    finishRestore(store.bucket, "archived");
    const head = await store.head("archived");
    expect(head.restore?.ongoing).toBe(false);
    expect(head.restore?.expiresMs).toBeGreaterThan(Date.now());
    await store.changeClass({ acl: null, head, storageClass: "STANDARD" });
    expect(await store.head("archived")).toMatchObject({ storageClass: "STANDARD", restore: null, metadata });
    expect((await readAll(store, "archived")).toString()).toBe("x");
  });

  check("refuses to restore what is missing or needs none", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "hot", body: Buffer.from("x"), storageClass: "STANDARD" });
    expect(await codeOf(store.restore({ key: "none", days: 1, speed: "bulk" }))).toBe("ASTRA_OBJECT_MISSING");
    expect(await codeOf(store.restore({ key: "hot", days: 1, speed: "bulk" }))).toBe("ASTRA_STORE_REFUSED");
  });
};
