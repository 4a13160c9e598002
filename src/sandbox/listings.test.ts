import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET, type SandboxFixture, refusal, sandboxFixture } from "../../test/support/sandbox.ts";

let fixture: SandboxFixture;
beforeAll(async () => {
  fixture = await sandboxFixture({ buckets: [BUCKET, "tree", "versions"] });
  for (const Key of TREE) await fixture.s3.send(new PutObjectCommand({ Bucket: "tree", Key, Body: "" }));
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const TREE = ["a", "dir/1", "dir/2", "dir/sub/3", "dir0", "e/1", "z"];
/** In the order of their UTF-8 bytes, which is not that of UTF-16: U+FFFD before U+1F600. */
const STRANGE = [
  "\u0001\u001f",
  " leading and + plus",
  "%41",
  "../up",
  "//double//slash/",
  "<&\"'>",
  "\u007f",
  "käse",
  "\uFFFD",
  "😀",
  "x".repeat(1024),
];

async function keys(input: Partial<ListObjectsV2CommandInput>): Promise<{ keys: string[]; prefixes: string[] }> {
  const found: string[] = [];
  const prefixes: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await fixture.s3.send(new ListObjectsV2Command({ Bucket: "tree", ...input, ContinuationToken }));
    for (const object of page.Contents ?? []) found.push(object.Key ?? "");
    for (const prefix of page.CommonPrefixes ?? []) prefixes.push(prefix.Prefix ?? "");
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return { keys: found, prefixes };
}

describe("listings", () => {
  it("follow the order of UTF-8 bytes and give every key back exactly", async () => {
    for (const Key of STRANGE) await fixture.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "" }));
    const inOrder = STRANGE.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const listed = await keys({ Bucket: BUCKET, EncodingType: "url", MaxKeys: 3 });
    expect(listed.keys.map((key) => decodeURIComponent(key))).toEqual(inOrder);
    expect([...fixture.sandbox.snapshot(BUCKET)].map((object) => object.key)).toEqual(inOrder);
  });

  it.each([1, 2, 1000])("take prefixes and delimiters, %i a page", async (MaxKeys) => {
    expect(await keys({ MaxKeys })).toEqual({ keys: TREE, prefixes: [] });
    expect(await keys({ MaxKeys, Delimiter: "/" })).toEqual({ keys: ["a", "dir0", "z"], prefixes: ["dir/", "e/"] });
    expect(await keys({ MaxKeys, Prefix: "dir/" })).toEqual({ keys: ["dir/1", "dir/2", "dir/sub/3"], prefixes: [] });
    expect(await keys({ MaxKeys, Prefix: "dir/", Delimiter: "/" })).toEqual({
      keys: ["dir/1", "dir/2"],
      prefixes: ["dir/sub/"],
    });
    expect(await keys({ MaxKeys, StartAfter: "dir/2" })).toEqual({
      keys: ["dir/sub/3", "dir0", "e/1", "z"],
      prefixes: [],
    });
  });

  it("count what they hold and refuse what they can't read", async () => {
    const { s3 } = fixture;
    const none = await s3.send(new ListObjectsV2Command({ Bucket: "tree", MaxKeys: 0 }));
    expect([none.KeyCount, none.IsTruncated]).toEqual([0, false]);
    const list = (input: object): Promise<unknown> => s3.send(new ListObjectsV2Command({ Bucket: "tree", ...input }));
    expect(await refusal(list({ ContinuationToken: "?" }))).toBe("InvalidArgument 400");
    expect(await refusal(list({ MaxKeys: -1 }))).toBe("InvalidArgument 400");
    expect(await refusal(list({ EncodingType: "hex" }))).toBe("InvalidArgument 400");
  });

  it("exist in the first version too", async () => {
    const first = await fixture.s3.send(new ListObjectsCommand({ Bucket: "tree", Delimiter: "/", MaxKeys: 2 }));
    expect([first.Contents?.map((o) => o.Key), first.CommonPrefixes?.[0]?.Prefix]).toEqual([["a"], "dir/"]);
    const Marker = first.NextMarker;
    const second = await fixture.s3.send(
      new ListObjectsCommand({ Bucket: "tree", Delimiter: "/", MaxKeys: 3, Marker }),
    );
    expect(second.Contents?.map((o) => o.Key)).toEqual(["dir0", "z"]);
    expect(second.CommonPrefixes?.map((p) => p.Prefix)).toEqual(["e/"]);
  });

  it.each([1, 2, 100])("show versions and delete markers, %i a page", async (MaxKeys) => {
    const { s3 } = fixture;
    const Bucket = "versions";
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const Key = `k${MaxKeys}`;
    const ids: (string | undefined)[] = [];
    for (const Body of ["1", "2", "3"])
      ids.unshift((await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId);
    const seen: (string | undefined)[] = [];
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    do {
      const input = { Bucket, Prefix: Key, MaxKeys, KeyMarker, VersionIdMarker };
      const page = await s3.send(new ListObjectVersionsCommand(input));
      for (const version of page.Versions ?? []) {
        seen.push(version.VersionId);
        expect(version.IsLatest).toBe(version.VersionId === ids[0]);
      }
      ({ NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page);
    } while (KeyMarker !== undefined);
    expect(seen).toEqual(ids);
  });
});

describe("buckets", () => {
  it("are made, found, listed and deleted", async () => {
    const { s3 } = fixture;
    const Bucket = "another";
    await s3.send(new CreateBucketCommand({ Bucket }));
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket })))).toBe("BucketAlreadyOwnedByYou 409");
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe("us-east-1");
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? "").toBe("");
    const names = (await s3.send(new ListBucketsCommand({}))).Buckets?.map((bucket) => bucket.Name);
    expect(names).toEqual(["another", BUCKET, "tree", "versions"]);
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "" }));
    expect(await refusal(s3.send(new DeleteBucketCommand({ Bucket })))).toBe("BucketNotEmpty 409");
    expect(await refusal(s3.send(new HeadBucketCommand({ Bucket: "absent" })))).toBe("NotFound 404");
    expect(await refusal(s3.send(new CreateBucketCommand({ Bucket: "Not_Valid" })))).toBe("InvalidBucketName 400");
  });
});
