import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
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
const FIVE_MIB = 5 * 1024 ** 2;
const FIRST = Buffer.alloc(FIVE_MIB, "a");
const LAST = Buffer.from("the end");
const md5 = (bytes: Uint8Array): Buffer => createHash("md5").update(bytes).digest();

async function begin(Key: string, extra: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> {
  const begun = await fixture.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...extra }));
  return begun.UploadId ?? "";
}

async function send(Key: string, UploadId: string, PartNumber: number, Body: Uint8Array) {
  const sent = await fixture.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  return { PartNumber, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 };
}

function complete(Key: string, UploadId: string, Parts: object[], extra: object = {}) {
  return fixture.s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...extra }),
  );
}

describe("multipart uploads", () => {
  it("become one object, with the ETag and the checksum of their parts", async () => {
    const { s3 } = fixture;
    const Key = "parts";
    const UploadId = await begin(Key, {
      StorageClass: "STANDARD_IA",
      Metadata: { a: "b" },
      ChecksumAlgorithm: "CRC32",
    });
    const parts = [await send(Key, UploadId, 2, LAST), await send(Key, UploadId, 1, FIRST)].toReversed();
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
    expect([listed.Parts?.[0]?.Size, listed.IsTruncated, listed.NextPartNumberMarker]).toEqual([FIVE_MIB, true, "1"]);
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads?.map((upload) => [upload.Key, upload.UploadId])).toEqual([[Key, UploadId]]);
    const done = await complete(Key, UploadId, parts);
    const etag = md5(Buffer.concat([md5(FIRST), md5(LAST)])).toString("hex");
    expect(done.ETag).toBe(`"${etag}-2"`);
    expect(done.ChecksumCRC32).toMatch(/-2$/);
    const shown = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    expect(shown).toMatchObject({
      ContentLength: FIVE_MIB + LAST.length,
      StorageClass: "STANDARD_IA",
      Metadata: { a: "b" },
      ChecksumType: "COMPOSITE",
    });
    const second = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect([await second.Body?.transformToString(), second.PartsCount]).toEqual(["the end", 2]);
    const input = { Bucket, Key, ObjectAttributes: ["ObjectParts" as const] };
    const { ObjectParts } = await s3.send(new GetObjectAttributesCommand(input));
    expect([ObjectParts?.TotalPartsCount, ObjectParts?.Parts?.map((part) => part.Size)]).toEqual([2, [FIVE_MIB, 7]]);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });

  it("turn into a plain ETag and a checksum of the whole when copied", async () => {
    const { s3 } = fixture;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource: `${Bucket}/parts` }));
    const shown = await s3.send(new HeadObjectCommand({ Bucket, Key: "copied", ChecksumMode: "ENABLED" }));
    expect(shown.ETag).toBe(`"${md5(Buffer.concat([FIRST, LAST])).toString("hex")}"`);
    expect(shown.ChecksumType).toBe("FULL_OBJECT");
  });

  it("take parts from other objects, by range", async () => {
    const { s3 } = fixture;
    const Key = "from-parts";
    const UploadId = await begin(Key);
    const CopySource = `${Bucket}/parts`;
    const Parts: object[] = [];
    for (const [index, CopySourceRange] of [`bytes=0-${FIVE_MIB - 1}`, `bytes=${FIVE_MIB}-${FIVE_MIB + 6}`].entries()) {
      const PartNumber = index + 1;
      const part = await s3.send(
        new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber, CopySource, CopySourceRange }),
      );
      Parts.push({ PartNumber, ETag: part.CopyPartResult?.ETag });
    }
    const outside = { Bucket, Key, UploadId, PartNumber: 3, CopySource, CopySourceRange: `bytes=0-${FIVE_MIB + 7}` };
    expect(await refusal(s3.send(new UploadPartCopyCommand(outside)))).toBe("InvalidRange 416");
    await complete(Key, UploadId, Parts);
    const tail = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${FIVE_MIB - 1}-` }));
    expect(await tail.Body?.transformToString()).toBe("athe end");
  });

  it("are refused when their parts don't fit", async () => {
    const { s3 } = fixture;
    const Key = "refused";
    const UploadId = await begin(Key);
    const one = await send(Key, UploadId, 1, LAST);
    const two = await send(Key, UploadId, 2, LAST);
    expect(await refusal(complete(Key, UploadId, [two, one]))).toBe("InvalidPartOrder 400");
    expect(await refusal(complete(Key, UploadId, [one, two]))).toBe("EntityTooSmall 400");
    expect(await refusal(complete(Key, UploadId, [{ PartNumber: 3, ETag: one.ETag }]))).toBe("InvalidPart 400");
    expect(await refusal(complete(Key, UploadId, []))).toBe("MalformedXML 400");
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "there" }));
    expect(await refusal(complete(Key, UploadId, [one], { IfNoneMatch: "*" }))).toBe("PreconditionFailed 412");
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(await refusal(complete(Key, UploadId, [one]))).toBe("NoSuchUpload 404");
  });
});
