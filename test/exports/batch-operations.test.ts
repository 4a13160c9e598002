/** A plan handed to S3 Batch Operations: what is written, what is left out, and how the report closes the run. */
import { execFile } from "node:child_process";
import { PutObjectCommand, PutObjectLegalHoldCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { ensureMoto } from "../../tools/test-servers.ts";
import { type ExportBatchJobsInput, exportBatchJobs } from "../../src/services/export/export-batch-jobs.ts";
import type { ExportTarget } from "../../src/services/export/export-target.ts";
import { bucketTarget } from "../../src/services/export/export-target.ts";
import { importBatchReport } from "../../src/services/export/import-batch-report.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { planUndo } from "../../src/services/moving/undo-run.ts";
import { type CompletionReport, carryOutJob, reportOf } from "../support/batch-operations.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { sdkClient } from "../support/sandbox.ts";

const ROLE = "arn:aws:iam::123456789012:role/batch";
const REPORT = "s3://reports/astra";

interface Written extends ExportTarget {
  readonly files: Map<string, string>;
}

function memoryTarget(): Written {
  const files = new Map<string, string>();
  return {
    location: "memory",
    files,
    create: async (name) => {
      let text = "";
      return {
        write: async (more) => void (text += more),
        finish: async () => {
          files.set(name, text);
          return { etag: "e".repeat(32) };
        },
        abandon: async () => undefined,
      };
    },
  };
}

function inputOf(planId: string, target: ExportTarget, more: Partial<ExportBatchJobsInput> = {}): ExportBatchJobsInput {
  const manifests = { bucket: "reports", prefix: "astra/p/" };
  return { planId, target, manifests, roleArn: ROLE, report: REPORT, isInspected: true, ...more };
}

/** The files of reports, as a disk would hold them. */
function openerOf(report: CompletionReport): (path: string) => AsyncIterable<Uint8Array> {
  return async function* (path) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    yield Buffer.from(path.endsWith(".json") ? report.manifest : (report.files[name] ?? ""));
  };
}

async function runJobs(world: MovingWorld, planId: string, target: Written): Promise<CompletionReport[]> {
  const { jobs } = await exportBatchJobs({ ctx: world.ctx, input: inputOf(planId, target) });
  const s3 = sdkClient(world.sandbox.endpoint);
  const reports = [];
  for (const { name, job } of jobs) reports.push(await carryOutJob(s3, job, target.files.get(`${name}.csv`) ?? ""));
  s3.destroy();
  return reports;
}

async function importOne(world: MovingWorld, planId: string, report: CompletionReport) {
  const input = { planId, reports: ["job-1/manifest.json"], openLocal: openerOf(report), verify: "all" } as const;
  return importBatchReport({ ctx: world.ctx, input });
}

test("a plan goes out as a job, and the report closes the run: journal, state and audit are as after `apply`", async () => {
  await using world = await movingWorld();
  const keys = ["plain", "with space/and+plus,comma", 'quoted"é😀', "a%20b"];
  for (const key of keys) world.put(key);
  const planId = await world.plan(keys, "STANDARD_IA");
  world.advance(60_000);
  const target = memoryTarget();
  const [report] = await runJobs(world, planId, target);
  expect([...target.files.keys()]).toEqual(["standard_ia-1.csv", "standard_ia-1.json"]);
  if (!report) throw new Error("there is no report");
  const imported = await importOne(world, planId, report);
  expect(imported).toMatchObject({ rows: 4, changed: 4, verified: 4, otherRows: 0, unreported: 0 });
  expect(imported.run).toMatchObject({ state: "done", done: 4, failed: 0, skipped: 0 });
  const known = await world.ctx.state.object({ bucket: MOVING_BUCKET, key: "a%20b" });
  expect(known).toMatchObject({ storageClass: "STANDARD_IA", ageUncertain: true });
  const audit = await world.ctx.state.auditEntries({ limit: 10 });
  expect(audit.map(({ action }) => action)).toEqual(["run.finish", "run.import", "plan.export", "plan.make"]);
  await expect(applyPlan({ ctx: world.ctx, input: { planId } })).rejects.toMatchObject({ code: "ASTRA_PLAN_APPLIED" });
});

