/**
 * The sandbox's store in a process of its own, filled without HTTP: what is timed is the client, and a million objects are
 * there in seconds. Started by sandbox-process.ts.
 */
import { hash } from "node:crypto";
import { createServer } from "node:http";
import { WallClock } from "../src/adapters/system/wall-clock.ts";
import { builtInPriceBook } from "../src/config/price-books.ts";
import { MS_PER_DAY } from "../src/core/units.ts";
import { Account } from "../src/sandbox/account.ts";
import { FaultInjector } from "../src/sandbox/faults.ts";
import type { ObjectVersion, VersionAttributes } from "../src/sandbox/object-version.ts";
import { parseHead } from "../src/sandbox/request.ts";
import { S3Endpoint } from "../src/sandbox/s3-endpoint.ts";
import { ObjectTally, type TallySums } from "./object-tally.ts";
import { ACCESS_KEY, type Stock, type Reply, SECRET_KEY, keyOf, requestSchema } from "./sandbox-messages.ts";

const clock = new WallClock();
const account = new Account({ prices: builtInPriceBook(), startMs: clock.now(), byteScale: 1, seed: 1 });
const faults = new FaultInjector(1);
const endpoint = new S3Endpoint({
  account,
  faults,
  credentials: { accessKey: ACCESS_KEY, secretKey: SECRET_KEY, region: "us-east-1" },
  now: () => clock.now(),
  signatureNow: () => clock.now(),
  onRequest: () => undefined,
});
const http = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (message, response) => {
  void endpoint.handle(parseHead(message), message, response);
});

process.on("message", (message) => {
  void reply(message).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit(0));

async function reply(message: unknown): Promise<Reply> {
  const request = requestSchema.parse(message);
  switch (request.kind) {
    case "start":
      if (request.latencyMs > 0) faults.add({ kind: "latency", latencyMs: request.latencyMs });
      if (request.slowDownShare > 0) faults.add({ kind: "slowdown", probability: request.slowDownShare });
      return { kind: "started", endpoint: await listen() };
    case "stock":
      stock(request);
      return { kind: "stocked" };
    case "tally":
      return { kind: "tallied", ...tally(request.bucket) };
  }
}

function listen(): Promise<string> {
  return new Promise((resolve) => {
    http.listen(0, "127.0.0.1", () => {
      const address = http.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
    });
  });
}

const PLAIN: VersionAttributes = {
  contentHeaders: { "content-type": "application/octet-stream" },
  metadata: {},
  websiteRedirect: null,
  encryption: { algorithm: "AES256", kmsKeyId: null, bucketKey: false },
  checksum: null,
  parts: null,
};
const RICH: VersionAttributes = {
  ...PLAIN,
  contentHeaders: { "content-type": "text/csv", "cache-control": "max-age=60", "content-language": "de" },
  metadata: { owner: "analytics", "source-system": "ingest-7", checked: "2026-01-31" },
};
const TAGS = [
  ["team", "analytics"],
  ["cost-centre", "4711"],
] as const;

function stock({ bucket: name, count, sizesBytes, sizeRun, ageDays, rich }: Stock): void {
  account.catchUp(clock.now());
  const bucket = account.createBucket(name);
  const modifiedMs = account.nowMs - ageDays * MS_PER_DAY;
  for (let index = 0; index < count; index++) {
    const sizeBytes = sizesBytes[Math.floor(index / sizeRun) % sizesBytes.length] ?? 0;
    const key = keyOf(index);
    const version: ObjectVersion = {
      key,
      body: { seed: key, fromByte: 0, length: sizeBytes },
      sizeBytes,
      // Any 32 hexadecimal digits do: nobody reads the bodies.
      etag: hash("md5", key),
      attributes: rich ? RICH : PLAIN,
      storageClass: account.book.baseClass,
      tags: rich ? TAGS : [],
      acl: null,
      legalHold: false,
      retention: null,
      versionId: account.versionIdFor(bucket),
      deleteMarker: false,
      lastModifiedMs: modifiedMs,
      classSinceMs: modifiedMs,
      restore: null,
      innerTier: 0,
      lastAccessMs: modifiedMs,
      noncurrentSinceMs: null,
      older: null,
      dueMs: Infinity,
      gone: false,
    };
    account.addVersion(bucket, version);
  }
}

/** Straight from what is stored: no listing, no HTTP. */
function tally(name: string): TallySums {
  const sums = new ObjectTally();
  for (const version of account.bucket(name).newest.values()) if (!version.deleteMarker) sums.add(version);
  return sums.sums();
}
