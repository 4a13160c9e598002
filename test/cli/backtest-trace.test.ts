import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { NO_ACCESS, recordReads } from "../../src/core/access-stats.ts";
import { unknownObject } from "../../src/core/object-state.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { type CliResult, astra, oneLine, record, workFolder } from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;
const run = (...args: readonly string[]): Promise<CliResult> =>
  astra(["backtest", "trace", "objects.csv", "accesses.csv", ...args], { cwd: folder.path });

const FIRST_DAY = 20_000;
const DAYS = 200;

beforeAll(async () => {
  folder = await workFolder();
  const last = FIRST_DAY + DAYS - 1;
  const objects = [
    "object_id,created_day,end_day,deleted,size_bytes,name",
    `1,${FIRST_DAY},${last},false,1073741824,logs/app.log`,
    `2,${FIRST_DAY},${last},false,2147483648,media/film.mp4`,
    `3,${FIRST_DAY},${FIRST_DAY + 150},true,50000,media/thumb.jpg`,
  ];
  const accesses = ["object_id,day,reads", `1,${FIRST_DAY},3`, `2,${FIRST_DAY + 110},2`, `2,${last},1`];
  await writeFile(join(folder.path, "objects.csv"), `${objects.join("\n")}\n`);
  await writeFile(join(folder.path, "accesses.csv"), `${accesses.join("\n")}\n`);
});

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

const policiesOf = (result: CliResult): readonly Record<string, unknown>[] => {
  const { policies } = oneLine(result);
  expect(Array.isArray(policies)).toBe(true);
  return Array.isArray(policies) ? policies.map(record) : [];
};

describe("astra backtest trace", () => {
  it.each([
    [["--paths", "objects.csv"], "--paths would replace a file that is read from"],
    [["--html", "./accesses.csv"], "--html would replace a file that is read from"],
    [["--paths", "both", "--html", "both"], "--html would replace a file that --paths writes"],
  ])("never writes over its own files: %j", async (options, says) => {
    const before = await readFile(join(folder.path, "objects.csv"), "utf8");
    const result = await run(...options, "--json");
    expect(result.status).toBe(64);
    expect(record(oneLine(result)["error"])["message"]).toBe(says);
    expect(await readFile(join(folder.path, "objects.csv"), "utf8")).toBe(before);
    expect(await readdir(folder.path)).not.toContain("both");
  });

  it("prints one line with every policy beside the optimum", async () => {
    const result = await run("--setting", "sync", "--json");
    expect(result.status).toBe(0);
    expect(result.stdout.startsWith('{"policies":[{"policy":"standard","cost":')).toBe(true);
    const policies = policiesOf(result);
    const names = policies.map(({ policy }) => policy);
    expect(names.slice(0, 4)).toEqual(["standard", "lifecycle", "intelligent-tiering", "best-idle"]);
    expect(names.at(-1)).toBe("optimal");
    for (const each of policies) {
      for (const field of ["cost", "ratio", "low", "high", "restoreDays"]) expect(each[field]).toBeTypeOf("number");
      expect(Number(each["ratio"])).toBeGreaterThanOrEqual(1 - 1e-9);
    }
    expect(oneLine(result)).toMatchObject({
      ok: true,
      days: DAYS,
      splitDay: 100,
      setting: "sync",
      regretOf: names.at(-2),
    });
  });

  it("prices by hand: one object in STANDARD, and every object as large as asked for", async () => {
    const [standard] = policiesOf(await run("--policies", "standard", "--size", "100MiB", "--json"));
    // Two objects for 100 days and one for 51, each 100 MiB at 0.023 a GB-month of 30.4375 days.
    expect(Number(standard?.["cost"])).toBeCloseTo(((100 / 1024) * 0.023 * (100 + 100 + 51)) / 30.4375, 12);
  });

  it("has no mover in the setting explicit, and archives in all", async () => {
    const names = async (setting: string) =>
      policiesOf(await run("--setting", setting, "--json")).map(({ policy }) => policy);
    expect(await names("explicit")).not.toContain("intelligent-tiering");
    const all = oneLine(await run("--setting", "all", "--json"));
    expect(all["classes"]).toContain("DEEP_ARCHIVE");
  });

  it("writes paths that another program can price, and a page", async () => {
    const result = await run(
      "--paths",
      "paths.parquet",
      "--html",
      "report.html",
      "--policies",
      "standard,lifecycle",
      "--json",
    );
    expect(result.status).toBe(0);
    const file = await asyncBufferFromFile(join(folder.path, "paths.parquet"));
    const rows = await parquetReadObjects({ file, utf8: true });
    const change = (policy: string, id: bigint, day: number, name: string) => ({
      policy,
      object_id: id,
      day: FIRST_DAY + day,
      class: name,
    });
    expect(rows).toEqual([
      change("standard", 1n, 100, "STANDARD"),
      change("standard", 2n, 100, "STANDARD"),
      change("standard", 3n, 100, "STANDARD"),
      change("lifecycle", 1n, 100, "GLACIER_IR"),
      change("lifecycle", 2n, 100, "GLACIER_IR"),
      change("lifecycle", 3n, 100, "GLACIER_IR"),
    ]);
    expect(await readFile(join(folder.path, "report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it("replays the user's own lifecycle rules, and says what it leaves out", async () => {
    const rules = {
      Rules: [
        {
          ID: "logs",
          Status: "Enabled",
          Filter: { Prefix: "logs/" },
          Transitions: [{ Days: 120, StorageClass: "GLACIER_IR" }],
          Expiration: { Days: 3650 },
        },
      ],
    };
    await writeFile(join(folder.path, "rules.json"), JSON.stringify(rules));
    const result = await run(
      "--lifecycle",
      "rules.json",
      "--policies",
      "lifecycle",
      "--paths",
      "own.parquet",
      "--json",
    );
    expect(result.stderr).toMatch(/expiration is left out \("logs"\)/);
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder.path, "own.parquet")),
      utf8: true,
    });
    expect(rows.map(({ day, class: name }) => [day, name])).toEqual([
      [FIRST_DAY + 100, "STANDARD"],
      [FIRST_DAY + 120, "GLACIER_IR"],
      [FIRST_DAY + 100, "STANDARD"],
      [FIRST_DAY + 100, "STANDARD"],
    ]);
  });

  it("shows a table, and where the regret sits", async () => {
    const { stdout, status } = await run();
    expect(status).toBe(0);
    expect(stdout).toMatch(/policy +cost +÷ optimum +95 % interval/);
    expect(stdout).toMatch(/lost against the optimum/);
    expect(stdout).toMatch(/media\/film\.mp4/);
  });
});

