import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logLine, logTime } from "../support/access-log-lines.ts";
import { astra, oneLine, record, workFolder } from "./cli.ts";

test("telemetry is priced by what was read, and what is not known stays unknown", async () => {
  await using folder = await workFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, "astra.yaml"), "bucket: data\n");
  const before = oneLine(await astra(["telemetry", "--json"], { cwd }));
  expect(before).toMatchObject({ ok: true, bucket: "data", objects: 0, read: [], saving: null });
  const time = logTime(Date.now() - 86_400_000);
  const lines = ["a", "b"].map((key, index) => logLine({ key, time, id: `ID${index}` }));
  await writeFile(join(cwd, "log"), lines.join("\n"));
  expect(await astra(["ingest", "access-logs", "log"], { cwd })).toMatchObject({ status: 0 });
  const after = oneLine(await astra(["telemetry", "--json"], { cwd }));
  expect(after).toMatchObject({ objects: 2, read: [{ kind: "access-log", sources: 1, lines: 2 }] });
  const costs = new Map((after["costs"] as unknown[]).map((cost) => [record(cost)["source"], record(cost)]));
  // Two requests a day for a month of 30.4375 days, at a dollar a million.
  expect(costs.get("cloudtrail")).toMatchObject({ microsPerMonth: 60.875, basis: "access-logs" });
  expect(costs.get("sqs")).toMatchObject({ microsPerMonth: null, basis: "unknown" });
  const { stdout } = await astra(["telemetry"], { cwd });
  expect(stdout).toMatch(/server access logs, kept a month +\$0\.\d+ +from what was read\n/);
  expect(stdout).toMatch(/event notifications by SQS +unknown/);
  expect(stdout).toContain("The saving is not known");
});

test("telemetry beside a plan that isn't there is refused", async () => {
  await using folder = await workFolder();
  await writeFile(join(folder.path, "astra.yaml"), "bucket: data\n");
  const result = await astra(["telemetry", "--plan", "none"], { cwd: folder.path });
  expect(result).toMatchObject({ status: 1, stdout: "" });
  expect(result.stderr).toContain("there is no plan none (ASTRA_PLAN_INVALID)");
});
