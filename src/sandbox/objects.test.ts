import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, refusal, sandboxFixture } from "../../test/support/sandbox.ts";

let fixture: SandboxFixture;
beforeAll(async () => {
  fixture = await sandboxFixture();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const Bucket = BUCKET;
const head = (Key: string): Promise<HeadObjectCommandOutput> =>
  fixture.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));

describe("objects", () => {
  it("come back as they were put, with MD5 as ETag and every header", async () => {
    const { s3 } = fixture;
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "whole",
        Body: "hello",
        ContentType: "text/plain",
        CacheControl: "max-age=1",
        ContentLanguage: "en",
        ContentDisposition: "inline",
        ContentEncoding: "identity",
        Metadata: { colour: "red" },
        Tagging: "a=1&b=x%20y",
        StorageClass: "STANDARD_IA",
        WebsiteRedirectLocation: "/elsewhere",
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: "arn:aws:kms:us-east-1:1:key/k",
        BucketKeyEnabled: true,
        ChecksumAlgorithm: "SHA256",
      }),
    );
    const md5 = createHash("md5").update("hello").digest("hex");
    expect(put.ETag).toBe(`"${md5}"`);
    const shown = await head("whole");
    expect(shown).toMatchObject({
      ContentLength: 5,
      ETag: `"${md5}"`,
      ContentType: "text/plain",
      CacheControl: "max-age=1",
      ContentLanguage: "en",
      ContentDisposition: "inline",
      ContentEncoding: "identity",
      Metadata: { colour: "red" },
      StorageClass: "STANDARD_IA",
      WebsiteRedirectLocation: "/elsewhere",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: "arn:aws:kms:us-east-1:1:key/k",
      BucketKeyEnabled: true,
      ChecksumSHA256: createHash("sha256").update("hello").digest("base64"),
      ChecksumType: "FULL_OBJECT",
    });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "whole" }));
    expect(await got.Body?.transformToString()).toBe("hello");
    expect(got.TagCount).toBe(2);
  });

  it("show no class for STANDARD in HEAD, and STANDARD in listings", async () => {
    await fixture.s3.send(new PutObjectCommand({ Bucket, Key: "plain/1", Body: "x" }));
    expect((await head("plain/1")).StorageClass).toBeUndefined();
    const listed = await fixture.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "plain/" }));
    expect(listed.Contents?.map((object) => [object.Key, object.Size, object.StorageClass])).toEqual([
      ["plain/1", 1, "STANDARD"],
    ]);
  });

  it("are read in ranges", async () => {
    await fixture.s3.send(new PutObjectCommand({ Bucket, Key: "range", Body: "0123456789" }));
    const read = async (Range: string): Promise<[string | undefined, string | undefined]> => {
      const got = await fixture.s3.send(new GetObjectCommand({ Bucket, Key: "range", Range }));
      return [await got.Body?.transformToString(), got.ContentRange];
    };
    expect(await read("bytes=2-4")).toEqual(["234", "bytes 2-4/10"]);
    expect(await read("bytes=7-")).toEqual(["789", "bytes 7-9/10"]);
    expect(await read("bytes=-3")).toEqual(["789", "bytes 7-9/10"]);
    expect(await read("bytes=0-99")).toEqual(["0123456789", "bytes 0-9/10"]);
    expect(await read("bytes=nonsense")).toEqual(["0123456789", undefined]);
    expect(await refusal(read("bytes=10-"))).toBe("InvalidRange 416");
  });

  it("are refused with S3's own codes", async () => {
    const { s3 } = fixture;
    const Key = "refused";
    expect(await refusal(s3.send(new GetObjectCommand({ Bucket, Key })))).toBe("NoSuchKey 404");
    expect(await refusal(head("missing"))).toBe("NotFound 404");
    expect(await refusal(s3.send(new GetObjectCommand({ Bucket: "no-such-bucket", Key })))).toBe("NoSuchBucket 404");
    const badClass = new PutObjectCommand({ Bucket, Key, Body: "", StorageClass: "OUTPOSTS" });
    expect(await refusal(s3.send(badClass))).toBe("InvalidStorageClass 400");
    const badMd5 = new PutObjectCommand({ Bucket, Key, Body: "a", ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" });
    expect(await refusal(s3.send(badMd5))).toBe("BadDigest 400");
    const badSum = new PutObjectCommand({ Bucket, Key, Body: "a", ChecksumCRC32: "AAAAAA==" });
    expect(await refusal(s3.send(badSum))).toBe("BadDigest 400");
    const bigMetadata = new PutObjectCommand({ Bucket, Key, Body: "a", Metadata: { m: "x".repeat(2048) } });
    expect(await refusal(s3.send(bigMetadata))).toBe("MetadataTooLarge 400");
    expect(await refusal(s3.send(new PutObjectCommand({ Bucket, Key: "k".repeat(1025), Body: "" })))).toBe(
      "KeyTooLongError 400",
    );
    expect(await refusal(head(Key))).toBe("NotFound 404");
  });

  it("are written and deleted under conditions", async () => {
    const { s3 } = fixture;
    const Key = "conditional";
    const put = (extra: object): Promise<unknown> =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: "1", ...extra }));
    expect(await refusal(put({ IfMatch: '"x"' }))).toBe("NoSuchKey 404");
    await put({ IfNoneMatch: "*" });
    expect(await refusal(put({ IfNoneMatch: "*" }))).toBe("PreconditionFailed 412");
    expect(await refusal(put({ IfMatch: '"x"' }))).toBe("PreconditionFailed 412");
    const { ETag } = await head(Key);
    await put({ IfMatch: ETag });
    const read = (extra: object): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket, Key, ...extra }));
    expect(await refusal(read({ IfNoneMatch: ETag }))).toMatch(/ 304$/);
    expect(await refusal(read({ IfMatch: '"x"' }))).toBe("PreconditionFailed 412");
  });

  it("are deleted one by one and many at a time", async () => {
    const { s3 } = fixture;
    for (const Key of ["del/a", "del/b", "del/c&<>"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "del/a" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "del/never-there" }));
    const Objects = [{ Key: "del/b" }, { Key: "del/c&<>" }, { Key: "del/none" }];
    const gone = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(gone.Deleted?.map((one) => one.Key)).toEqual(["del/b", "del/c&<>", "del/none"]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "del/" }))).KeyCount).toBe(0);
  });

  it("tell their attributes", async () => {
    await fixture.s3.send(new PutObjectCommand({ Bucket, Key: "attr", Body: "abc", StorageClass: "GLACIER_IR" }));
    const attributes = await fixture.s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "attr",
        ObjectAttributes: ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"],
      }),
    );
    expect(attributes).toMatchObject({
      ETag: "900150983cd24fb0d6963f7d28e17f72",
      StorageClass: "GLACIER_IR",
      ObjectSize: 3,
      Checksum: { ChecksumCRC32: "NSRBwg==", ChecksumType: "FULL_OBJECT" },
    });
  });
});

