import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { unknownObject } from "../../src/core/object-state.ts";
import { GB_BYTES } from "../../src/core/units.ts";
import { auditEntry, journalEntry, plannedMove, runRecord } from "../support/state-fixtures.ts";
import { type CliResult, astra, oneLine, record, startSandboxProcess, workFolder, writeConfig } from "./cli.ts";

const HEADER =
  "identity/LineItemId,lineItem/ProductCode,lineItem/LineItemType,lineItem/UsageType,lineItem/Operation,lineItem/ResourceId,lineItem/UsageAmount,lineItem/UnblendedCost,lineItem/CurrencyCode,lineItem/UsageStartDate";
const SEPTEMBER = "2025-09-01T00:00:00Z";

/** Half of September in STANDARD, half in GLACIER_IR after a move; and what AWS would bill for it. */
const ROWS = [
  ["AmazonS3", "Usage", "TimedStorage-ByteHrs", "StandardStorage", "data", "50", "1.1500000000"],
  [
    "AmazonS3",
    "Usage",
    "EUC1-TimedStorage-GIR-ByteHrs",
    "GlacierInstantRetrievalStorage",
    "data",
    "50",
    "0.2000000000",
  ],
  ["AmazonS3", "Usage", "Requests-GIR-Tier1", "CopyObject", "data", "1", "0.0000200000"],
  ["AmazonS3", "Usage", "Requests-Tier2", "HeadObject", "data", "1", "0.0000004000"],
  ["AmazonS3", "Usage", "DataTransfer-Out-Bytes", "GetObject", "data", "10", "0.9000000000"],
  ["AmazonS3", "Usage", "TimedStorage-ByteHrs", "StandardStorage", "other", "10", "0.2300000000"],
  ["AmazonS3", "Credit", "", "", "data", "0", "-0.1000000000"],
  ["AmazonS3", "Tax", "", "", "", "0", "0.1900000000"],
  ["AmazonEC2", "Usage", "BoxUsage:m5.large", "RunInstances", "i-1", "10", "0.9600000000"],
].map((cells, index) => [String(index), ...cells, "USD", SEPTEMBER].join(","));

let folder: Awaited<ReturnType<typeof workFolder>>;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  await writeFile(join(folder.path, "cur.csv"), `${[HEADER, ...ROWS].join("\n")}\n`);
  await writeFile(join(folder.path, "cur.csv.gz"), gzipSync(`${[HEADER, ...ROWS].join("\n")}\n`));
  await using state = openSqliteState({ path: join(folder.path, ".astra/state.db") });
  const createdMs = Date.UTC(2025, 0, 1);
  const movedMs = Date.UTC(2025, 8, 16);
  const known = { sizeBytes: 100 * GB_BYTES, storageClass: "GLACIER_IR", createdMs, classSinceMs: movedMs };
  await state.putObjects([{ ...unknownObject({ bucket: "data", key: "a" }), ...known }]);
  await state.startRun(runRecord("run-1", { bucket: "data", startedMs: movedMs }), auditEntry("start"));
  const move = { ...plannedMove("a", "data"), from: "STANDARD", to: "GLACIER_IR", rule: "matrix:age", policy: null };
  await state.writeJournal({
    entries: [journalEntry("run-1", 0, "a", "done", { move, updatedMs: movedMs })],
  });
});

afterAll(() => folder?.[Symbol.asyncDispose]());

test("a month's bill beside the model: everything is somewhere, and what is left is nothing", async () => {
  const report = oneLine(await run("report", "--actual", "cur.csv", "--month", "2025-09", "--json"));
  expect(report).toMatchObject({
    ok: true,
    month: "2025-09",
    rows: 9,
    billedMicros: 3_530_020.4,
    setAside: [{ why: "other service", rows: 1, billedMicros: 960_000 }],
    models: [{ bucket: "data", objects: 1 }],
    buckets: [
      { bucket: "", isModelled: false, adjustmentMicros: 190_000 },
      {
        bucket: "data",
        isModelled: true,
        modelledMicros: 1_350_030,
        outsideMicros: 900_000,
        adjustmentMicros: -100_000,
      },
      { bucket: "other", isModelled: false, outsideMicros: 230_000, unexplainedMicros: 0 },
    ],
  });
  const bucket = record((report["buckets"] as unknown[])[1]);
  const lines = new Map((bucket["lines"] as unknown[]).map((line) => [record(line)["line"], record(line)]));
  expect(lines.get("STANDARD storage")).toMatchObject({ differenceMicros: 0, explanation: null });
  expect(lines.get("GLACIER_IR storage")).toMatchObject({ billedMicros: 200_000, modelledMicros: 200_000 });
  // The HEAD after the move is modelled, and not on the bill: nobody says why, so it is shown.
  expect(lines.get("GLACIER_IR get")).toMatchObject({ billedMicros: 0, modelledMicros: 10, explanation: null });
  expect(bucket["unexplainedMicros"]).toBeCloseTo(-9.6, 6);
});

