import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
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
const write = (name: string, text: string): Promise<void> => writeFile(join(folder.path, name), text);

const HOLD = `$schema: ./policy.schema.json
policies:
  - name: "Compliance Hold"
    pattern: "legal-hold-*"
    action: "never_tier_down"
    duration: "7 years"
`;
const ORDER = `${HOLD}  - name: tiny
    match: { key: tiny/** , size: { below: 8KiB } }
    after: { age: 30d, to: archive }
`;

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
  await write("hold.yaml", HOLD);
  await write("order.yaml", ORDER);
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("astra policy check", () => {
  test("finds nothing in a sound file", async () => {
    const result = await run("policy", "check", "hold.yaml");
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toContain("hold.yaml: 1 rule, nothing found.");
    expect(oneLine(await run("policy", "check", "hold.yaml", "--json"))).toMatchObject({ ok: true, findings: [] });
  });

  test("warns of what loses money, with its place", async () => {
    const result = await run("policy", "check", "order.yaml");
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/warning: money-losing: rule tiny: .*\n {2}where: order\.yaml:9:12\n {2}fix: /);
  });

  test("fails on errors", async () => {
    await write("bad.yaml", "policies:\n  - { name: a, pin: hot }\n  - { name: b, pin: cold }\n");
    const result = await run("policy", "check", "bad.yaml", "--json");
    expect(result.status).toBe(1);
    expect(oneLine(result)).toMatchObject({
      ok: false,
      errors: 1,
      findings: [{ severity: "error", kind: "contradictory", rule: "b", where: "bad.yaml:3:21" }],
    });
  });

  test.each([
    ["policies:\n  - name: a\n    actoin: ignore\n", "x.yaml:3:5", "did you mean action?"],
    ["policies:\n  - name: a\n    pin: tepid\n", "x.yaml:3:10", '"tepid"'],
    ["policies: {", "x.yaml:1:12", ""],
    [`policies: ${"[".repeat(10_000)}`, "x.yaml:1:1", "nested"],
  ])("refuses %j with the place and the fix", async (text, where, words) => {
    await write("x.yaml", text);
    const result = await run("policy", "check", "x.yaml");
    expect(result).toMatchObject({ status: 64, stdout: "" });
    expect(result.stderr).toContain("(ASTRA_POLICY_INVALID)");
    expect(result.stderr).toContain(`where: ${where}`);
    expect(result.stderr).toContain("fix:");
    expect(result.stderr).toContain(words);
  });

  test("needs a file, and says which it can't read", async () => {
    expect((await run("policy", "check")).stderr).toContain("ASTRA_CONFIG_MISSING");
    expect((await run("policy", "check", "nowhere.yaml")).stderr).toMatch(/ASTRA_CONFIG_UNREADABLE[^]*nowhere\.yaml/);
  });
});

test("astra policy schema prints what is published, and the file is current", async () => {
  const published: unknown = JSON.parse(
    await readFile(join(import.meta.dirname, "../../docs/policy.schema.json"), "utf8"),
  );
  const printed = await run("policy", "schema");
  expect(JSON.parse(printed.stdout)).toEqual(published);
  expect(oneLine(await run("policy", "schema", "--json"))["schema"]).toEqual(published);
});

