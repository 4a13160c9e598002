/** The demo as its user runs it, in small: ledgers, repeatability, and the same result whichever log carries the events. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { OffsetClock } from "../../src/adapters/system/offset-clock.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { jsonOf, runCli } from "./cli-process.ts";

const SMALL_LIFE = ["demo", "--objects", "150", "--days", "150"];

describe("the demo", () => {
  let folder: string;
  let report: Record<string, unknown>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "astra-demo-test-"));
    report = await jsonOf([...SMALL_LIFE, "--seed", "7"], folder);
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("has nothing lost, nothing failed, and bills that add up", () => {
    expect(report).toMatchObject({ ok: true, objects: 150, failed: 0, strategy: "matrix", log: "sqlite" });
    expect(report["eventsConsumed"]).toBe(report["eventsProduced"]);
    expect(report["transitions"]).toBeGreaterThan(30);
    const bill = recordOf(report["bill"]);
    expect(sum(bill["lines"])).toBe(bill["withAstraMicros"]);
    expect(sum(bill["linesWithout"])).toBe(bill["withoutMicros"]);
    expect(bill["withAstraMicros"]).toBeLessThan(Number(bill["withoutMicros"]));
    expect(sum(report["tiers"])).toBe(150);
    expect(report["tiersWithout"]).toEqual({ hot: 150, warm: 0, cold: 0, archive: 0, auto: 0 });
  });

  it("lives the same workload under S3 Lifecycle and Intelligent-Tiering, and bills each by its own ledger", () => {
    const lives = livesOf(report);
    expect(lives.map(({ name }) => name)).toEqual(["without", "lifecycle", "intelligent-tiering", "astra"]);
    for (const life of lives) {
      expect(sum(life["lines"]), String(life["name"])).toBe(life["billMicros"]);
      expect(sum(life["tiers"]), String(life["name"])).toBe(150);
    }
    const [without, lifecycle, tiering, astra] = lives.map(recordOf);
    const bill = recordOf(report["bill"]);
    expect([without?.["billMicros"], astra?.["billMicros"]]).toEqual([bill["withoutMicros"], bill["withAstraMicros"]]);
    expect(without).toMatchObject({ percentOfWithout: 100, transitions: 0, restoresWaited: 0 });
    expect(recordOf(lifecycle?.["lines"])).toMatchObject({
      "STANDARD_IA transition": expect.any(Number),
      "GLACIER_IR transition": expect.any(Number),
    });
    // 150 days: what is 90 days old was moved twice, what is 30 days old once, the eight small objects never.
    expect(lifecycle?.["transitions"]).toBeGreaterThan(120);
    expect(recordOf(lifecycle?.["tiers"])["auto"]).toBe(0);
    expect(recordOf(tiering?.["tiers"])).toEqual({ hot: 0, warm: 0, cold: 0, archive: 0, auto: 150 });
    expect(tiering).toMatchObject({ transitions: 0, restoresWaited: 0 });
    expect(Object.keys(recordOf(tiering?.["lines"]))).toContain("INTELLIGENT_TIERING storage (archive-instant)");
    expect(Object.keys(recordOf(tiering?.["lines"]))).not.toContain("INTELLIGENT_TIERING transition");
  });

  it("names the cheapest life, whoever it is", () => {
    const lives = livesOf(report);
    const cheapestOf = (all: readonly Record<string, unknown>[]): unknown =>
      all.toSorted((a, b) => Number(a["billMicros"]) - Number(b["billMicros"]))[0]?.["name"];
    expect(report["cheapest"]).toBe(cheapestOf(lives));
    expect(report["cheapestWithoutWaiting"]).toBe(cheapestOf(lives.filter((life) => life["restoresWaited"] === 0)));
    const days = lives.reduce((total, life) => total + Number(life["daysCheapest"]), 0);
    expect(days).toBeGreaterThanOrEqual(150);
  });

  it("repeats exactly for one seed, and differs for another", { timeout: 120_000 }, async () => {
    expect(await jsonOf([...SMALL_LIFE, "--seed", "7"], folder)).toEqual(report);
    const other = await jsonOf([...SMALL_LIFE, "--seed", "8"], folder);
    expect(other["bill"]).not.toEqual(report["bill"]);
  });

  it("has the worked examples", () => {
    expect(report["workedExamples"]).toEqual([
      {
        label: "1 TB",
        beforeMicrosPerMonth: 23e6,
        afterMicrosPerMonth: 13.5e6,
        savingPercent: 41,
        savingMicrosPerYear: 114e6,
      },
      {
        label: "1 PB",
        beforeMicrosPerMonth: 23e9,
        afterMicrosPerMonth: 13.5e9,
        savingPercent: 41,
        savingMicrosPerYear: 114e9,
      },
    ]);
  });

  it("shows a person the tiers, the spend and both bills", { timeout: 120_000 }, async () => {
    const { status, stdout } = await runCli(["demo", "--objects", "60", "--days", "40"], folder);
    expect(status).toBe(0);
    for (const text of [
      "Objects per tier",
      "Spend a day over time",
      "S3 Lifecycle, 30 d IA, 90 d Glacier IR",
      "S3 Intelligent-Tiering",
      "Astra (matrix)",
      "Cheapest: ",
      "The bills, line by line",
      "$23.00 → $13.50",
      "$114,000.00 a year",
    ]) {
      expect(stdout).toContain(text);
    }
  });
});

describe("the demo on a sandbox of its own process", () => {
  let folder: string;
  let sandbox: Sandbox;
  let s3: S3Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "astra-demo-test-"));
    sandbox = await startSandbox({
      clock: new OffsetClock(),
      prices: builtInPriceBook(),
      accessKey: "demo",
      secretKey: "demo-secret",
      byteScale: 65_536,
    });
    const credentials = { accessKeyId: "demo", secretAccessKey: "demo-secret" };
    s3 = new S3Client({ endpoint: sandbox.endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  });

  afterAll(async () => {
    s3.destroy();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("leaves old backups in Glacier or colder and held objects where they were", { timeout: 180_000 }, async () => {
    const args = [...SMALL_LIFE, "--seed", "7", "--s3-endpoint", sandbox.endpoint, "--json"];
    const result = await runCli(args, folder, { AWS_ACCESS_KEY_ID: "demo", AWS_SECRET_ACCESS_KEY: "demo-secret" });
    expect(result.status, result.stderr).toBe(0);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const classes = new Map<string, string>();
    for (const { Name } of Buckets.filter((bucket) => bucket.Name?.includes("-astra-"))) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: Name }));
      for (const object of Contents) classes.set(object.Key ?? "", object.StorageClass ?? "STANDARD");
    }
    expect(classes.size).toBe(150);
    // The 30 backups are made evenly over the 150 days: the first ten are more than 90 days old.
    const backups = [...classes].filter(([key]) => key.includes("/backup_")).toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, storageClass] of backups.slice(0, 10))
      expect(["GLACIER", "DEEP_ARCHIVE"], key).toContain(storageClass);
    const held = [...classes].filter(([key]) => key.includes("legal-hold-"));
    expect(held.length).toBeGreaterThan(3);
    for (const [key, storageClass] of held) expect(storageClass, key).toBe("STANDARD");
    // Each life is billed by the difference it makes to the one ledger of the server.
    const lives = livesOf(recordOf(JSON.parse(result.stdout)));
    expect(lives.map(({ name }) => name)).toEqual(["without", "lifecycle", "intelligent-tiering", "astra"]);
    for (const life of lives) expect(sum(life["lines"]), String(life["name"])).toBe(life["billMicros"]);
    const names = Buckets.map((bucket) => bucket.Name ?? "").filter((name) => name.startsWith("astra-demo-"));
    expect(names).toHaveLength(8);
  });
});

const kafkaFound = await ensureKafka();
const notRun = "missing" in kafkaFound ? ` (not run: ${kafkaFound.missing})` : "";

describe.skipIf("missing" in kafkaFound)(`the demo through Kafka${notRun}`, () => {
  let folder: string;
  let cluster: KafkaCluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "astra-demo-test-"));
    cluster = await startKafka();
  }, 120_000);

  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("comes to the same as through the embedded log", { timeout: 240_000 }, async () => {
    const life = ["demo", "--objects", "100", "--days", "60", "--seed", "3"];
    const embedded = await jsonOf(life, folder);
    const streamed = await jsonOf([...life, "--kafka", cluster.bootstrap[0] ?? ""], folder);
    expect(streamed).toEqual({ ...embedded, log: "kafka" });
  });
});

function livesOf(report: Record<string, unknown>): Record<string, unknown>[] {
  const lives = report["lives"];
  return Array.isArray(lives) ? lives.map(recordOf) : [];
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function sum(value: unknown): number {
  return Object.values(recordOf(value)).reduce<number>((total, each) => total + Number(each), 0);
}