describe("astra backtest state", () => {
  it("replays what the state remembers", async () => {
    const now = Date.now();
    const path = join(folder.path, "state.db");
    {
      await using state = openSqliteState({ path });
      const object = (key: string, reads: readonly number[]) => ({
        ...unknownObject({ bucket: "data", key }),
        sizeBytes: 2 ** 30,
        createdMs: now - 200 * MS_PER_DAY,
        access: reads.reduce((stats, ago) => recordReads(stats, now - ago * MS_PER_DAY, 1, 90), NO_ACCESS),
      });
      await state.putObjects([
        object("logs/a", [80, 3]),
        object("logs/b", []),
        { ...object("new", []), sizeBytes: null },
      ]);
    }
    const args = ["backtest", "state", "--bucket", "data", "--state", path, "--policies", "standard,cost"];
    const found = oneLine(await astra([...args, "--json"], { cwd: folder.path }));
    expect(found).toMatchObject({ ok: true, title: "s3://data", objects: 2, days: 81, splitDay: 40 });
    const text = await astra(args, { cwd: folder.path });
    expect(text.stdout).toContain("1 × object of unknown size left out");
  });

  it("says that there is nothing to replay", async () => {
    const result = await astra(["backtest", "state", "--bucket", "data", "--json"], { cwd: folder.path });
    expect(oneLine(result)).toMatchObject({ ok: false, error: { code: "ASTRA_TRACE_INVALID" } });
  });
});

describe("what is refused", () => {
  const refused = async (
    code: string,
    status: number,
    ...args: readonly string[]
  ): Promise<Record<string, unknown>> => {
    const result = await run(...args, "--json");
    expect(result.status).toBe(status);
    expect(oneLine(result)).toMatchObject({ ok: false, error: { code } });
    return record(oneLine(result)["error"]);
  };

  it("is a size of nothing", async () => {
    expect(await refused("ASTRA_USAGE_INVALID", 64, "--size", "0")).toMatchObject({ where: "--size" });
  });

  it("is a setting, a policy or a mover that there is none of", async () => {
    expect(String((await refused("ASTRA_USAGE_INVALID", 64, "--setting", "some"))["message"])).toMatch(
      /sync, explicit, all/,
    );
    expect(await refused("ASTRA_USAGE_INVALID", 64, "--policies", "magic")).toMatchObject({ where: "--policies" });
    await refused("ASTRA_USAGE_INVALID", 64, "--mover", "truck");
  });

  it("is a policy that the setting lacks", async () => {
    const args = ["--setting", "explicit", "--policies", "intelligent-tiering"];
    expect(await refused("ASTRA_USAGE_INVALID", 64, ...args)).toMatchObject({ where: "--policies" });
  });

  it("is a file of paths in a folder that is not there, or a folder, and no draft is left", async () => {
    await mkdir(join(folder.path, "a-folder"), { recursive: true });
    const missing = await refused("ASTRA_FILE_UNWRITABLE", 1, "--paths", "nowhere/paths.parquet");
    expect(missing["where"]).toBe("nowhere/paths.parquet");
    await refused("ASTRA_FILE_UNWRITABLE", 1, "--paths", "a-folder");
    await refused("ASTRA_USAGE_INVALID", 64, "--html", "nowhere/report.html");
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("is a lifecycle file that can't be read, is no JSON, or moves out of the setting", async () => {
    await refused("ASTRA_LIFECYCLE_INVALID", 64, "--lifecycle", "missing.json");
    await writeFile(join(folder.path, "broken.json"), "{");
    await refused("ASTRA_LIFECYCLE_INVALID", 64, "--lifecycle", "broken.json");
    const rules = { Rules: [{ ID: "a", Status: "Enabled", Transitions: [{ Days: 1, StorageClass: "GLACIER" }] }] };
    await writeFile(join(folder.path, "archive.json"), JSON.stringify(rules));
    const fault = await refused("ASTRA_LIFECYCLE_INVALID", 64, "--lifecycle", "archive.json");
    expect(fault).toMatchObject({ where: "archive.json" });
  });

  it("is a trace in which nothing costs anything", async () => {
    const last = FIRST_DAY + 10;
    const objects = `object_id,created_day,end_day,deleted,size_bytes,name\n1,${FIRST_DAY},${last},false,0,empty\n`;
    await writeFile(join(folder.path, "empty.csv"), objects);
    await writeFile(join(folder.path, "read.csv"), `object_id,day,reads\n1,${FIRST_DAY},1\n`);
    const result = await astra(["backtest", "trace", "empty.csv", "read.csv", "--json"], { cwd: folder.path });
    expect(result.status).toBe(1);
    expect(oneLine(result)).toMatchObject({ ok: false, error: { code: "ASTRA_TRACE_INVALID" } });
    expect(String(record(oneLine(result)["error"])["message"])).toMatch(/no object with a size/);
  });
});
