import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

const POLICIES = `policies:
  - name: web stays fast
    match: { key: "web/**" }
    max_latency: instant
  - name: tiny archive
    match: { key: "tiny/**" }
    after: { age: 30d, to: archive }
  - name: left alone
    match: { key: "skip/**" }
    action: ignore
`;
const EVIL_KEY = "<script>alert(1)</script>\u001b[31m.bin";
const KEYS = {
  "logs/app {n}.log": [12, "1MiB"],
  "web/image {n}.jpg": [4, "3MiB"],
  "small/note {n}.txt": [5, "60"],
  "tiny/dot {n}.txt": [2, "2"],
  "skip/this {n}": [1, "1MiB"],
  [EVIL_KEY]: [1, "2MiB"],
} as const;

beforeAll(async () => {
  folder = await workFolder();
  // A body of 1 MiB counts as 1 GiB.
  sandbox = await startSandboxProcess("data", { byteScale: 1024 });
  await writeConfig(folder.path, sandbox.endpoint, "data");
  const config = await readFile(join(folder.path, "astra.yaml"), "utf8");
  await writeFile(join(folder.path, "astra.yaml"), `${config}policies: policies.yaml\n`);
  await writeFile(join(folder.path, "policies.yaml"), POLICIES);
  for (const [name, [count, size]] of Object.entries(KEYS))
    await run("generate-event", name, "--count", String(count), "--size", size);
  await run("consume", "--drain");
  const listed = (await run("list", "--json")).stdout.trimEnd().split("\n").slice(1, -1);
  const created = new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 19);
  const metadata = listed.map((line) => [
    record(JSON.parse(line))["key"],
    { access_count: 0, created_timestamp: created },
  ]);
  await writeFile(join(folder.path, "metadata.json"), JSON.stringify(Object.fromEntries(metadata)));
  await run("metadata", "import", "metadata.json");
}, 60_000);

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("astra plan", () => {
  test("shows moves by rule, totals, refusals in words, months, worst case and one line of money", async () => {
    const { status, stdout, stderr } = await run("plan");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^s3:\/\/data: 25 objects, [^\n]*; strategy matrix, prices aws-us-east-1/);
    expect(stdout).toMatch(
      /~ matrix:age {2}STANDARD -> DEEP_ARCHIVE {2}13 objects, 14\.0 GiB; fee \$0\.00066, saves \$0\.31\/month/,
    );
    expect(stdout).toMatch(
      /~ matrix:age, within policy web stays fast {2}STANDARD -> STANDARD_IA {2}4 objects, 12\.0 GiB/,
    );
    expect(stdout).toMatch(/~ policy:tiny archive .* 2 objects, .*break-even never/);
    expect(stdout).toContain("… and 10 more objects");
    expect(stdout).toMatch(
      /policy +objects[^]*web stays fast +4[^]*prefix +objects[^]*web\/ +4 [^]*class +objects now/,
    );
    expect(stdout).toMatch(
      /5 objects stay \(300 KiB\): the requests of a move would be paid back after [\d,]+ days, the limit is 180 days; moving would lose \$0\.0/,
    );
    expect(stdout).toContain('1 object stays (1.0 GiB): the policy "left alone" says to leave them alone');
    expect(stdout).toMatch(/cash flow +month 1[^]*since the plan +\$0\.\d+[^]*Fees are paid back in month 1\./);
    expect(stdout).toMatch(
      /Within 90 days: \$\S+ saved, fees paid; with 90 % chance \$\S+ to \$\S+\.\nWorst case, .*: \$\S+, fees included\./,
    );
    expect(stdout).toMatch(
      /Plan: 19 moves, 26\.0 GiB; fee \$\S+ now, saves \$\S+\/month, paid back after 1 day\.\n\nNext: astra apply /,
    );
    expect(stdout).not.toContain("\u001b");
    expect(stdout.split("\n").length).toBeLessThan(50);
  });

  test("--limit and --verbose show more", async () => {
    const { stdout } = await run("plan", "--limit", "100", "--verbose");
    for (let n = 1; n <= 12; n += 1) expect(stdout).toContain(`logs/app ${String(n).padStart(2, "0")}.log`);
    expect(stdout).toContain(String.raw`<script>alert(1)</script>\u{1b}[31m.bin`);
    expect(stdout).toMatch(/\n +11 +\$\S+ +\$\S+\n +12 +/);
    expect(stdout).not.toContain("--limit");
  });

  test("as JSON tells all of it, and adds up", async () => {
    const plan = record(oneLine(await run("plan", "--json"))["plan"]);
    const totals = record(plan["totals"]);
    expect(totals).toMatchObject({
      moves: 19,
      breakdown: {
        rules: [
          { rule: "matrix:age", policy: null, to: "DEEP_ARCHIVE", moves: 13 },
          { rule: "policy:tiny archive", policy: "tiny archive", orderedByPolicy: true, moves: 2 },
          { rule: "matrix:age", policy: "web stays fast", to: "STANDARD_IA", moves: 4 },
        ],
        paybackLimitDays: 180,
        worstCaseMicros: expect.any(Number),
      },
      saving: { days: 90, level: 0.9, expectedMicros: expect.any(Number) },
    });
    const breakdown = record(totals["breakdown"]);
    expect(breakdown["refusals"]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ refusal: "payback", cause: "requests", to: "DEEP_ARCHIVE", objects: 5 }),
        expect.objectContaining({ refusal: "ignored_by_policy", detail: "left alone", objects: 1 }),
      ]),
    );
    for (const list of ["rules", "policies", "prefixes", "classes"] as const) {
      const groups = breakdown[list] as readonly { readonly feeMicros: number }[];
      expect(groups.reduce((sum, { feeMicros }) => sum + feeMicros, 0)).toBeCloseTo(Number(totals["feeMicros"]), 6);
    }
    const { lowMicros, expectedMicros, highMicros } = record(totals["saving"]);
    expect(Number(lowMicros)).toBeLessThanOrEqual(Number(expectedMicros));
    expect(Number(expectedMicros)).toBeLessThanOrEqual(Number(highMicros));
  });

  test("--html writes one page that holds everything and runs nothing", async () => {
    const result = await run("plan", "--html", "plan.html", "--out", "plan.json", "--json");
    expect(oneLine(result)).toMatchObject({ ok: true, file: "plan.json", htmlFile: "plan.html" });
    const page = await readFile(join(folder.path, "plan.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toMatch(/<script|src=|href=|https?:/i);
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).toContain("says to leave them alone");
    // Nothing half written is left beside it.
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("a plan file with all of it is the same plan elsewhere", async () => {
    const applied = await run("apply", "plan.json", "--state", "elsewhere.db");
    expect(applied.status).toBe(64);
    expect(applied.stderr).toContain("Move 19 objects was not confirmed");
    expect(applied.stdout).toContain("5 objects stay (300 KiB): the requests of a move");
  });

  test.each([
    [["--html", "nowhere/plan.html"], "ASTRA_USAGE_INVALID", "nowhere/plan.html"],
    [["--html", "one.file", "--out", "one.file"], "ASTRA_USAGE_INVALID", "the same file"],
  ])("%j is refused", async (args, code, words) => {
    const result = await run("plan", ...args);
    expect(result.status).toBe(64);
    expect(result.stderr).toContain(`(${code})`);
    expect(result.stderr).toContain(words);
    expect(result.stderr).toContain("fix:");
  });

  test("one object is one object", async () => {
    const result = await run("run-engine", "--prefix", "logs/app 01");
    expect(result.stderr).toContain("Move 1 object was not confirmed");
  });
});