test("importing again changes nothing, and the run can be taken back", async () => {
  await using world = await movingWorld();
  for (const key of ["a", "b"]) world.put(key);
  const planId = await world.plan(["a", "b"], "STANDARD_IA");
  world.advance(60_000);
  const [report] = await runJobs(world, planId, memoryTarget());
  if (!report) throw new Error("there is no report");
  const first = await importOne(world, planId, report);
  const again = await importOne(world, planId, report);
  expect(again).toMatchObject({ changed: 0, verified: 0, run: { id: first.run.id, state: "done", done: 2 } });
  expect(again.run.feeMicros).toBe(first.run.feeMicros);
  const [spent] = await world.ctx.state.spent([`run:${first.run.id}`]);
  expect(spent).toMatchObject({ objects: 2 });
  expect((await planUndo({ ctx: world.ctx, input: { runId: first.run.id } })).totals.moves).toBe(2);
});

test("what fails, changes meanwhile or is reported as done without being so is told apart", async () => {
  await using world = await movingWorld();
  const keys = ["denied", "gone", "lied", "moved", "overwritten", "unreported"];
  for (const key of keys) world.put(key);
  const planId = await world.plan(keys, "STANDARD_IA");
  world.put("moved", "body of moved", { storageClass: "STANDARD_IA" });
  world.put("overwritten", "other content", { storageClass: "STANDARD_IA" });
  world.sandbox.remove(MOVING_BUCKET, "gone");
  const succeeded = ["gone", "lied", "moved", "overwritten", "not-in-plan"];
  const report = reportOf({
    succeeded: succeeded.map((key) => `${MOVING_BUCKET},${key},,succeeded,,200,Successful`),
    failed: [`${MOVING_BUCKET},denied,,failed,AccessDenied,403,"Access, ""denied"""`],
  });
  const { run, otherRows, unreported } = await importOne(world, planId, report);
  expect(run).toMatchObject({ state: "partly", done: 1, failed: 2, skipped: 2 });
  expect(run.reasons).toEqual({ "batch:AccessDenied": 1, ASTRA_STORE_INTEGRITY: 1, changed: 1, missing: 1 });
  expect({ otherRows, unreported }).toEqual({ otherRows: 1, unreported: 1 });
  const later = reportOf({ succeeded: [`${MOVING_BUCKET},unreported,,succeeded,,200,Successful`] });
  world.put("unreported", "body of unreported", { storageClass: "STANDARD_IA" });
  expect(await importOne(world, planId, later)).toMatchObject({ changed: 1, unreported: 0, run: { done: 2 } });
});

test("objects that such a copy would harm are left out by reason", async () => {
  await using world = await movingWorld({ bucket: { objectLock: true, ownership: "ObjectWriter" } });
  for (const key of ["changed", "gone", "held", "plain", "big"]) world.put(key);
  const planId = await world.plan(["changed", "gone", "held", "plain"], "GLACIER_IR");
  const s3 = sdkClient(world.sandbox.endpoint);
  const LegalHold = { Status: "ON" as const };
  await s3.send(new PutObjectLegalHoldCommand({ Bucket: MOVING_BUCKET, Key: "held", LegalHold }));
  s3.destroy();
  world.put("changed", "newer");
  world.sandbox.remove(MOVING_BUCKET, "gone");
  world.advance(60_000);
  const target = memoryTarget();
  const exported = await exportBatchJobs({ ctx: world.ctx, input: inputOf(planId, target) });
  expect(exported.leftOut.map(({ reason, moves }) => [reason, moves])).toEqual([
    ["changed", 1],
    ["missing", 1],
    ["legal_hold", 1],
  ]);
  expect(target.files.get("glacier_ir-1.csv")).toBe(`${MOVING_BUCKET},plain\n`);
  const big = await world.plan(["big"], "GLACIER_IR", { sizeBytes: 6_000_000_000 });
  const without = await exportBatchJobs({ ctx: world.ctx, input: inputOf(big, target) });
  expect(without).toMatchObject({ jobs: [], leftOut: [{ reason: "too_large", moves: 1 }], serviceFeeMicros: 0 });
  const blind = inputOf(planId, target, { isInspected: false });
  await expect(exportBatchJobs({ ctx: world.ctx, input: blind })).rejects.toMatchObject({
    code: "ASTRA_EXPORT_IMPOSSIBLE",
  });
});

