/** Putting, reading and describing single objects. */
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { type CheckGroup, codeOf, readAll } from "./object-store-suite.ts";

/** Names as users, and their enemies, choose them. */
export const HOSTILE_KEYS: Readonly<Record<string, string>> = {
  plain: "report.txt",
  spaces: " leading and trailing ",
  unicode: "отчёт/日本語/😀 ñ e\u0301",
  plus: "a+b c+d",
  percent: "100%/%2F/%zz/%",
  "double slashes": "a//b///c//",
  "leading slash": "/a",
  dots: "a/../b/./c/..",
  "dots in front": "../../etc/passwd",
  "xml characters": `<a>&"b"'c'&amp;</a>`,
  "query and fragment": "q?versionId=1&x=2#frag",
  "reserved characters": "!*'();:@&=$,[]|\\^`{}~",
  "line breaks": "line\nbreak\r\nend",
  "other control characters": "\u0001tab\tescape\u001bdelete\u007f",
  "1,024 bytes": `${"é".repeat(511)}/x`,
  "looks encoded": "=?UTF-8?B?w6k=?=",
};

const MIB = 1024 ** 2;

export const objectChecks: CheckGroup = (check) => {
  for (const [name, key] of Object.entries(HOSTILE_KEYS)) {
    check(`keeps the key: ${name}`, async ({ openNew }) => {
      const store = await openNew();
      const body = Buffer.from(`body of ${name}`);
      await store.put({ key, body, storageClass: "STANDARD" });
      const head = await store.head(key);
      expect(head.sizeBytes).toBe(body.length);
      expect(await readAll(store, key)).toEqual(body);
      await store.changeClass({ acl: null, head, storageClass: "STANDARD_IA" });
      const listed = await Array.fromAsync(store.list());
      expect(listed.flat().map((object) => [object.key, object.storageClass])).toEqual([[key, "STANDARD_IA"]]);
    });
  }

  check("gives back what was put", async ({ openNew }) => {
    const store = await openNew();
    const metadata = {
      plain: "text",
      accents: "Grüße, 世界 😀",
      spaced: "  two  ",
      encoded: "=?UTF-8?Q?x?=",
      long: "ü".repeat(200),
    };
    const put = await store.put({
      key: "object",
      body: Buffer.from("hello"),
      storageClass: "STANDARD",
      contentType: "text/plain",
      metadata,
    });
    expect(put).toMatchObject({ etag: "5d41402abc4b2a76b9719d911017c592", sizeBytes: 5, checksumCrc32: "NhCmhg==" });
    const head = await store.head("object");
    expect(head).toMatchObject({ etag: put.etag, sizeBytes: 5, storageClass: "STANDARD", metadata, tagCount: 0 });
    expect(head.contentHeaders["content-type"]).toBe("text/plain");
    expect(head).toMatchObject({ legalHold: false, retention: null, restore: null, websiteRedirect: null });
  });

  check("keeps a content type as it was written", async ({ openNew }) => {
    const store = await openNew();
    const contentType = "text/plain; charset=utf-8";
    await store.put({ key: "object", body: Buffer.from("x"), storageClass: "STANDARD", contentType });
    expect((await store.head("object")).contentHeaders["content-type"]).toBe(contentType);
  });

  check("keeps the CRC-32", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "object", body: Buffer.from("hello"), storageClass: "STANDARD" });
    expect((await store.head("object")).checksum).toEqual({
      algorithm: "CRC32",
      value: "NhCmhg==",
      type: "FULL_OBJECT",
    });
  });

  check("describes an object as the AWS SDK does", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    const Key = "dir/käse +%.txt";
    await sdk.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: "cheese",
        ContentType: "text/x-cheese",
        ContentEncoding: "identity",
        ContentLanguage: "de",
        ContentDisposition: 'attachment; filename="k.txt"',
        CacheControl: "max-age=60",
        Metadata: { from: "sdk" },
        Tagging: "team=a%20b&tier=x",
        StorageClass: "STANDARD_IA",
      }),
    );
    const theirs = await sdk.send(new HeadObjectCommand({ Bucket, Key }));
    const ours = await open(Bucket).head(Key);
    expect(ours).toMatchObject({
      sizeBytes: theirs.ContentLength,
      etag: theirs.ETag?.replaceAll('"', ""),
      lastModifiedMs: theirs.LastModified?.getTime(),
      storageClass: theirs.StorageClass,
      metadata: theirs.Metadata,
      contentHeaders: {
        "content-type": theirs.ContentType,
        "content-language": theirs.ContentLanguage,
        "content-disposition": theirs.ContentDisposition,
        "cache-control": theirs.CacheControl,
      },
    });
    expect(ours.storageClass).toBe("STANDARD_IA");
  });

  check("counts tags", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    await sdk.send(new PutObjectCommand({ Bucket, Key: "tagged", Body: "x", Tagging: "team=a%20b&tier=x" }));
    expect((await open(Bucket).head("tagged")).tagCount).toBe(2);
  });

  check("keeps an empty object", async ({ openNew }) => {
    const store = await openNew();
    await store.put({ key: "empty", body: new Uint8Array(), storageClass: "STANDARD", sizeBytes: 0 });
    expect((await store.head("empty")).sizeBytes).toBe(0);
    expect(await readAll(store, "empty")).toHaveLength(0);
  });

  check("refuses to overwrite under condition absent", async ({ openNew }) => {
    const store = await openNew();
    const first = { key: "once", body: Buffer.from("one"), storageClass: "STANDARD", condition: "absent" } as const;
    await store.put(first);
    expect(await codeOf(store.put({ ...first, body: Buffer.from("two") }))).toBe("ASTRA_OBJECT_EXISTS");
    expect((await readAll(store, "once")).toString()).toBe("one");
  });

  check("names a missing key and a missing bucket", async ({ openNew, open }) => {
    const store = await openNew();
    expect(await codeOf(store.head("nothing"))).toBe("ASTRA_OBJECT_MISSING");
    expect(await codeOf(store.get("nothing"))).toBe("ASTRA_OBJECT_MISSING");
    const nowhere = open("no-such-bucket-anywhere");
    expect(await codeOf(nowhere.head("nothing"))).toBe("ASTRA_STORE_BUCKET_MISSING");
    expect(await codeOf(nowhere.get("nothing"))).toBe("ASTRA_STORE_BUCKET_MISSING");
    expect(await codeOf(Array.fromAsync(nowhere.list()))).toBe("ASTRA_STORE_BUCKET_MISSING");
    const put = nowhere.put({ key: "k", body: Buffer.from("x"), storageClass: "STANDARD" });
    expect(await codeOf(put)).toBe("ASTRA_STORE_BUCKET_MISSING");
  });

  check("refuses a wrong secret", async ({ newBucket, open }) => {
    const bucket = await newBucket();
    const credentials = { kind: "static", accessKeyId: "conformance", secretAccessKey: "wrong" } as const;
    const store = open(bucket, { credentials });
    expect(await codeOf(Array.fromAsync(store.list()))).toBe("ASTRA_STORE_AUTHENTICATION");
    expect(await codeOf(store.head("anything"))).toBe("ASTRA_STORE_AUTHENTICATION");
  });

  check("uploads in parts, from bytes and from a stream", async ({ openNew }) => {
    const store = await openNew({ multipartThresholdBytes: 6 * MIB, partBytes: 5 * MIB });
    const body = Buffer.alloc(12 * MIB + 7, "astra ");
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < body.length; at += 700_001) yield body.subarray(at, at + 700_001);
    };
    const metadata = { kind: "large" };
    const whole = await store.put({ key: "bytes", body, storageClass: "STANDARD_IA", metadata });
    const streamed = await store.put({
      key: "stream",
      body: stream(),
      storageClass: "STANDARD_IA",
      sizeBytes: body.length,
    });
    expect(streamed).toMatchObject({ etag: whole.etag, checksumCrc32: whole.checksumCrc32, sizeBytes: body.length });
    expect(whole.etag).toMatch(/-3$/);
    const head = await store.head("bytes");
    expect(head).toMatchObject({ sizeBytes: body.length, storageClass: "STANDARD_IA", metadata, etag: whole.etag });
    expect((await readAll(store, "stream")).equals(body)).toBe(true);
  });

  check("refuses parts to overwrite under condition absent", async ({ openNew }) => {
    const store = await openNew({ multipartThresholdBytes: 5 * MIB, partBytes: 5 * MIB });
    await store.put({ key: "once", body: Buffer.from("one"), storageClass: "STANDARD" });
    const again = store.put({
      key: "once",
      body: Buffer.alloc(6 * MIB),
      storageClass: "STANDARD",
      condition: "absent",
    });
    expect(await codeOf(again)).toBe("ASTRA_OBJECT_EXISTS");
    expect((await readAll(store, "once")).toString()).toBe("one");
  });

  check("leaves nothing of a body that differs from its size", async ({ sdk, newBucket, open }) => {
    const bucket = await newBucket();
    const store = open(bucket, { multipartThresholdBytes: 5 * MIB, partBytes: 5 * MIB });
    const stream = async function* (chunks: number): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < chunks; index++) yield Buffer.alloc(MIB);
    };
    for (const [chunks, sizeBytes] of [
      [2, MIB],
      [2, 3 * MIB],
      [12, 11 * MIB],
      [12, 13 * MIB],
    ] as const) {
      const put = store.put({ key: "wrong", body: stream(chunks), storageClass: "STANDARD", sizeBytes });
      expect(await codeOf(put)).toBe("ASTRA_BODY_MISMATCH");
    }
    expect((await Array.fromAsync(store.list())).flat()).toEqual([]);
    expect((await sdk.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? []).toEqual([]);
  });

  check("leaves nothing of a body that breaks off", async ({ sdk, newBucket, open }) => {
    const bucket = await newBucket();
    const store = open(bucket, { multipartThresholdBytes: 5 * MIB, partBytes: 5 * MIB });
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 12; index++) yield Buffer.alloc(MIB);
      throw new Error("the source broke off");
    };
    await expect(store.put({ key: "broken", body: stream(), storageClass: "STANDARD" })).rejects.toThrow("broke off");
    expect((await Array.fromAsync(store.list())).flat()).toEqual([]);
    expect((await sdk.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? []).toEqual([]);
  });

  check("shows tags to the AWS SDK as before a change of class", async ({ sdk, newBucket, open }) => {
    const Bucket = await newBucket();
    const store = open(Bucket);
    await sdk.send(new PutObjectCommand({ Bucket, Key: "tagged", Body: "x", Tagging: "team=a%20b&tier=x" }));
    await store.changeClass({ acl: null, head: await store.head("tagged"), storageClass: "STANDARD_IA" });
    const { TagSet = [] } = await sdk.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }));
    expect(Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value]))).toEqual({ team: "a b", tier: "x" });
  });
};
