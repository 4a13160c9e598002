/** `astra plan export` and `astra plan import-report` as a user types them. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { carryOutJob } from "../support/batch-operations.ts";
import { ACCESS_KEY, BUCKET, SECRET_KEY, type SandboxFixture, sandboxFixture } from "../support/sandbox.ts";
import { type CliResult, astra, workFolder } from "./cli.ts";

const JOBS = [
  "--batch-operations",
  "jobs",
  "--role",
  "arn:aws:iam::123456789012:role/batch",
  "--report",
  "s3://reports/x",
];

let folder: Awaited<ReturnType<typeof workFolder>>;
let fixture: SandboxFixture;

async function run(...args: readonly string[]): Promise<CliResult> {
  return astra(args, { cwd: folder.path });
}

beforeAll(async () => {
  folder = await workFolder();
  fixture = await sandboxFixture();
  const lines = [
    `bucket: ${BUCKET}`,
    "s3:",
    `  endpoint: ${fixture.sandbox.endpoint}`,
    `  credentials: { access_key_id: ${ACCESS_KEY}, secret_access_key: "${SECRET_KEY}" }`,
    "engine: { strategy: matrix }",
  ];
  await writeFile(join(folder.path, "astra.yaml"), `${lines.join("\n")}\n`);
  for (const key of ["logs/a b", "logs/c"]) fixture.sandbox.overwrite(BUCKET, key, Buffer.alloc(3_000_000), {});
  const planned = await run("plan", "--out", "plan.json");
  if (planned.status !== 0) throw new Error(planned.stderr);
});

afterAll(async () => {
  await fixture?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test("jobs are written, carried out and reported back, and the plan is then applied", async () => {
  const exported = await run("plan", "export", "plan.json", ...JOBS, "--json");
  expect(exported, exported.stderr).toMatchObject({ status: 0, stderr: "" });
  const { jobs, planId, location, leftOut } = JSON.parse(exported.stdout);
  expect(leftOut).toEqual([]);
  expect(location).toBe("jobs");
  const [{ name, job }] = jobs;
  expect(job).toEqual(JSON.parse(await readFile(join(folder.path, "jobs", `${name}.json`), "utf8")));
  expect(job.Manifest.Location.ObjectArn).toBe(`arn:aws:s3:::reports/x/${planId}/${name}.csv`);
  const manifest = await readFile(join(folder.path, "jobs", `${name}.csv`), "utf8");
  expect(manifest).toBe(`${BUCKET},logs/a%20b\n${BUCKET},logs/c\n`);
  const report = await carryOutJob(fixture.s3, job, manifest);
  await mkdir(join(folder.path, "report", "results"), { recursive: true });
  await writeFile(join(folder.path, "report", "manifest.json"), report.manifest);
  for (const [file, text] of Object.entries(report.files))
    await writeFile(join(folder.path, "report", "results", file), text);
  const imported = await run("plan", "import-report", planId, "report/manifest.json");
  expect(imported, imported.stderr).toMatchObject({ status: 0 });
  expect(imported.stdout).toContain("done. 2 done, 0 failed, 0 skipped.");
  expect((await run("apply", planId, "--yes")).stderr).toContain("ASTRA_PLAN_APPLIED");
});

test("options after the second word are the second's, and `plan` itself goes on as before", async () => {
  const help = await run("plan", "--help");
  expect(help.stdout).toContain("--detailed-exitcode");
  expect(help.stdout).toContain("import-report");
  expect((await run("plan", "export", "--help")).stdout).toContain("--batch-operations <place>");
  const rules = await run("plan", "export", "plan.json", "--lifecycle", "s3", "--out", "rules.json", "--json");
  expect(rules, rules.stderr).toMatchObject({ status: 0 });
  expect(JSON.parse(await readFile(join(folder.path, "rules.json"), "utf8"))).toEqual(
    JSON.parse(rules.stdout).document,
  );
});

test("the decision is written as SQL, and what is known of reads as Parquet", async () => {
  const args = ["plan", "export", "--sql", "duckdb", "--access-state", "reads.parquet", "--out", "decide.sql"];
  expect(await run(...args)).toMatchObject({ status: 0, stderr: "" });
  expect(await readFile(join(folder.path, "decide.sql"), "utf8")).toMatch(/^WITH joined AS[\s\S]*FROM decided\n$/);
  expect((await readFile(join(folder.path, "reads.parquet"))).subarray(0, 4).toString()).toBe("PAR1");
});

describe("a call that can't be answered is refused", () => {
  it.each([
    [["plan.json"], "say what to export"],
    [["plan.json", "--lifecycle", "s3", "--sql", "spark"], "say what to export"],
    [["plan.json", "--batch-operations", "jobs", "--report", "s3://r/x"], "--role is missing"],
    [["plan.json", ...JOBS, "--role", "batch"], "is no ARN of a role"],
    [["plan.json", ...JOBS, "--report", "reports"], "is no bucket's address"],
    [["plan.json", ...JOBS, "--account", "12"], "is no account"],
    [["nothing.json", ...JOBS], "the file cannot be read"],
    [["--sql", "spark", "--strategy", "predictive"], "ASTRA_EXPORT_IMPOSSIBLE"],
  ])("%j", async (args, message) => {
    const refused = await run("plan", "export", ...args);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain(message);
  });
});
