/** Listings, whole and in parallel. */
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { compareKeys, joinedRanges, missingRanges } from "../../src/core/key-range.ts";
import type { ListedObject, ObjectStore } from "../../src/ports/object-store.ts";
import { HOSTILE_KEYS } from "./object-store-objects.ts";
import { type CheckGroup, type Stage, codeOf } from "./object-store-suite.ts";

/** More than two full pages, in folders, flat, and with strange names among them. */
function manyKeys(): string[] {
  const keys = Array.from({ length: 2600 }, (_unused, index) => {
    const number = String(index).padStart(5, "0");
    if (index % 3 === 0) return `flat-${number}`;
    return index % 3 === 1 ? `logs/2024/${String(index % 12).padStart(2, "0")}/${number}.log` : `images/${number}.jpg`;
  });
  return [...keys, "logs/", "a b", "a+b", "ü", "%41"];
}

/** One bucket serves all listings of a backend. */
const filled = new Map<string, Promise<string>>();

async function manyObjects(stage: Stage): Promise<ObjectStore> {
  const bucket = filled.get(stage.endpoint) ?? fill(stage);
  filled.set(stage.endpoint, bucket);
  return stage.open(await bucket, { listConcurrency: 4 });
}

async function fill({ newBucket, open }: Stage): Promise<string> {
  const bucket = await newBucket();
  const store = open(bucket);
  const left = manyKeys().values();
  const work = async (): Promise<void> => {
    for (const key of left) {
      await store.put({ key, body: Buffer.from(key), storageClass: key.startsWith("i") ? "STANDARD_IA" : "STANDARD" });
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return bucket;
}

async function all(pages: AsyncIterable<readonly ListedObject[]>): Promise<ListedObject[]> {
  return (await Array.fromAsync(pages)).flat();
}

export const listingChecks: CheckGroup = (check) => {
  check("lists every object as the AWS SDK does", async (stage) => {
    const store = await manyObjects(stage);
    const theirs: ListedObject[] = [];
    for await (const page of paginateListObjectsV2({ client: stage.sdk }, { Bucket: store.bucket })) {
      for (const object of page.Contents ?? []) {
        theirs.push({
          key: object.Key ?? "",
          sizeBytes: object.Size ?? -1,
          etag: object.ETag?.replaceAll('"', "") ?? "",
          lastModifiedMs: object.LastModified?.getTime() ?? -1,
          storageClass: object.StorageClass ?? "",
        });
      }
    }
    const ours = await all(store.list());
    expect(ours).toEqual(theirs);
    expect(ours.map(({ key }) => key)).toEqual(manyKeys().toSorted(compareKeys));
  });

  check("lists a prefix, and from a key on", async (stage) => {
    const store = await manyObjects(stage);
    const sorted = manyKeys().toSorted(compareKeys);
    const logs = sorted.filter((key) => key.startsWith("logs/2024/0"));
    expect((await all(store.list({ prefix: "logs/2024/0" }))).map(({ key }) => key)).toEqual(logs);
    const middle = sorted[1500] ?? "";
    const rest = (await all(store.list({ startAfter: middle }))).map(({ key }) => key);
    expect(rest).toEqual(sorted.slice(1501));
    const last = logs.at(-2) ?? "";
    expect((await all(store.list({ prefix: "logs/2024/0", startAfter: last }))).map(({ key }) => key)).toEqual(
      logs.slice(-1),
    );
  });

  check("lists the same in parallel", async (stage) => {
    const store = await manyObjects(stage);
    for (const input of [{}, { prefix: "logs/" }, { prefix: "flat-" }, { startAfter: "flat-01000" }]) {
      const one = await all(store.list(input));
      const many = await all(store.listParallel(input));
      expect(many.toSorted((a, b) => compareKeys(a.key, b.key))).toEqual(one);
    }
  });

  check("tells which stretches of keys are listed, and lists only those asked for", async (stage) => {
    const store = await manyObjects(stage);
    const one = await all(store.list());
    const [first, middle, late] = [one[700], one[1500], one[1800]].map((object) => object?.key ?? "");
    const ranges = [
      { after: "", upTo: first ?? "" },
      { after: middle ?? "", upTo: late ?? "" },
    ];
    const wanted = [...one.slice(0, 701), ...one.slice(1501, 1801)];
    const listed = await Array.fromAsync(store.listRanges({ ranges }));
    expect(listed.flatMap(({ objects }) => objects).toSorted((a, b) => compareKeys(a.key, b.key))).toEqual(wanted);
    expect(joinedRanges(listed)).toMatchObject(ranges);
    const whole = await Array.fromAsync(store.listRanges({ prefix: "logs/" }));
    expect(missingRanges(whole)).toEqual([]);
    for (const { after, upTo, objects } of whole) {
      for (const { key } of objects) {
        expect(compareKeys(key, after) > 0 && (upTo === null || compareKeys(key, upTo) <= 0)).toBe(true);
      }
    }
  });

  check("sorts keys by their UTF-8 bytes", async ({ openNew }) => {
    const store = await openNew();
    // U+1F600 is written with surrogates, which UTF-16 would put in front of U+FF5E.
    const keys = ["z", "é", "\uff5e", "😀", "Z", "a", "ab", "a/b", "a-b"];
    for (const key of keys) await store.put({ key, body: Buffer.from("x"), storageClass: "STANDARD" });
    const bytewise = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await all(store.list())).map(({ key }) => key)).toEqual(bytewise);
  });

  check("lists hostile keys side by side", async ({ openNew }) => {
    const store = await openNew();
    // Each key has a check of its own; some servers refuse these three.
    const refused = new Set(["line breaks", "dots in front", "reserved characters"]);
    const keys = Object.entries(HOSTILE_KEYS).flatMap(([name, key]) => (refused.has(name) ? [] : [key]));
    for (const key of keys) await store.put({ key, body: Buffer.from("x"), storageClass: "STANDARD" });
    expect((await all(store.list())).map(({ key }) => key)).toEqual(keys.toSorted(compareKeys));
  });

  check("lists an empty bucket, and stops when told", async (stage) => {
    expect(await all((await stage.openNew()).list())).toEqual([]);
    expect(await all((await stage.openNew()).listParallel())).toEqual([]);
    const store = await manyObjects(stage);
    for (const pages of [store.list(), store.listParallel()]) {
      for await (const page of pages) {
        expect(page.length).toBeGreaterThan(0);
        break;
      }
    }
    const stopped = AbortSignal.abort(new Error("stopped"));
    expect(await codeOf(all(store.list({ signal: stopped })))).toMatch(/stopped/);
    expect(await codeOf(all(store.listParallel({ signal: stopped })))).toMatch(/stopped/);
  });
};
