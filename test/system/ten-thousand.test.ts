/**
 * The main job on real parts: 10,000 events through a Kafka broker, four workers of one group, one of them killed in the
 * middle, every object in moto's S3 exactly once, and then exactly the moves the matrix says and the guards allow.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import type { PartitionLag } from "../../src/ports/event-log.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { ensureMoto } from "../../tools/test-servers.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { startMoto } from "../support/moto.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { type CliProcess, jsonOf, startCli } from "./cli-process.ts";
import { type MetadataCase, expectedClass, metadataCases } from "./matrix-oracle.ts";

const BUCKET = "data";
const SMALL = 9_400;
const LARGE = 600;
const LARGE_BYTES = 512 * 1024;
const SMALL_BYTES = 2_000;
const WORKERS = 4;

const [kafkaFound, motoFound] = [await ensureKafka(), await ensureMoto()];
const missing = [kafkaFound, motoFound].flatMap((found) => ("missing" in found ? [found.missing] : []));
const name = `ten thousand objects through Kafka and moto${missing.length > 0 ? ` (not run: ${missing.join(", ")})` : ""}`;

describe.skipIf(missing.length > 0)(name, () => {
  let cluster: KafkaCluster;
  let moto: ServerProcess;
  let folder: string;
  let s3: S3Client;
  let cases: Map<string, MetadataCase>;

  beforeAll(async () => {
    cluster = await startKafka();
    const started = await startMoto();
    if ("missing" in started) throw new Error(started.missing);
    moto = started;
    folder = await mkdtemp(join(tmpdir(), "astra-system-"));
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    s3 = new S3Client({ endpoint: moto.endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await writeFile(join(folder, "astra.yaml"), configuration(moto.endpoint, cluster.bootstrap));
  }, 180_000);

  afterAll(async () => {
    s3.destroy();
    await moto[Symbol.asyncDispose]();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("uploads every object once, although a worker is killed in the middle", { timeout: 400_000 }, async () => {
    const small = await jsonOf(
      ["generate-event", "small/file-{n}.dat", "--count", String(SMALL), "--size", String(SMALL_BYTES)],
      folder,
    );
    const large = await jsonOf(
      ["generate-event", "large/file-{n}.bin", "--count", String(LARGE), "--size", String(LARGE_BYTES)],
      folder,
    );
    expect(Number(small["produced"]) + Number(large["produced"])).toBe(SMALL + LARGE);

    const workers = Array.from({ length: WORKERS }, () => startCli(["consume", "--drain", "--json"], folder));
    await killOne(workers);
    const results = await Promise.all(workers.map((worker) => worker.ended));
    expect(results.filter((result) => result.signal === "SIGKILL")).toHaveLength(1);
    for (const result of results) if (result.signal === null) expect(result.status, result.stderr).toBe(0);

    const lag = await lagOf(cluster);
    expect(lag).toHaveLength(8);
    for (const partition of lag) expect(partition.committed).toBe(partition.end);
    expect(lag.reduce((sum, { end }) => sum + end, 0n)).toBe(BigInt(SMALL + LARGE));

    const objects = await listAll(s3);
    expect(objects.size).toBe(SMALL + LARGE);
    for (const [key, object] of objects) {
      expect(object.storageClass, key).toBe("STANDARD");
      expect(object.sizeBytes, key).toBe(key.startsWith("small/") ? SMALL_BYTES : LARGE_BYTES);
    }
  });

  it("counts every access once", { timeout: 120_000 }, async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `small/file-${String(index + 1).padStart(4, "0")}.dat`);
    for (let round = 0; round < 3; round += 1) await jsonOf(["access", ...keys, "--reads", "2"], folder);
    await jsonOf(["consume", "--drain"], folder);
    const out = join(folder, "export.json");
    await jsonOf(["metadata", "export", "--bucket", BUCKET, "--out", out], folder);
    const { default: exported } = await import(out, { with: { type: "json" } });
    for (const key of keys) expect(exported[key]?.access_count, key).toBe(6);
    expect(Object.keys(exported)).toHaveLength(SMALL + LARGE);
  });

  it(
    "moves exactly what the matrix says and the guards allow, and nothing the second time",
    { timeout: 300_000 },
    async () => {
      const before = await listAll(s3);
      cases = metadataCases([...before.keys()], Date.now());
      const file = join(folder, "metadata.json");
      await writeFile(
        file,
        JSON.stringify(Object.fromEntries([...cases].map(([key, entry]) => [key, entry.metadata]))),
      );
      const imported = await jsonOf(["metadata", "import", file, "--bucket", BUCKET], folder);
      expect(imported["imported"]).toBe(SMALL + LARGE);

      const first = await jsonOf(["run-engine", "--yes"], folder);
      const after = await listAll(s3);
      let moved = 0;
      const refused = { payback: 0, saving_under_fee: 0 };
      for (const [key, object] of after) {
        const expected = expectedClass(key, object.sizeBytes, cases.get(key));
        expect(object.storageClass, key).toBe(expected.storageClass);
        if (expected.storageClass !== "STANDARD") moved += 1;
        if (expected.refusal) refused[expected.refusal] += 1;
      }
      expect(moved).toBeGreaterThan(100);
      expect(refused.payback).toBeGreaterThan(50);
      expect(first).toMatchObject({
        run: { done: moved, failed: 0, skipped: 0 },
        plan: {
          totals: {
            moves: moved,
            refusals: {
              payback: { objects: refused.payback },
              saving_under_fee: { objects: refused.saving_under_fee },
            },
          },
        },
      });

      const second = await jsonOf(["run-engine", "--yes"], folder);
      expect(second).toMatchObject({ plan: { totals: { moves: 0 } }, run: null });
      expect(await listAll(s3)).toEqual(after);
    },
  );
});

/** SIGKILL to a worker once moto has a good part of the objects, so that it dies with a batch in its hands. */
async function killOne(workers: readonly CliProcess[]): Promise<void> {
  await pause(6_000);
  const [victim] = workers;
  if (!victim) throw new Error("no worker");
  expect(victim.child.exitCode, "the worker was done before it could be killed").toBeNull();
  victim.child.kill("SIGKILL");
}

async function lagOf(cluster: KafkaCluster): Promise<readonly PartitionLag[]> {
  await using log = openKafkaLog(kafkaOptions(cluster), { clock: wallClock });
  return await log.lag("data-events", "astra");
}

interface Stored {
  readonly sizeBytes: number;
  readonly storageClass: string;
}

async function listAll(s3: S3Client): Promise<Map<string, Stored>> {
  const objects = new Map<string, Stored>();
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }));
    for (const object of page.Contents ?? []) {
      objects.set(object.Key ?? "", { sizeBytes: object.Size ?? -1, storageClass: object.StorageClass ?? "STANDARD" });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

function configuration(endpoint: string, brokers: readonly string[]): string {
  return JSON.stringify({
    bucket: BUCKET,
    s3: { endpoint, region: "us-east-1", credentials: { access_key_id: "test", secret_access_key: "test" } },
    log: { kind: "kafka", kafka: { brokers } },
    state: { path: "state.db" },
    engine: { strategy: "matrix" },
  });
}