test("objects under a key get a job that states it, and redirects and ACLs of their own stay out", async () => {
  await using world = await movingWorld({ bucket: { ownership: "ObjectWriter" } });
  const s3 = sdkClient(world.sandbox.endpoint);
  const put = (Key: string, more: object): Promise<unknown> =>
    s3.send(new PutObjectCommand({ Bucket: MOVING_BUCKET, Key, Body: "body", ...more }));
  const SSEKMSKeyId = "arn:aws:kms:us-east-1:123456789012:key/one";
  await put("kms", { ServerSideEncryption: "aws:kms", SSEKMSKeyId, BucketKeyEnabled: true });
  await put("plain", {});
  await put("public", { ACL: "public-read" });
  await put("redirected", { WebsiteRedirectLocation: "/elsewhere" });
  s3.destroy();
  const planId = await world.plan(["kms", "plain", "public", "redirected"], "STANDARD_IA");
  world.advance(60_000);
  const target = memoryTarget();
  const { jobs, leftOut } = await exportBatchJobs({ ctx: world.ctx, input: inputOf(planId, target) });
  const stated = jobs.map(({ name, objects, job }) => [name, objects, job.Operation["S3PutObjectCopy"]]);
  expect(stated).toEqual([
    ["standard_ia-1", 1, expect.objectContaining({ SSEAwsKmsKeyId: SSEKMSKeyId, BucketKeyEnabled: true })],
    ["standard_ia-2", 1, expect.not.objectContaining({ SSEAwsKmsKeyId: expect.anything() })],
  ]);
  expect(leftOut.map(({ reason }) => reason)).toEqual(["website_redirect", "acl"]);
});

test("archived objects get a job that restores them, and one that comes after it", async () => {
  await using world = await movingWorld();
  world.put("cold", "body", { storageClass: "GLACIER" });
  const planId = await world.plan(["cold"], "STANDARD");
  world.advance(60_000);
  const target = memoryTarget();
  const { jobs } = await exportBatchJobs({ ctx: world.ctx, input: inputOf(planId, target) });
  expect(jobs.map(({ name, after }) => [name, after])).toEqual([
    ["restore-bulk-1", null],
    ["standard-1", "restore-bulk-1"],
  ]);
  const s3 = sdkClient(world.sandbox.endpoint);
  const [restore, copy] = jobs;
  if (!restore || !copy) throw new Error("there are no jobs");
  const restored = await carryOutJob(s3, restore.job, target.files.get("restore-bulk-1.csv") ?? "");
  expect(await importOne(world, planId, restored)).toMatchObject({ changed: 0, run: { state: "partly", done: 0 } });
  world.advance(86_400_000);
  const copied = await carryOutJob(s3, copy.job, target.files.get("standard-1.csv") ?? "");
  s3.destroy();
  expect(await importOne(world, planId, copied)).toMatchObject({ changed: 1, run: { state: "done", done: 1 } });
});

test("a manifest in a bucket has the ETag that the store gave it, and one job a class", async () => {
  await using world = await movingWorld();
  for (const key of ["a", "b"]) world.put(key);
  const planId = await world.plan(["a", "b"], "STANDARD_IA");
  world.advance(60_000);
  world.sandbox.createBucket("reports");
  const manifests = { bucket: "reports", prefix: "jobs/" };
  const target = bucketTarget(world.ctx, manifests, "STANDARD");
  const { jobs } = await exportBatchJobs({ ctx: world.ctx, input: inputOf(planId, target, { manifests }) });
  const { etag } = world.sandbox.inspect("reports", "jobs/standard_ia-1.csv");
  expect(jobs.map(({ job }) => job.Manifest["Location"])).toEqual([
    { ObjectArn: "arn:aws:s3:::reports/jobs/standard_ia-1.csv", ETag: etag },
  ]);
  expect(world.sandbox.inspect("reports", "jobs/standard_ia-1.json").sizeBytes).toBeGreaterThan(500);
});

