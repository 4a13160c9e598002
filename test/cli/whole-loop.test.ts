import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

const OBJECTS = 50;
const OLD = 30;

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

/** Every object 400 days old and unread, the first `OLD` of them; the others of today. */
function metadata(keys: readonly string[]): Record<string, unknown> {
  const created = new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 19);
  return Object.fromEntries(keys.slice(0, OLD).map((key) => [key, { access_count: 0, created_timestamp: created }]));
}

test(
  "generate → consume → import → plan → run → list → explain → run again moves nothing",
  { timeout: 60_000 },
  async () => {
    const generated = oneLine(
      await run("generate-event", "logs/app {n}.log", "--count", String(OBJECTS), "--size", "1MiB", "--json"),
    );
    expect(generated).toMatchObject({ ok: true, produced: OBJECTS, topic: "data-events", bucket: "data" });

    const consumed = oneLine(await run("consume", "--drain", "--workers", "2", "--json"));
    expect(consumed).toMatchObject({
      ok: true,
      consumed: OBJECTS,
      uploaded: OBJECTS,
      deadLettered: 0,
      workers: 2,
      restarts: 0,
    });

    const keys = Array.from({ length: OBJECTS }, (_, index) => `logs/app ${String(index + 1).padStart(2, "0")}.log`);
    await writeFile(join(folder.path, "metadata.json"), JSON.stringify(metadata(keys)));
    expect(oneLine(await run("metadata", "import", "metadata.json", "--json"))).toMatchObject({
      ok: true,
      imported: OLD,
    });

    const planned = await run("plan", "--out", "plan.json", "--json", "--detailed-exitcode");
    expect(planned.status).toBe(2);
    expect(oneLine(planned)).toMatchObject({
      ok: true,
      file: "plan.json",
      plan: { totals: { moves: OLD, objectsSeen: OBJECTS } },
    });

    const unconfirmed = await run("run-engine", "--json");
    expect(unconfirmed.status).toBe(64);
    expect(oneLine(unconfirmed)).toMatchObject({ ok: false, error: { code: "ASTRA_CONFIRMATION_MISSING" } });
    expect((await run("run-engine", "--dry-run")).stdout).toMatch(
      /Plan: 30 moves, 30.0 MiB; fee \$\d.*Nothing was moved/s,
    );

    const moved = await run("run-engine", "--yes");
    expect(moved).toMatchObject({ status: 0, stderr: "" });
    expect(moved.stdout).toMatch(/Plan: 30 moves.*\n+Done: 30 objects moved \(30.0 MiB\)\.\nFees \$\d/s);

    const listed = (await run("list", "--json")).stdout
      .trimEnd()
      .split("\n")
      .map((line) => record(JSON.parse(line)));
    expect(listed[0]).toMatchObject({ type: "version", command: "list" });
    expect(listed.at(-1)).toMatchObject({ type: "summary", ok: true, objects: OBJECTS });
    const objects = listed.slice(1, -1);
    expect(objects.filter((object) => object["tier"] === "archive").map((object) => object["key"])).toEqual(
      keys.slice(0, OLD),
    );
    expect(objects.filter((object) => object["tier"] === "hot")).toHaveLength(OBJECTS - OLD);

    const explained = await run("explain", `s3://data/${keys[0]}`);
    expect(explained.status).toBe(0);
    expect(explained.stdout).toMatch(/in DEEP_ARCHIVE, 400 days old.*Stays.*STANDARD -> DEEP_ARCHIVE {2}done/s);

    expect(oneLine(await run("run-engine", "--yes", "--json"))).toMatchObject({
      ok: true,
      moved: 0,
      failed: 0,
      run: null,
    });
    expect(oneLine(await run("runs", "--json"))["runs"]).toHaveLength(1);

    const doctor = await run("doctor", "--json");
    expect(oneLine(doctor)).toMatchObject({ ok: true });
    expect(doctor.status).toBe(0);

    const replayed = oneLine(await run("replay", "--from", "beginning", "--state", "fresh.db", "--json"));
    expect(replayed).toMatchObject({ ok: true, read: OBJECTS, applied: OBJECTS, invalid: 0 });

    // The old plan still stands in its file, but its objects have changed since.
    expect(await run("apply", "plan.json", "--yes")).toMatchObject({ status: 0 });
    const plan = record(JSON.parse(await readFile(join(folder.path, "plan.json"), "utf8")));
    await writeFile(join(folder.path, "plan.json"), JSON.stringify(plan).replace("DEEP_ARCHIVE", "GLACIER"));
    const tampered = await run("apply", "plan.json", "--yes", "--state", "fresh.db");
    expect(tampered.status).toBe(1);
    expect(tampered.stderr).toContain("changed after the plan was made");
    const header = { ...record(plan["header"]), id: "../\u001b[31mplan" };
    await writeFile(join(folder.path, "plan.json"), JSON.stringify({ ...plan, header }));
    expect((await run("apply", "plan.json", "--yes")).stderr).toContain("header.id: is no id of a plan");
  },
);

