import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import aws4 from "aws4";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { Client, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ACCESS_KEY,
  BUCKET,
  SECRET_KEY,
  START_MS,
  type SandboxFixture,
  refusal,
  sandboxFixture,
  sdkClient,
} from "../../test/support/sandbox.ts";
import { syntheticChunks } from "../core/synthetic-body.ts";

let fixture: SandboxFixture;
let client: Client;
beforeAll(async () => {
  fixture = await sandboxFixture();
  client = new Client(fixture.sandbox.endpoint);
});
afterAll(async () => {
  await client.close();
  await fixture[Symbol.asyncDispose]();
});

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly secret?: string;
  readonly presign?: boolean;
}

/** Sends a request signed by aws4; what is in `after` goes along unsigned or changes what was signed. */
async function send(signed: Signed, after: { headers?: Record<string, string>; body?: string } = {}) {
  const { host } = new URL(fixture.sandbox.endpoint);
  const { method, path, body } = signed;
  const options = {
    host,
    method,
    path,
    service: "s3",
    region: "us-east-1",
    signQuery: signed.presign ?? false,
    headers: { ...signed.headers },
    ...(body === undefined ? {} : { body }),
  };
  const { path: target, headers } = aws4.sign(options, {
    accessKeyId: ACCESS_KEY,
    secretAccessKey: signed.secret ?? SECRET_KEY,
  });
  const sent: Record<string, string> = { ...after.headers };
  for (const [name, value] of Object.entries(headers ?? {})) sent[name] ??= value;
  const {
    statusCode,
    headers: answered,
    body: text,
  } = await client.request({ path: target, method, headers: sent, body: after.body ?? body ?? null });
  const answer = await text.text();
  return { status: statusCode, code: /<Code>(\w+)/.exec(answer)?.[1], text: answer, headers: answered };
}

/** Sends bytes as they are and collects the answer until the server closes. */
function sendRaw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(fixture.sandbox.endpoint);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("signatures", () => {
  it("are accepted from an independent signer, in headers and in queries", async () => {
    const path = `/${BUCKET}/signed%20by/%C3%BC%2B%25`;
    expect((await send({ method: "PUT", path, body: "x" })).status).toBe(200);
    const got = await send({ method: "GET", path: `${path}?X-Amz-Expires=60`, presign: true });
    expect([got.status, got.text]).toEqual([200, "x"]);
  });

  it("may carry in a presigned query what others carry in headers", async () => {
    const path = `/${BUCKET}/hoisted?X-Amz-Expires=60&x-amz-storage-class=STANDARD_IA&x-amz-meta-a=b`;
    expect((await send({ method: "PUT", path, presign: true, body: "x" })).status).toBe(200);
    const shown = await send({ method: "HEAD", path: `/${BUCKET}/hoisted` });
    expect(shown.headers).toMatchObject({ "x-amz-storage-class": "STANDARD_IA", "x-amz-meta-a": "b" });
  });

  it("are refused when key, secret, time, header or body are wrong", async () => {
    const path = `/${BUCKET}/k`;
    const other = sdkClient(fixture.sandbox.endpoint, "OTHER");
    const list = new ListObjectsV2Command({ Bucket: BUCKET });
    expect(await refusal(other.send(list))).toBe("InvalidAccessKeyId 403");
    expect(await refusal(sdkClient(fixture.sandbox.endpoint, ACCESS_KEY, "wrong").send(list))).toBe(
      "SignatureDoesNotMatch 403",
    );
    const put = { method: "PUT", path, body: "x" };
    expect(await send({ ...put, secret: "wrong" })).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    expect(await send({ ...put, headers: { "X-Amz-Date": "20200101T000000Z" } })).toMatchObject({
      status: 403,
      code: "RequestTimeTooSkewed",
    });
    expect(await send(put, { headers: { "x-amz-storage-class": "GLACIER" } })).toMatchObject({ code: "AccessDenied" });
    expect(await send(put, { body: "y" })).toMatchObject({ status: 400, code: "XAmzContentSHA256Mismatch" });
    const expired = `${path}?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60`;
    expect(await send({ method: "GET", path: expired, presign: true })).toMatchObject({ code: "AccessDenied" });
    const { statusCode, body } = await request(`${fixture.sandbox.endpoint}${path}`);
    expect([statusCode, (await body.text()).includes("AccessDenied")]).toEqual([403, true]);
  });

  it("cover streamed bodies and their trailers", async () => {
    const { s3 } = fixture;
    const body = "streamed ".repeat(20_000);
    const Body = Readable.from([Buffer.from(body.slice(0, 99_000)), Buffer.from(body.slice(99_000))]);
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: "stream", Body, ContentLength: body.length });
    const sent = await s3.send(put);
    expect(sent.ETag).toBe(`"${createHash("md5").update(body).digest("hex")}"`);
    const got = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "stream", ChecksumMode: "ENABLED" }));
    expect([await got.Body?.transformToString(), got.ContentEncoding]).toEqual([body, undefined]);
    expect(got.ChecksumCRC32).toMatch(/^.{6}==$/);
  });
});

describe("generated bodies", () => {
  it("are named in a header and read like others", async () => {
    const path = `/${BUCKET}/generated`;
    const put = await send({ method: "PUT", path, headers: { "x-astra-synthetic": "a:b:200000" }, body: "" });
    const content = Buffer.concat([...syntheticChunks("a:b", 200_000)]);
    expect(put.headers["etag"]).toBe(`"${createHash("md5").update(content).digest("hex")}"`);
    const got = await fixture.s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: "generated", Range: "bytes=65530-131080" }),
    );
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(content.subarray(65_530, 131_081))).toBe(
      true,
    );
  });
});

