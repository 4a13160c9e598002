/**
 * `astra apply` against moto, killed outright again and again at random moments, until a last one is let through. What
 * the store and the report then say is given back for a test to judge.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateBucketCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import { type CliResult, jsonOf, runCli, startCli } from "../system/cli-process.ts";
import { startMoto } from "./moto.ts";

const BUCKET = "data";
/** More than the 8 KiB of an archived object's overhead, which counts at the price of STANDARD. */
const BODY_BYTES = 12_000;
const CONNECTIONS = 24;
/** Kills fall between the start of a process and this long after it is likely to have begun its work. */
const WORK_MS = 600;
/** Odd, so that they are among all the ages. Those for an archive have none: moto, unlike S3, does not show an archived object's tags. */
const TAGGED_EVERY = 9;
const TAGS = { project: "p 1", keep: "yes" };
const ARCHIVES: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);
const DAY_MS = 86_400_000;

/** Age of an object that nobody has read, and the class the matrix has for it. */
const AGES = [
  { days: 10, storageClass: "STANDARD" },
  { days: 60, storageClass: "STANDARD_IA" },
  { days: 200, storageClass: "GLACIER" },
  { days: 400, storageClass: "DEEP_ARCHIVE" },
] as const;

export interface ApplyTrial {
  readonly objects: number;
  readonly kills: number;
  /** For the moments of the kills. */
  readonly seed: number;
  readonly onStep?: (text: string) => void;
}

/** An object as it must be in the end, or as it is. */
export interface ApplyObject {
  readonly key: string;
  readonly storageClass: string;
  /** MD5 of the content. */
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly contentDisposition: string;
  /** `null` where there are none. */
  readonly tags: Readonly<Record<string, string>> | null;
}

export interface ApplyOutcome {
  /** Processes that were killed before they came to an end. */
  readonly kills: number;
  readonly planned: Record<string, unknown>;
  /** The last `astra apply`. */
  readonly last: CliResult;
  /** `astra runs ID --json` */
  readonly report: Record<string, unknown>;
  readonly again: CliResult;
  readonly expected: readonly ApplyObject[];
  readonly found: readonly ApplyObject[];
  readonly openUploads: number;
}