describe("copies", () => {
  const copy = (Key: string, extra: object): Promise<unknown> =>
    fixture.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}`, ...extra }));

  it("change the class in place and keep content, metadata, tags and checksum", async () => {
    const { s3 } = fixture;
    const Key = "copy/self";
    await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: "body", Metadata: { a: "b" }, Tagging: "t=1", ContentType: "text/x" }),
    );
    const before = await head(Key);
    await copy(Key, { StorageClass: "GLACIER_IR", CopySourceIfMatch: before.ETag, MetadataDirective: "COPY" });
    const after = await head(Key);
    expect(after).toMatchObject({
      StorageClass: "GLACIER_IR",
      ETag: before.ETag,
      ContentType: "text/x",
      Metadata: { a: "b" },
      ChecksumCRC32: before.ChecksumCRC32,
    });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect([await got.Body?.transformToString(), got.TagCount]).toEqual(["body", 1]);
  });

  it("replace metadata and tags when told to", async () => {
    const { s3 } = fixture;
    const Key = "copy/replace";
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "1", Metadata: { a: "b" }, Tagging: "t=1&u=2" }));
    const replace = { MetadataDirective: "REPLACE", Metadata: { c: "d" }, TaggingDirective: "REPLACE", Tagging: "v=3" };
    await copy(Key, replace);
    expect((await head(Key)).Metadata).toEqual({ c: "d" });
    expect((await s3.send(new GetObjectCommand({ Bucket, Key }))).TagCount).toBe(1);
  });

  it("are refused when nothing changes, when a condition fails, when there is no source", async () => {
    const { s3 } = fixture;
    const Key = "copy/refused";
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "1" }));
    expect(await refusal(copy(Key, {}))).toBe("InvalidRequest 400");
    const StorageClass = "STANDARD_IA";
    expect(await refusal(copy(Key, { StorageClass, CopySourceIfMatch: '"other"' }))).toBe("PreconditionFailed 412");
    expect(await refusal(copy(Key, { StorageClass, IfMatch: '"other"' }))).toBe("PreconditionFailed 412");
    expect(await refusal(copy(Key, { StorageClass, IfNoneMatch: "*" }))).toBe("PreconditionFailed 412");
    expect(await refusal(copy("copy/none", { StorageClass }))).toBe("NoSuchKey 404");
    expect(await refusal(copy(Key, { CopySource: "nonsense", StorageClass }))).toBe("InvalidArgument 400");
    expect((await head(Key)).StorageClass).toBeUndefined();
  });
});