describe("bad input", () => {
  it.each([
    ["POST", `/${BUCKET}?delete`, "<Delete><Object>", "MalformedXML"],
    [
      "POST",
      `/${BUCKET}?delete`,
      '<!DOCTYPE x [<!ENTITY a "b">]><Delete><Object><Key>&a;</Key></Object></Delete>',
      "MalformedXML",
    ],
    ["POST", `/${BUCKET}?delete`, "<a>".repeat(100_000), "MalformedXML"],
    ["PUT", `/${BUCKET}?versioning`, "<Wrong/>", "MalformedXML"],
    ["PUT", `/${BUCKET}?lifecycle`, "\u0000", "MalformedXML"],
    ["PUT", `/${BUCKET}/k?nonsense`, "x", "InvalidRequest"],
    ["GET", `/${BUCKET}/k?acl&tagging`, undefined, "InvalidRequest"],
    ["PATCH", `/${BUCKET}/k`, "x", "MethodNotAllowed"],
    ["GET", `/${BUCKET}/k?versionId=x&partNumber=0`, undefined, "NoSuchVersion"],
    ["GET", "/Bad%2fName/k", undefined, "NoSuchBucket"],
    ["POST", `/${BUCKET}/k`, "x", "MethodNotAllowed"],
    ["DELETE", "/", undefined, "MethodNotAllowed"],
  ])("%s %s is refused", async (method, path, body, code) => {
    const answer = await send({ method, path, ...(body === undefined ? {} : { body }) });
    expect(answer.code).toBe(code);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it("on the level of HTTP is answered, too", async () => {
    expect(await sendRaw("nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400 .*<Code>InvalidRequest</s);
    const huge = `GET / HTTP/1.1\r\nhost: x\r\nx-amz-meta-a: ${"a".repeat(70_000)}\r\n\r\n`;
    expect(await sendRaw(huge)).toMatch(/^HTTP\/1.1 400 .*<Code>RequestHeaderSectionTooLarge</s);
    expect(await sendRaw("GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toMatch(/<Code>InvalidURI</);
    expect(await sendRaw("GET /%ff/k HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).toMatch(/<Code>InvalidURI</);
    expect((await fixture.s3.send(new ListObjectsV2Command({ Bucket: BUCKET }))).KeyCount).toBeGreaterThan(0);
  });
});

describe("controls", () => {
  const control = async (method: string, path: string, value?: unknown, secret = SECRET_KEY) => {
    const answer = await fetch(`${fixture.sandbox.endpoint}/_astra/${path}`, {
      method,
      headers: { "x-astra-secret": secret },
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    });
    const text = await answer.text();
    return { status: answer.status, value: text === "" ? null : (JSON.parse(text) as unknown) };
  };

  it("need the secret key and sound input", async () => {
    expect((await control("GET", "clock", undefined, "wrong")).status).toBe(403);
    expect((await control("POST", "clock", { to: "yesterday" })).status).toBe(400);
    expect((await control("POST", "clock", { to: "2020-01-01T00:00:00Z" })).status).toBe(400);
    expect(await control("POST", "reads", { bucket: BUCKET, key: "none", count: 1 })).toEqual({
      status: 404,
      value: { error: `NoSuchKey: ${BUCKET}/none`, results: [] },
    });
    expect((await control("POST", "faults", { kind: "meteor" })).status).toBe(400);
    expect((await control("GET", "nothing")).status).toBe(404);
  });

  it("make buckets, move the clock, enter reads and show the bill", async () => {
    expect((await control("POST", "buckets", { name: "controlled", objectLock: true })).status).toBe(204);
    const Bucket = "controlled";
    await fixture.s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", StorageClass: "GLACIER" }));
    const reads = [
      { bucket: Bucket, key: "k", count: 3 },
      { bucket: Bucket, key: "k", count: 4 },
    ];
    expect(await control("POST", "reads", { reads })).toEqual({
      status: 200,
      value: { results: [{ restored: true }, { restored: false }] },
    });
    const moved = await control("POST", "clock", { advanceMs: 1000 });
    expect(moved.value).toEqual({ now: "2026-04-01T00:00:01.000Z", nowMs: START_MS + 1000 });
    expect((await control("GET", "bill")).value).toEqual(fixture.sandbox.bill());
    expect(fixture.sandbox.bill().lines["GLACIER restore-request (standard)"]).toBe(50);
  });

  it("order faults, which hit as often as they say and then are over", async () => {
    const { s3, sandbox } = fixture;
    const put = (Key: string): Promise<unknown> => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "x" }));
    await control("POST", "faults", { kind: "slowdown", operation: "PutObject", keyPrefix: "hit/", count: 2 });
    await put("spared");
    expect(await refusal(put("hit/1"))).toBe("SlowDown 503");
    expect(await refusal(put("hit/2"))).toBe("SlowDown 503");
    await put("hit/3");
    sandbox.faults.add({ kind: "cut", count: 1 });
    await expect(put("cut")).rejects.toThrow(/socket hang up|ECONNRESET/);
    sandbox.faults.add({ kind: "lost-answer", count: 1 });
    await expect(put("lost")).rejects.toThrow(/socket hang up|ECONNRESET/);
    sandbox.faults.add({ kind: "internal-error" });
    expect(await refusal(put("error"))).toBe("InternalError 500");
    await control("DELETE", "faults");
    const keys = [...sandbox.snapshot(BUCKET)].map((object) => object.key);
    expect(keys).toEqual(expect.arrayContaining(["hit/3", "lost", "spared"]));
    expect(keys.some((key) => ["hit/1", "hit/2", "cut", "error"].includes(key))).toBe(false);
  });
});