describe("astra policy test", () => {
  const CASES = `cases:
  - name: held
    object: { key: legal-hold-1.pdf, size: 5MiB, age: 400d }
    expect: { decision: stay, policy: Compliance Hold }
  - name: not held any more
    object: { key: legal-hold-1.pdf, size: 5MiB, age: 8 years }
    expect: { class: DEEP_ARCHIVE }
  - name: ordered at a loss
    object: { key: tiny/1, size: 100, age: 30d }
    expect: { decision: move, class: DEEP_ARCHIVE, policy: tiny }
  - name: small
    object: { key: small, size: 100, age: 400d }
    expect: { decision: refuse, reason: saving_under_fee }
  - name: read
    object: { key: read, size: 5MiB, age: 400d, reads: 12, idle: 2d }
    expect: stay
`;

  test("passes where all is as expected", async () => {
    await write("cases.yaml", CASES);
    const result = await run("policy", "test", "cases.yaml", "--policies", "order.yaml");
    expect(result.stdout).toMatch(/^ok held\n.*5 passed, 0 failed\n$/s);
    expect(result.status).toBe(0);
  });

  test("fails where something is not, and says what", async () => {
    await write("cases.yaml", CASES);
    const result = await run("policy", "test", "cases.yaml", "--policies", "hold.yaml");
    expect(result.status).toBe(1);
    expect(result.stdout).toMatch(/FAILED ordered at a loss \(cases\.yaml:8:5\)\n {4}decision: expected move, found/);
    expect(result.stdout).toContain("4 passed, 1 failed\n");
    const json = oneLine(await run("policy", "test", "cases.yaml", "--policies", "hold.yaml", "--json"));
    expect(json).toMatchObject({ ok: false, passed: 4, failed: 1 });
  });

  test("chooses the class of new objects", async () => {
    await write("create.yaml", "policies:\n  - { name: dumps, pattern: '*.dump', create_in: cold }\n");
    await write(
      "create-cases.yaml",
      `cases:
  - { object: { key: a.dump, size: 1GiB, age: 0d }, expect: { create_in: GLACIER } }
  - { object: { key: a.txt, size: 1GiB, age: 0d }, expect: { create_in: STANDARD } }
`,
    );
    expect(await run("policy", "test", "create-cases.yaml", "--policies", "create.yaml")).toMatchObject({ status: 0 });
  });

  test.each([
    ["cases: []", "y.yaml:1:8"],
    ["cases:\n  - object: { key: a, size: 1 }\n    expect: stay\n", "y.yaml:2:13"],
    ["cases:\n  - object: { key: a, size: -1, age: 1d }\n    expect: stay\n", "y.yaml:2:29"],
    ["cases:\n  - object: { key: a, size: 1, age: 1d }\n    expect: { reason: because }\n", "y.yaml:3:23"],
  ])("refuses %j with its place", async (text, where) => {
    await write("y.yaml", text);
    const result = await run("policy", "test", "y.yaml", "--policies", "hold.yaml");
    expect(result.status).toBe(64);
    expect(result.stderr).toContain(`where: ${where}`);
  });
});

test(
  "policies in force decide the plan, and a preview tells what a draft would change",
  { timeout: 60_000 },
  async () => {
    const keys = ["legal-hold-1.pdf", "legal-hold-2.pdf", "old.bin", "tiny/a", "tiny/b"];
    await run("generate-event", ...keys.slice(0, 3), "--size", "1MiB");
    await run("generate-event", ...keys.slice(3), "--size", "1KiB");
    expect(oneLine(await run("consume", "--drain", "--json"))).toMatchObject({ uploaded: 5 });
    const created = new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 19);
    const metadata = Object.fromEntries(keys.map((key) => [key, { access_count: 0, created_timestamp: created }]));
    await write("metadata.json", JSON.stringify(metadata));
    await run("metadata", "import", "metadata.json");

    const preview = oneLine(await run("policy", "preview", "order.yaml", "--json"));
    expect(preview).toMatchObject({
      ok: true,
      objectsSeen: 5,
      present: { moves: 3 },
      proposed: { moves: 3 },
      rules: [
        { rule: "Compliance Hold", objects: 2, bytes: 2_097_152 },
        { rule: "tiny", objects: 2, bytes: 2048 },
      ],
    });
    const text = await run("policy", "preview", "order.yaml");
    expect(text.stdout).toMatch(/Compliance Hold +2 +2\.0 MiB +-\$0\.\d+ +-\$0\.\d+/);
    expect(text.stdout).toMatch(/tiny\/a +1\.0 KiB +stays in STANDARD +-> +to DEEP_ARCHIVE +tiny/);
    expect(text.stdout).toContain("4 objects of 5 in s3://data would be decided otherwise.");

    const config = await readFile(join(folder.path, "astra.yaml"), "utf8");
    await write("with-policies.yaml", `${config}policies: order.yaml\n`);
    const planned = await run("plan", "--config", "with-policies.yaml", "--out", "plan.json", "--json");
    expect(oneLine(planned)).toMatchObject({
      plan: {
        totals: {
          moves: 3,
          breakdown: {
            policies: [
              { policy: null, moves: 1 },
              { policy: "tiny", moves: 2 },
            ],
            cashFlowMicros: expect.any(Array),
          },
        },
      },
    });
    const file = record(JSON.parse(await readFile(join(folder.path, "plan.json"), "utf8")));
    expect(file["moves"]).toMatchObject([
      { key: "old.bin", policy: null, orderedByPolicy: false },
      { key: "tiny/a", policy: "tiny", orderedByPolicy: true, rule: "policy:tiny" },
      { key: "tiny/b", policy: "tiny", orderedByPolicy: true },
    ]);
    expect((await run("plan", "--config", "with-policies.yaml")).stdout).toMatch(
      /tiny\/a .*saves -\$\S+\/month +break-even never/,
    );
    // A plan file that travels to another state is still the same plan.
    expect(await run("apply", "plan.json", "--yes", "--state", "other.db")).toMatchObject({ status: 0 });

    const held = await run("explain", "legal-hold-1.pdf", "--config", "with-policies.yaml", "--json");
    expect(oneLine(held)).toMatchObject({ decision: { kind: "stay", policy: { rules: ["Compliance Hold"] } } });
  },
);