test("odd keys pass through, and what they hold never reaches the terminal", async () => {
  const keys = ["a b+c%20.txt", "ü/…/名.txt", "//x/../y", "esc\u001b[31mred", "bell\u0007", "line\nbreak"];
  expect(oneLine(await run("generate-event", ...keys, "--json"))).toMatchObject({ produced: keys.length });
  expect(oneLine(await run("consume", "--drain", "--json"))).toMatchObject({ uploaded: keys.length, deadLettered: 0 });
  const [text, json] = await Promise.all([run("list"), run("list", "--json")]);
  expect(text.stdout).not.toContain("\u001b");
  expect(text.stdout).not.toContain("\u0007");
  expect(text.stdout).toContain(String.raw`esc\u{1b}[31mred`);
  expect(json.stdout).not.toContain("\u001b");
  const listed = json.stdout
    .trimEnd()
    .split("\n")
    .map((line) => record(JSON.parse(line))["key"]);
  for (const key of keys) expect(listed).toContain(key);
});

test("upload, access and metadata export", async () => {
  await writeFile(join(folder.path, "note.txt"), "hello");
  expect(oneLine(await run("upload", "note.txt", "--key", "notes/1.txt", "--json"))).toMatchObject({
    ok: true,
    key: "notes/1.txt",
    sizeBytes: 5,
    storageClass: "STANDARD",
  });
  const again = await run("upload", "note.txt", "--key", "notes/1.txt");
  expect(again.status).toBe(0);
  await writeFile(join(folder.path, "note.txt"), "other");
  expect((await run("upload", "note.txt", "--key", "notes/1.txt")).stderr).toContain("ASTRA_OBJECT_EXISTS");
  await run("access", "notes/1.txt", "--reads", "12");
  await run("consume", "--drain");
  const exported = record(JSON.parse((await run("metadata", "export")).stdout));
  expect(exported["notes/1.txt"]).toMatchObject({ access_count: 12 });
});

test("colours only where they are wanted", async () => {
  const [plain, forced, both] = await Promise.all([
    astra(["list"], { cwd: folder.path }),
    astra(["list"], { cwd: folder.path, env: { FORCE_COLOR: "1" } }),
    astra(["list", "--bucket", "nowhere"], { cwd: folder.path, env: { NO_COLOR: "1" } }),
  ]);
  expect(plain.stdout).not.toContain("\u001b[");
  expect(forced.stdout).toContain("\u001b[");
  expect(both.stderr).not.toContain("\u001b[");
});

test("a reader that leaves early ends a listing quietly", async () => {
  const main = join(import.meta.dirname, "../../src/apps/cli/main.ts");
  const script = `"${process.execPath}" "${main}" list --json | head -1`;
  const result = await astra(["-o", "pipefail", "-c", script], { command: ["bash"], cwd: folder.path });
  expect(result.stderr).toBe("");
  expect(record(JSON.parse(result.stdout))).toMatchObject({ type: "version" });
});
