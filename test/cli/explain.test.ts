import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CliResult,
  type RunningSandbox,
  astra,
  oneLine,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

const POLICIES = `policies:
  - name: stays fast
    match: { key: "web/**" }
    max_latency: instant
  - name: goes cold
    match: { key: "cold/**" }
    after: { age: 30d, to: archive }
  - name: by cost
    match: { key: "cost/**" }
    strategy: cost
`;
const KEYS = ["web/a.jpg", "cold/a.bin", "cost/a.bin", "read/a.bin", "plain.bin"];

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data", { byteScale: 1024 });
  await writeConfig(folder.path, sandbox.endpoint, "data");
  const config = await readFile(join(folder.path, "astra.yaml"), "utf8");
  await writeFile(join(folder.path, "astra.yaml"), `${config}policies: policies.yaml\n`);
  await writeFile(join(folder.path, "policies.yaml"), POLICIES);
  await run("generate-event", ...KEYS, "--size", "1MiB");
  await run("consume", "--drain");
  const created_timestamp = new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 19);
  const metadata = KEYS.map((key) => [key, { access_count: 0, created_timestamp }]);
  await writeFile(join(folder.path, "metadata.json"), JSON.stringify(Object.fromEntries(metadata)));
  await run("metadata", "import", "metadata.json");
  await run("access", "s3://data/read/a.bin", "--reads", "25");
  await run("consume", "--drain");
}, 60_000);

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("astra explain", () => {
  test("tells the rules, the choice, every class line by line, and why one is not open", async () => {
    const { status, stdout, stderr } = await run("explain", "s3://data/web/a.jpg");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^s3:\/\/data\/web\/a\.jpg\n {2}1\.0 GiB in STANDARD, 400 days old \(created /);
    expect(stdout).toMatch(/Rules that speak of it:\n {2}stays fast {2}max_latency: instant {2}policies\.yaml:2:5/);
    expect(stdout).toMatch(
      /Moves to STANDARD_IA\. Strategy matrix, matrix:age: .*\n {2}Fee \$\S+ \(requests \$\S+\), saves \$\S+\/month, paid back after 1 day \(/,
    );
    expect(stdout).toMatch(
      /class +first byte +storage +monitoring +requests +retrieval +a month +fee to move +saves\/month/,
    );
    expect(stdout).toMatch(/\* +STANDARD +instant +\$0\.023 /);
    expect(stdout).toMatch(/-> +STANDARD_IA +instant +\$0\.013 /);
    expect(stdout).toMatch(/INTELLIGENT_TIERING +instant +\$\S+ +\$0\.0000025 /);
    expect(stdout).toMatch(/DEEP_ARCHIVE .* not allowed by rule "stays fast"/);
    expect(stdout).toMatch(/ONEZONE_IA .* only where a rule or engine\.classes names it/);
  });

  test("tells of reads, and when the decision changes", async () => {
    const { stdout } = await run("explain", "read/a.bin");
    expect(stdout).toMatch(/25 reads in the window, 25 in all, last read /);
    expect(stdout).toMatch(/reads by day, the last 90: \[\.{89}8\]/);
    expect(stdout).toMatch(/Stays\. Strategy matrix, matrix:accesses: 25 accesses/);
    expect(stdout).toMatch(
      /it changes on \d{4}-\d\d-\d\d \(in 90 days\); if nothing is read, it would then move to DEEP_ARCHIVE/,
    );
    // Reading out of a class with retrieval is a line of its own.
    expect(stdout).toMatch(/GLACIER_IR +instant +\$0\.004 +\$0\.00 +\$0\.\d+ +\$0\.[1-9]\d+ /);
  });

  test("names the strategy that a rule chooses, and what it goes by", async () => {
    const { stdout } = await run("explain", "cost/a.bin");
    expect(stdout).toContain("Strategy cost,");
    expect(stdout).toMatch(
      /Confidence: none stated; it goes by the object's own read rate of 0\.0 a month, from 0 reads\./,
    );
    expect(stdout).toMatch(/GLACIER +hours .* waits hours; only with a rule's max_latency/);
  });

  test("as JSON tells the same in numbers", async () => {
    expect(oneLine(await run("explain", "cold/a.bin", "--json"))).toMatchObject({
      ok: true,
      isRemembered: true,
      hold: null,
      strategy: "matrix",
      rules: [{ name: "goes cold", action: "after age 30d to archive", where: "policies.yaml:5:5" }],
      decision: {
        kind: "move",
        policy: { orderedBy: "goes cold" },
        sums: { fee: { totalMicros: expect.any(Number) } },
      },
      prediction: null,
      nextChange: null,
      reviewInDays: null,
      classes: expect.arrayContaining([
        expect.objectContaining({ storageClass: "DEEP_ARCHIVE", isChosen: true, exclusion: null }),
        expect.objectContaining({
          storageClass: "STANDARD",
          isCurrent: true,
          exclusion: { by: "policy", rule: "goes cold" },
        }),
      ]),
    });
  });

  test("tells earlier decisions", async () => {
    expect((await run("run-engine", "--prefix", "plain", "--yes")).status).toBe(0);
    const { stdout } = await run("explain", "plain.bin");
    expect(stdout).toMatch(
      /Earlier decisions:\n {2}\S+ \S+Z {2}STANDARD -> DEEP_ARCHIVE {2}done {2}matrix:age: age 400 d/,
    );
    expect(stdout).toMatch(/= +DEEP_ARCHIVE /);
  });

  test("says what the state does not know, and names an object or bucket that is not there", async () => {
    const stranger = await run("explain", "plain.bin", "--state", "other.db");
    expect(stranger.stdout).toContain("The state does not know the object");
    expect(stranger.stdout).toContain("(at least; last written");
    const missing = await run("explain", "no such.bin");
    expect(missing).toMatchObject({ status: 1, stdout: "" });
    expect(missing.stderr).toMatch(/s3:\/\/data\/no such\.bin does not exist \(ASTRA_OBJECT_MISSING\)[^]*fix:/);
    const elsewhere = await run("explain", "s3://nowhere/x");
    expect(elsewhere.stderr).toContain("(ASTRA_STORE_BUCKET_MISSING)");
  });
});
