import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import type { Forecast } from "../../src/core/forecast/forecast.ts";
import { auditEntry } from "../support/state-fixtures.ts";
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

const OBJECTS = 40;

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
  await run("generate-event", "logs/{n}.log", "--count", String(OBJECTS), "--size", "4MiB");
  await run("consume", "--drain");
  const created = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19);
  const metadata = Array.from({ length: OBJECTS }, (_, index) => [
    `logs/${String(index + 1).padStart(2, "0")}.log`,
    { access_count: 0, created_timestamp: created(index * 10) },
  ]);
  await writeFile(join(folder.path, "metadata.json"), JSON.stringify(Object.fromEntries(metadata)));
  await run("metadata", "import", "metadata.json");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const strip = (value: unknown) => ({ ...record(value), id: null, createdMs: null });

test("a forecast is repeatable, kept, and written as a page", async () => {
  const args = ["forecast", "--months", "3", "--seed", "7", "--html", "forecast.html", "--json"];
  const [first, second] = [oneLine(await run(...args)), oneLine(await run(...args))];
  expect(first).toMatchObject({
    ok: true,
    file: "forecast.html",
    forecast: { bucket: "data", seed: 7, interval: 0.8 },
  });
  const forecast = record(first["forecast"]);
  expect(forecast["months"]).toHaveLength(3);
  expect(record(forecast["basis"])).toMatchObject({ objects: OBJECTS, unpricedObjects: 0 });
  // Ages go on between the two, by seconds: the same in kind, not to the last digit.
  expect(Object.keys(strip(second["forecast"]))).toEqual(Object.keys(strip(forecast)));
  const totals = record(forecast["totals"]);
  const { expectedMicros, lowMicros, highMicros } = record(totals["saving"]) as Record<string, number>;
  expect(expectedMicros).toBeGreaterThan(0);
  expect(lowMicros).toBeLessThanOrEqual(Number(expectedMicros));
  expect(highMicros).toBeGreaterThanOrEqual(Number(expectedMicros));
  const page = await readFile(join(folder.path, "forecast.html"), "utf8");
  expect(page).toMatch(/^<!doctype html>.*s3:\/\/data.*<svg.*<\/html>\n$/s);
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});

test("as text: totals, curve, months, classes, policies and what it went by", async () => {
  const { stdout, status } = await run("forecast", "--months", "2");
  expect(status).toBe(0);
  expect(stdout).toMatch(/spend of the next 2 months/);
  expect(stdout).toMatch(/without Astra +\[\S+\] +\$/);
  expect(stdout).toMatch(/saving +\$/);
  expect(stdout).toMatch(/\(rest\)/);
  expect(stdout).toMatch(/by class.*STANDARD.*by policy.*matrix:age/s);
  expect(stdout).toMatch(/From 40 objects, 160 MiB/);
});

test("an earlier forecast is compared with what came true, and drift is told in words", async () => {
  expect((await run("forecast", "--check")).stdout).toContain("No month that is over has been forecast");
  const made = record(oneLine(await run("forecast", "--months", "1", "--json"))["forecast"]);
  const months = made["months"] as Forecast["months"];
  const month = { ...months[0], month: "2025-03" };
  const stored = { ...made, id: "earlier", createdMs: Date.UTC(2025, 1, 10), months: [month] } as unknown as Forecast;
  {
    await using state = openSqliteState({ path: join(folder.path, ".astra/state.db") });
    await state.putForecast(stored, auditEntry("forecast"));
  }
  const checked = oneLine(await run("forecast", "--check", "--json"));
  expect(checked).toMatchObject({
    ok: true,
    checks: [{ month: "2025-03", forecastId: "earlier", source: "modelled", drift: "under" }],
  });
  expect((await run("forecast", "--check")).stdout).toMatch(/2025-03 .*drift: under the 80 % interval/);
  expect(oneLine(await run("report", "--json"))["forecasts"]).toMatchObject([{ month: "2025-03", drift: "under" }]);
});

test("an empty bucket, and months that are none", async () => {
  const results = await Promise.all([run("forecast", "--bucket", "nowhere"), run("forecast", "--months", "0")]);
  expect(results[0]?.stderr).toContain("(ASTRA_STORE_BUCKET_MISSING)");
  expect(results[1]).toMatchObject({ status: 64 });
});
