import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import {
  ACCESS_KEY,
  BUCKET,
  SECRET_KEY,
  START_MS,
  refusal,
  sandboxFixture,
  sdkClient,
} from "../../test/support/sandbox.ts";
import { OffsetClock } from "../adapters/system/offset-clock.ts";
import { VirtualClock } from "../adapters/system/virtual-clock.ts";
import { builtInPriceBook } from "../config/price-books.ts";
import { AstraError } from "../core/errors.ts";
import { MS_PER_DAY } from "../core/units.ts";
import { startSandbox } from "./server.ts";

const Bucket = BUCKET;
const OPTIONS = { prices: builtInPriceBook(), accessKey: ACCESS_KEY, secretKey: SECRET_KEY };

describe("a sandbox", () => {
  it("states sizes times the byte scale and serves the bytes it was given", async () => {
    await using fixture = await sandboxFixture({ byteScale: 1024 ** 2 });
    const { s3, sandbox } = fixture;
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "0123456789" }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: "k" }))).ContentLength).toBe(10 * 1024 ** 2);
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.[0]?.Size).toBe(10 * 1024 ** 2);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
    expect([await got.Body?.transformToString(), got.ContentLength]).toEqual(["0123456789", 10]);
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "copy" }));
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    const ranges = [`bytes=0-${6 * 1024 ** 2 + 99}`, `bytes=${6 * 1024 ** 2 + 100}-${10 * 1024 ** 2 - 1}`];
    for (const [i, CopySourceRange] of ranges.entries()) {
      const part = { Bucket, Key: "copy", UploadId, PartNumber: i + 1, CopySource: `${Bucket}/k`, CopySourceRange };
      const copied = await s3.send(new UploadPartCopyCommand(part));
      Parts.push({ PartNumber: i + 1, ETag: copied.CopyPartResult?.ETag });
    }
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "copy", UploadId, MultipartUpload: { Parts } }));
    const copy = await s3.send(new GetObjectCommand({ Bucket, Key: "copy" }));
    expect(await copy.Body?.transformToString()).toBe("0123456789");
    expect([...sandbox.snapshot(Bucket)].map((object) => object.sizeBytes)).toEqual([10 * 1024 ** 2, 10 * 1024 ** 2]);
  });

  it("runs on wall time that can be moved, while signatures stay with the wall", async () => {
    const clock = new OffsetClock();
    await using sandbox = await startSandbox({ ...OPTIONS, clock, buckets: [Bucket] });
    const s3 = sdkClient(sandbox.endpoint);
    const before = sandbox.now();
    sandbox.advanceTo(before + 400 * MS_PER_DAY);
    await s3.send(new PutObjectCommand({ Bucket, Key: "later", Body: "x" }));
    const [stored] = sandbox.snapshot(Bucket);
    expect(stored?.lastModifiedMs).toBeGreaterThanOrEqual(before + 400 * MS_PER_DAY);
    s3.destroy();
  });

  it("can judge signatures by another clock", async () => {
    await using fixture = await sandboxFixture({ signatureClock: new VirtualClock(START_MS - MS_PER_DAY) });
    const list = fixture.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(await refusal(list)).toBe("RequestTimeTooSkewed 403");
  });

  it("says which port can't be had", async () => {
    await using fixture = await sandboxFixture();
    const port = Number(new URL(fixture.sandbox.endpoint).port);
    const second = startSandbox({ ...OPTIONS, clock: new VirtualClock(0), port });
    await expect(second).rejects.toThrow(AstraError);
    await expect(second).rejects.toMatchObject({ code: "ASTRA_SANDBOX_PORT", where: `127.0.0.1:${port}` });
  });

  it("answers a refused upload although the client is still sending", async () => {
    await using fixture = await sandboxFixture();
    const stranger = sdkClient(fixture.sandbox.endpoint, ACCESS_KEY, "wrong");
    const Body = Buffer.alloc(8 * 1024 ** 2);
    expect(await refusal(stranger.send(new PutObjectCommand({ Bucket, Key: "k", Body })))).toBe(
      "SignatureDoesNotMatch 403",
    );
    stranger.destroy();
  });

  it("repeats its faults for one seed and not for another", async () => {
    const outcomes = async (seed: number): Promise<string> => {
      await using fixture = await sandboxFixture({ seed });
      fixture.sandbox.faults.add({ kind: "slowdown", probability: 0.5 });
      let pattern = "";
      for (let i = 0; i < 24; i++) {
        const list = fixture.s3.send(new ListObjectsV2Command({ Bucket }));
        pattern += await list.then(
          () => ".",
          () => "x",
        );
      }
      return pattern;
    };
    const first = await outcomes(1);
    expect(first).toMatch(/x/);
    expect(first).toMatch(/\./);
    expect(await outcomes(1)).toBe(first);
    expect(await outcomes(2)).not.toBe(first);
  });
});