test("as text, from a gzipped file, of one bucket, whose month need not be named", async () => {
  const result = await run("report", "--actual", "cur.csv.gz", "--bucket", "data");
  expect(result).toMatchObject({ status: 0, stderr: "" });
  expect(result.stdout).toMatch(/2025-09, billed beside modelled/);
  expect(result.stdout).toMatch(/STANDARD storage +\$1\.15 +\$1\.15 +\$0\.00/);
  expect(result.stdout).toMatch(/unexplained difference +-\$0\.0000096/);
  const all = await run("report", "--actual", "cur.csv");
  expect(all.stdout).toMatch(/s3:\/\/other +\$0\.23/);
  expect(all.stdout).toMatch(/\(no bucket\) +\$0\.19 +of it \$0\.19 adjustments/);
  expect(result.stdout).toMatch(/set aside, other bucket: \$0\.42 \(2 rows\)/);
});

test("without files: what was moved, and what it was expected to save", async () => {
  const report = oneLine(await run("report", "--json"));
  expect(report).toMatchObject({
    ok: true,
    runs: [{ name: "run-1", moves: 1, feeMicros: 35.25 }],
    policies: [{ name: "matrix:age", moves: 1 }],
    classes: [{ name: "STANDARD -> GLACIER_IR", bytes: 123_456_789 }],
    totals: { moves: 1, savingMicrosPerMonth: 2_345.125 },
  });
  expect(Number(record(report["totals"])["savedMicros"])).toBeGreaterThan(2_345);
  expect((await run("report", "--month", "2025-08")).stdout).toContain("Nothing was moved");
  expect((await run("report")).stdout).toMatch(/By policy.*matrix:age +1/s);
});

test("--scan: a bucket whose objects no event told of", { timeout: 60_000 }, async () => {
  await using listed = await workFolder();
  await using sandbox = await startSandboxProcess("data");
  await writeConfig(listed.path, sandbox.endpoint, "data");
  const inFolder = (...args: readonly string[]) => astra(args, { cwd: listed.path });
  await inFolder("generate-event", "logs/{n}.log", "--count", "3", "--size", "1MiB");
  await inFolder("consume", "--drain");
  const month = new Date().toISOString().slice(0, 7);
  const rows = ROWS.slice(0, 1).map((row) => row.replace("2025-09", month));
  await writeFile(join(listed.path, "cur.csv"), [HEADER, ...rows].join("\n"));
  const args = ["report", "--actual", "cur.csv", "--json", "--state", "fresh.db"];
  expect(oneLine(await inFolder(...args))).toMatchObject({ models: [], buckets: [{ isModelled: false }] });
  const scanned = oneLine(await inFolder(...args, "--scan"));
  expect(scanned).toMatchObject({ models: [{ bucket: "data", objects: 3 }], buckets: [{ isModelled: true }] });
  const lines = record((scanned["buckets"] as unknown[])[0])["lines"] as { readonly line: string }[];
  expect(lines.map(({ line }) => line)).toContain("STANDARD put");
});

describe("what is refused", () => {
  const refusals: readonly (readonly [string, string, readonly string[], RegExp])[] = [
    ["no report", "a,b\n1,2\n", [], /no Cost and Usage Report.*where: bad\.csv:1.*fix:/s],
    [
      "missing columns",
      `${HEADER.replace("lineItem/ResourceId,", "")}\n`,
      [],
      /lacks line_item_resource_id \(lineItem\/ResourceId\)/,
    ],
    ["another currency", `${HEADER}\n${ROWS[0]?.replace("USD", "JPY")}\n`, [], /in JPY, not in USD.*bad\.csv:2/s],
    [
      "a broken row",
      `${HEADER}\n${ROWS[0]}\n${ROWS[1]?.replace("0.2000000000", "free")}\n`,
      [],
      /line_item_unblended_cost.*bad\.csv:3/s,
    ],
    ["an empty file", "", [], /the file is empty/],
    ["a report without rows", `${HEADER}\n`, [], /no rows/],
    ["a month that is not there", `${HEADER}\n${ROWS[0]}\n`, ["--month", "2024-01"], /nothing of 2024-01/],
  ];
  test.each(refusals)("%s", async (_name, content, more, says) => {
    await writeFile(join(folder.path, "bad.csv"), content);
    const result = await run("report", "--actual", "bad.csv", ...more);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain("(ASTRA_REPORT_INVALID)");
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  test("several months without a name, a month that is none, a file twice", async () => {
    const two = [HEADER, ROWS[0], ROWS[1]?.replace("2025-09", "2025-10")].join("\n");
    await writeFile(join(folder.path, "two.csv"), two);
    const results = await Promise.all([
      run("report", "--actual", "two.csv"),
      run("report", "--actual", "two.csv", "--month", "2025-9"),
      run("report", "--actual", "two.csv", "two.csv"),
    ]);
    for (const result of results) expect(result.status).toBe(64);
    expect(results[0]?.stderr).toContain("2025-09, 2025-10");
    expect(results[1]?.stderr).toContain("is no month");
    expect(results[2]?.stderr).toContain("given twice");
  });
});