test("a plan file made before there were policies is still read", async () => {
  const plan = record(JSON.parse(await readFile(join(folder.path, "plan.json"), "utf8")));
  const header = record(plan["header"]);
  const totals: Record<string, unknown> = { ...record(header["totals"]) };
  delete totals["breakdown"];
  const head: Record<string, unknown> = { ...header, id: "old-plan", totals };
  delete head["hash"];
  const moves = (plan["moves"] as readonly unknown[]).map((move) => {
    const old: Record<string, unknown> = { ...record(move) };
    delete old["policy"];
    delete old["orderedByPolicy"];
    return old;
  });
  const sum = createHash("sha256");
  for (const move of moves) sum.update(JSON.stringify(move));
  const hash = sum.update(JSON.stringify(head)).digest("hex");
  await write("old-plan.json", JSON.stringify({ version: 1, header: { ...head, hash }, moves }));
  const applied = await run("apply", "old-plan.json", "--yes", "--state", "older.db");
  expect(applied).toMatchObject({ status: 0, stderr: "" });
});

test(
  "new objects go to the class a policy names, and excluded readers are not heard",
  { timeout: 60_000 },
  async () => {
    const config = await readFile(join(folder.path, "astra.yaml"), "utf8");
    await write(
      "new.yaml",
      `policies:
  - { name: dumps, pattern: "*.dump", create_in: GLACIER_IR }
  - { name: quiet, pattern: "*.dump", reads_excluded_from: crawler }
`,
    );
    await write("new-config.yaml", `${config}policies: new.yaml\nstate: { path: new.db }\nlog: { path: new-log.db }\n`);
    const asked = (...args: readonly string[]) => run(...args, "--config", "new-config.yaml");
    await asked("generate-event", "db.dump", "db.txt", "--size", "1MiB");
    await asked("consume", "--drain");
    const listed = (await asked("list", "--json")).stdout
      .trimEnd()
      .split("\n")
      .map((line) => record(JSON.parse(line)))
      .filter((line) => String(line["key"]).startsWith("db."));
    expect(listed).toMatchObject([
      { key: "db.dump", storageClass: "GLACIER_IR" },
      { key: "db.txt", storageClass: "STANDARD" },
    ]);
    for (const key of ["db.dump", "db.txt"]) await asked("access", key, "--principal", "crawler");
    await asked("consume", "--drain");
    const exported = record(JSON.parse((await asked("metadata", "export")).stdout));
    expect(exported).toMatchObject({ "db.dump": { access_count: 0 }, "db.txt": { access_count: 1 } });
  },
);