test("a file in a bucket is there whole, however large, or not at all", async () => {
  await using world = await movingWorld();
  const target = bucketTarget(world.ctx, { bucket: MOVING_BUCKET, prefix: "out/" }, "STANDARD");
  const line = `${"x".repeat(999)}\n`;
  const whole = await target.create("whole.csv");
  for (let lines = 0; lines < 4000; lines += 1) await whole.write(line);
  const { etag } = await whole.finish();
  expect(world.sandbox.inspect(MOVING_BUCKET, "out/whole.csv")).toMatchObject({ sizeBytes: 4_000_000, etag });
  const given = await target.create("given-up.csv");
  for (let lines = 0; lines < 3000; lines += 1) await given.write(line);
  await given.abandon();
  expect([...world.sandbox.snapshot(MOVING_BUCKET)].map(({ key }) => key)).toEqual(["out/whole.csv"]);
  const nowhere = bucketTarget(world.ctx, { bucket: "no-such-bucket", prefix: "" }, "STANDARD");
  const lost = await nowhere.create("lost.csv");
  await lost.write(line);
  await expect(lost.finish()).rejects.toMatchObject({ code: "ASTRA_STORE_BUCKET_MISSING" });
});

test("a report that is not as its manifest says is refused before anything is written", async () => {
  await using world = await movingWorld();
  world.put("a");
  const planId = await world.plan(["a"], "STANDARD_IA");
  const report = reportOf({ succeeded: [`${MOVING_BUCKET},a,,succeeded,,200,Successful`] });
  const [name = ""] = Object.keys(report.files);
  const broken = (text: string) => ({ ...report, files: { [name]: text } });
  for (const [text, message] of [
    [`${MOVING_BUCKET},b,,succeeded,,200,Successful\n`, "its MD5 differs"],
    [`${MOVING_BUCKET},a\n`, "the row is none of a completion report"],
    [`${MOVING_BUCKET},"a`, "a row is not whole"],
  ] as const) {
    const fault = { code: "ASTRA_COMPLETION_REPORT_INVALID", message: expect.stringContaining(message) };
    await expect(importOne(world, planId, broken(text))).rejects.toMatchObject(fault);
  }
  for (const manifest of ["{", "{}"])
    await expect(importOne(world, planId, { ...report, manifest })).rejects.toMatchObject({
      code: "ASTRA_COMPLETION_REPORT_INVALID",
    });
  expect(await world.ctx.state.runOfPlan(planId)).toBeUndefined();
});

const moto = await ensureMoto();
const note = "missing" in moto ? ` (not run: ${moto.missing})` : "";

test.skipIf("missing" in moto)(
  `jobs are valid input of CreateJob by the service model that botocore ships${note}`,
  async () => {
    if ("missing" in moto) throw new Error(moto.missing);
    await using world = await movingWorld();
    world.put("a");
    world.put("cold", "body", { storageClass: "GLACIER" });
    world.advance(60_000);
    const lines: string[] = [];
    for (const [key, to] of [
      ["a", "DEEP_ARCHIVE"],
      ["cold", "INTELLIGENT_TIERING"],
    ] as const) {
      const planId = await world.plan([key], to);
      const { jobs } = await exportBatchJobs({ ctx: world.ctx, input: inputOf(planId, memoryTarget()) });
      lines.push(...jobs.map(({ job }) => JSON.stringify(job)));
    }
    const [first = ""] = lines;
    const wrong = JSON.stringify({ ...JSON.parse(first), Priority: "high", Report: {} });
    const said = await validated(moto.python, [...lines, wrong]);
    expect(said.slice(0, 3)).toEqual(["ok", "ok", "ok"]);
    expect(said.slice(3).join("\n")).toContain("Priority");
  },
);

async function validated(python: string, lines: readonly string[]): Promise<string[]> {
  const script = new URL("../support/validate-create-job.py", import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    const child = execFile(python, [script], (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout.trim().split("\n"));
    });
    child.stdin?.end(lines.map((line) => `${line}\n`).join(""));
  });
}
