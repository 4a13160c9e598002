import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CliResult,
  type RunningSandbox,
  astra,
  oneLine,
  record,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test("an empty bucket can't be compared", async () => {
  const result = await run("compare");
  expect(result).toMatchObject({ status: 1, stdout: "" });
  expect(result.stderr).toContain("(ASTRA_OBJECT_MISSING)");
});

test("the other providers, their uncertain prices unknown unless they are allowed", async () => {
  await run("generate-event", "logs/{n}.log", "--count", "20", "--size", "16MiB");
  await run("consume", "--drain");
  const strict = oneLine(await run("compare", "--json"));
  expect(strict).toMatchObject({ ok: true, bucket: "data", objects: 20, uncertainAllowed: false, latency: "instant" });
  const others = (strict["others"] as unknown[]).map((other) => record(other));
  expect(others.map((other) => String(other["provider"]).split(" ")[0])).toEqual(["azure", "gcs"]);
  for (const other of others) {
    // Egress is uncertain, so what it costs to leave is not known.
    expect(other).toMatchObject({ once: null, breakEvenMonths: null });
    expect(other["uncertain"]).toContain("s3 egress");
    expect(Number(other["monthlyMicros"])).toBeGreaterThan(0);
  }
  const lenient = oneLine(await run("compare", "--allow-uncertain", "--json"));
  for (const each of lenient["others"] as unknown[]) {
    const once = record(record(each)["once"]);
    const bytes = 20 * 16 * 2 ** 20;
    expect(once["egressMicros"]).toBeCloseTo((bytes / 2 ** 30) * 90_000, 3);
    const parts = ["readMicros", "egressMicros", "writeMicros", "earlyDeletionMicros"].map((name) =>
      Number(once[name]),
    );
    expect(once["totalMicros"]).toBeCloseTo(
      parts.reduce((a, b) => a + b, 0),
      6,
    );
  }
  const text = await run("compare");
  expect(text.stdout).toMatch(/as it is now +\$/);
  expect(text.stdout).toMatch(/gcs us-east1 \? .*unknown/);
  expect(text.stdout).toMatch(/taken as unknown \(--allow-uncertain reckons with them\): s3 egress/);
  const slow = record(oneLine(await run("compare", "--max-latency", "two-days", "--json"))["home"]);
  expect(Object.keys(record(slow["classes"]))).toEqual(["DEEP_ARCHIVE"]);
});