export async function runApplyTrial(trial: ApplyTrial): Promise<ApplyOutcome> {
  const started = await startMoto();
  if ("missing" in started) throw new Error(started.missing);
  await using moto = started;
  const folder = await mkdtemp(join(tmpdir(), "astra-apply-"));
  const s3 = new S3Client({
    endpoint: moto.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const say = trial.onStep ?? ((): void => undefined);
  try {
    const expected = await fill(s3, trial.objects);
    say(`${expected.length} objects put`);
    await configure(folder, moto.endpoint, expected);
    const plan = join(folder, "plan.json");
    const planned = await jsonOf(["plan", "--out", plan], folder);
    say("planned");
    const { kills, last } = await killAgainAndAgain(trial, folder, say);
    say(`${kills} killed, and the last ended with ${last.status}`);
    return {
      kills,
      planned,
      last,
      report: await lastRun(folder),
      again: await runCli(["apply", "plan.json", "--yes", "--json"], folder),
      expected,
      found: await inParallel(expected, (object) => look(s3, object.key)),
      openUploads: (await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0,
    };
  } finally {
    s3.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}

async function killAgainAndAgain(
  { kills: wanted, seed }: ApplyTrial,
  folder: string,
  say: (text: string) => void,
): Promise<{ kills: number; last: CliResult }> {
  const random = seededRandom(seed);
  const startupMs = await timeOf(() => jsonOf(["runs"], folder));
  for (let kills = 0; ; kills += 1) {
    const { child, ended } = startCli(["apply", "plan.json", "--yes", "--json"], folder);
    if (kills < wanted) {
      await Promise.race([pause(random.next() * (startupMs + WORK_MS)), ended]);
      child.kill("SIGKILL");
    }
    const last = await ended;
    if (last.signal !== "SIGKILL") return { kills, last };
    if (kills % 10 === 9) say(`${kills + 1} killed`);
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function objectAt(index: number): { readonly body: Buffer; readonly object: ApplyObject; readonly ageDays: number } {
  const age = AGES[index % AGES.length] ?? AGES[0];
  const body = Buffer.alloc(BODY_BYTES, `object ${index} `);
  const isTagged = index % TAGGED_EVERY === 0 && !ARCHIVES.has(age.storageClass);
  const object: ApplyObject = {
    key: `in/${String(index % 16).padStart(2, "0")}/object ${index}.bin`,
    storageClass: age.storageClass,
    etag: createHash("md5").update(body).digest("hex"),
    metadata: { owner: `team-${index % 7}`, number: String(index) },
    contentType: index % 2 === 0 ? "image/jpeg" : "text/csv",
    cacheControl: `max-age=${index}`,
    contentDisposition: `attachment; filename="${index}.bin"`,
    tags: isTagged ? TAGS : null,
  };
  return { body, object, ageDays: age.days };
}

async function fill(s3: S3Client, count: number): Promise<ApplyObject[]> {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const indexes = Array.from({ length: count }, (_, index) => index);
  return inParallel(indexes, async (index) => {
    const { body, object } = objectAt(index);
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: object.key,
        Body: body,
        Metadata: { ...object.metadata },
        ContentType: object.contentType,
        CacheControl: object.cacheControl,
        ContentDisposition: object.contentDisposition,
        ...(object.tags && { Tagging: new URLSearchParams(object.tags).toString() }),
      }),
    );
    return object;
  });
}

async function look(s3: S3Client, key: string): Promise<ApplyObject> {
  const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
  return {
    key,
    storageClass: head.StorageClass ?? "STANDARD",
    etag: (head.ETag ?? "").replaceAll('"', ""),
    metadata: head.Metadata ?? {},
    contentType: head.ContentType ?? "",
    cacheControl: head.CacheControl ?? "",
    contentDisposition: head.ContentDisposition ?? "",
    tags: await tagsOf(s3, key, head),
  };
}

async function tagsOf(s3: S3Client, key: string, head: HeadObjectCommandOutput): Promise<ApplyObject["tags"]> {
  if ((head.TagCount ?? 0) === 0) return null;
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: key }));
  return Object.fromEntries((TagSet ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return results;
}

async function configure(folder: string, endpoint: string, objects: readonly ApplyObject[]): Promise<void> {
  // At such a price of STANDARD small bodies are worth moving, which keeps the store small.
  await writeFile(
    join(folder, "prices.json"),
    JSON.stringify({ base: "aws-us-east-1", prices: { "STANDARD.storage[0]": 1000 } }),
  );
  const credentials = { access_key_id: "test", secret_access_key: "test" };
  const config = {
    bucket: BUCKET,
    s3: { endpoint, region: "us-east-1", credentials },
    state: { path: "state.db" },
    log: { path: "log.db" },
    engine: { strategy: "matrix" },
    prices: "prices.json",
  };
  await writeFile(join(folder, "astra.yaml"), JSON.stringify(config));
  const nowMs = Date.now();
  const known = objects.map(({ key }, index) => {
    const created = new Date(nowMs - objectAt(index).ageDays * DAY_MS).toISOString().slice(0, 19);
    return [key, { access_count: 0, created_timestamp: created }] as const;
  });
  await writeFile(join(folder, "known.json"), JSON.stringify(Object.fromEntries(known)));
  await jsonOf(["metadata", "import", "known.json"], folder);
}

async function lastRun(folder: string): Promise<Record<string, unknown>> {
  const { runs } = await jsonOf(["runs"], folder);
  const [newest]: unknown[] = Array.isArray(runs) ? runs : [];
  if (typeof newest !== "object" || newest === null || !("id" in newest)) throw new Error("there is no run");
  return jsonOf(["runs", String(newest.id)], folder);
}
