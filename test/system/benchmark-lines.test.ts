/** The benchmarks run, check what they measured, and print the one line that others read. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const RUN = join(import.meta.dirname, "..", "..", "bench", "run.ts");

async function lineOf(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, "--json", "--rounds", "1", ...args]);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  return JSON.parse(stdout);
}

const COST = {
  cpuSeconds: expect.any(Number),
  wallSeconds: expect.any(Number),
  rssPeakBytes: expect.any(Number),
  check: "ok",
};

test("decide", { timeout: 120_000 }, async () => {
  const line = await lineOf("--only", "decide", "--rows", "5000");
  expect(line).toMatchObject({ rows: 5000, ...COST });
  expect(line["changed"]).toBeGreaterThan(0);
});

test("access-logs", { timeout: 120_000 }, async () => {
  expect(await lineOf("--only", "access-logs", "--lines", "5000")).toMatchObject({ lines: 5000, ...COST });
});

test("list", { timeout: 120_000 }, async () => {
  expect(await lineOf("--only", "list", "--objects", "3000")).toMatchObject({ objects: 3000, ...COST });
});

test("apply", { timeout: 120_000 }, async () => {
  expect(await lineOf("--only", "apply", "--objects", "300", "--latency", "5")).toMatchObject({
    objects: 300,
    ...COST,
  });
});

test("a case that is not there is named, with those that are", async () => {
  await expect(lineOf("--only", "nothing")).rejects.toThrow(/no case nothing; there are log-sqlite/);
});
