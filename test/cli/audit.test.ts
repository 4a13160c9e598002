import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { CHAIN_START, chainText } from "../../src/core/audit-chain.ts";
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

const NOW_MS = Date.UTC(2026, 2, 1, 12);
const HASH = /^[0-9a-f]{64}$/;

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
let planId: string;
let head: { readonly seq: number; readonly hash: string };
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

/** A plan of one move, approved and applied; brakes and entries with hostile words. */
beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
  await run("generate-event", "backup_1.zip", "--size", "1MiB");
  await run("consume", "--drain");
  const old = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
  await writeFile(join(folder.path, "meta.json"), JSON.stringify({ "backup_1.zip": old }));
  await run("metadata", "import", "meta.json");
  planId = String(record(oneLine(await run("plan", "--json"))["plan"])["id"]);
  await run("apply", planId, "--yes");
  await run("brake", "on", "--why", "=HYPERLINK(\u001b[2J)");
  await run("brake", "off");
  await using state = openSqliteState({ path: join(folder.path, ".astra/state.db") });
  await state.audit({
    atMs: NOW_MS,
    actor: "=cmd|' /C calc'!A0",
    action: "test.hostile",
    detail: { b: [1, { z: 1, a: 2 }], "a\n": "\u202e" },
  });
  const verified = oneLine(await run("audit", "verify", "--json"));
  head = verified["head"] as typeof head;
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function entries(...more: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  return (oneLine(await run("audit", "list", "--json", ...more))["entries"] as unknown[]).map(record);
}

describe("audit list", () => {
  test("tells who did what, newest first, the approval with the plan's hash and totals", async () => {
    const all = await entries("--limit", "100");
    const actions = all.map((entry) => entry["action"]).toReversed();
    for (const action of ["policy.change", "prices.change", "config.change", "metadata.import", "plan.make"])
      expect(actions).toContain(action);
    expect(actions.indexOf("plan.make")).toBeLessThan(actions.indexOf("plan.approve"));
    expect(actions.indexOf("plan.approve")).toBeLessThan(actions.indexOf("run.start"));
    const [approval] = await entries("--action", "plan.approve");
    expect(approval).toMatchObject({ detail: { plan: planId, how: "yes-option", moves: 1, bucket: "data" } });
    expect(record(approval?.["detail"])["hash"]).toMatch(HASH);
  });

  test("narrows by actor and time, and shows nothing a terminal would act on", async () => {
    expect(await entries("--actor", "=cmd|' /C calc'!A0")).toHaveLength(1);
    expect(await entries("--since", "2100-01-01")).toEqual([]);
    expect((await run("audit", "list", "--since", "2100-01-01T00:00:00Z")).stdout).toBe("No such entry.\n");
    const { stdout } = await run("audit", "list", "--limit", "5");
    expect(stdout).toMatch(/brake\.on +why==HYPERLINK\(\\u\{1b\}/);
    for (const sign of ["\u001b", "\u202e"]) expect(stdout).not.toContain(sign);
    const bad = await run("audit", "list", "--since", "yesterday");
    expect(bad.status).toBe(64);
    expect(bad.stderr).toMatch(/"yesterday" is no time.*where: --since/s);
  });
});

describe("audit export", () => {
  test("lines that anybody can verify with nothing but SHA-256", async () => {
    expect(oneLine(await run("audit", "export", "--out", "audit.ndjson", "--json"))).toMatchObject({
      entries: head.seq,
    });
    const [version, ...lines] = (await readFile(join(folder.path, "audit.ndjson"), "utf8")).trimEnd().split("\n");
    expect(JSON.parse(version ?? "")).toEqual({ type: "version", version: 1 });
    let last = "0".repeat(64);
    for (const line of lines) {
      const { seq, atMs, actor, action, detail, previousHash, hash } = JSON.parse(line);
      const text = JSON.stringify([last, seq, atMs, actor, action, detail]);
      expect(createHash("sha256").update(text).digest("hex")).toBe(hash);
      expect(previousHash).toBe(last);
      last = hash;
    }
    expect(last).toBe(head.hash);
    const { stdout } = await run("audit", "export");
    for (const sign of ["\u001b", "\u202e"]) expect(stdout).not.toContain(sign);
  });

  test("a spreadsheet in which no cell is a formula", async () => {
    const { stdout } = await run("audit", "export", "--format", "csv");
    const lines = stdout.trimEnd().split("\r\n");
    expect(lines[0]).toBe("seq,time,actor,action,detail,previousHash,hash");
    expect(lines).toHaveLength(head.seq + 1);
    expect(lines.at(-1)).toContain(`2026-03-01T12:00:00.000Z,'=cmd|' /C calc'!A0,test.hostile,`);
    for (const line of lines) expect(line).not.toMatch(/(?:^|,)"?[=+\-@]/);
    expect(await run("audit", "export", "--format", "xls")).toMatchObject({ status: 64 });
  });
});

describe("audit verify", () => {
  test("what is whole says what to keep, and what was kept is found again", async () => {
    const text = await run("audit", "verify");
    expect(text.status).toBe(0);
    expect(text.stdout).toContain(`${head.seq} entries as written, 1 plan as made.`);
    expect(text.stdout).toContain(`${head.hash}@${head.seq}`);
    for (const kept of [`${head.hash}@${head.seq}`, head.hash])
      expect(oneLine(await run("audit", "verify", "--head", kept, "--json"))).toMatchObject({ ok: true, head });
    const bad = await run("audit", "verify", "--head", "abc");
    expect(bad.status).toBe(64);
    expect(bad.stderr).toMatch(/"abc" is no head/);
  });

  /** What somebody with write access to the file might do, and what must be said of it. */
  const tamperings: readonly (readonly [string, (db: DatabaseSync) => void, number, RegExp])[] = [
    [
      "a changed detail",
      (db) => db.exec(`UPDATE audit SET detail = '{"plan":"x"}' WHERE seq = 3`),
      3,
      /entry 3 was changed/,
    ],
    ["a changed actor", (db) => db.exec("UPDATE audit SET actor = 'eve' WHERE seq = 1"), 1, /entry 1 was changed/],
    ["a changed time", (db) => db.exec("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 4"), 4, /entry 4 was changed/],
    [
      "a changed hash",
      (db) => db.exec(`UPDATE audit SET hash = '${"0".repeat(64)}' WHERE seq = 5`),
      5,
      /entry 5 was changed/,
    ],
    [
      "an entry that can't be read",
      (db) => db.exec("UPDATE audit SET detail = 'no JSON' WHERE seq = 6"),
      6,
      /entry 6 was changed/,
    ],
    [
      "a change with a hash to fit",
      (db) => rehash(db, 3),
      3,
      /entry 3 was changed: entry 4 still carries the hash it had/,
    ],
    ["a deleted entry", (db) => db.exec("DELETE FROM audit WHERE seq = 4"), 4, /entry 4 is missing/],
    ["a deleted first entry", (db) => db.exec("DELETE FROM audit WHERE seq = 1"), 1, /entry 1 is missing/],
    ["deleted entries, the rest renumbered", (db) => close(db, [4, 5]), 4, /entries 4 to 5 are missing/],
    ["an entry put in", (db) => insert(db, 3), 3, /entry 3 was put in later/],
    ["two entries exchanged", (db) => swap(db, 3, 4), 3, /entry 3 is out of order: it stands at 4/],
  ];
  test.each(tamperings)("finds %s, and where", async (_name, tamper, seq, says) => {
    const result = await verifyTampered(tamper);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("(ASTRA_AUDIT_BROKEN)");
    expect(result.stderr).toMatch(says);
    expect(result.stderr).toContain(`where: tampered.db, entry ${seq}`);
  });

  test("an end that was cut off is found by the head that was kept, or not at all", async () => {
    const cut = (db: DatabaseSync): void => db.exec(`DELETE FROM audit WHERE seq > ${head.seq - 2}`);
    expect(await verifyTampered(cut)).toMatchObject({ status: 0 });
    const kept = await verifyTampered(cut, "--head", `${head.hash}@${head.seq}`);
    expect(kept).toMatchObject({ status: 1 });
    expect(kept.stderr).toMatch(new RegExp(`the end was cut off: the trail ends with entry ${head.seq - 2}`));
    expect(kept.stderr).toContain(`where: tampered.db, entry ${head.seq - 1}`);
    const byHash = await verifyTampered(cut, "--head", head.hash);
    expect(byHash.stderr).toMatch(/no entry has the hash that was kept/);
  });

  test("a trail written anew from a place on, every hash to fit, is found by the head that was kept", async () => {
    const anew = (db: DatabaseSync): void => {
      for (let seq = 3; seq <= head.seq; seq += 1) rehash(db, seq);
    };
    expect(await verifyTampered(anew)).toMatchObject({ status: 0 });
    const kept = await verifyTampered(anew, "--head", `${head.hash}@${head.seq}`);
    expect(kept.stderr).toMatch(new RegExp(`entry ${head.seq} or one before it was written anew`));
  });

  test("plans that were changed, exchanged or taken away", async () => {
    const sums = [
      [`UPDATE planned_moves SET move = json_set(move, '$.to', 'GLACIER_IR')`, /plan [0-9a-f-]{36} was changed after/],
      [`UPDATE plans SET header = json_set(header, '$.totals.feeMicros', 0)`, /plan [0-9a-f-]{36} was changed after/],
      [`PRAGMA foreign_keys = OFF; DELETE FROM plans`, /plan [0-9a-f-]{36} is gone/],
    ] as const;
    for (const [sql, says] of sums) {
      const result = await verifyTampered((db) => db.exec(sql));
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(says);
    }
    const exchanged = await verifyTampered(forgePlan);
    expect(exchanged.stderr).toMatch(/plan [0-9a-f-]{36} is not the one that was made and approved/);
  });
});

async function verifyTampered(tamper: (db: DatabaseSync) => void, ...more: readonly string[]): Promise<CliResult> {
  const path = join(folder.path, "tampered.db");
  const clean = new DatabaseSync(join(folder.path, ".astra/state.db"));
  clean.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  clean.close();
  await copyFile(join(folder.path, ".astra/state.db"), path);
  const db = new DatabaseSync(path);
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    db.exec(`DROP TRIGGER ${String(name)}`);
  tamper(db);
  db.close();
  return run("audit", "verify", "--state", "tampered.db", ...more);
}

/** Changes an entry and makes its links and hash fit those before it. */
function rehash(db: DatabaseSync, seq: number): void {
  const before = db.prepare("SELECT hash FROM audit WHERE seq = ?").get(seq - 1);
  const previous = before ? String(before["hash"]) : CHAIN_START;
  const row = db.prepare("SELECT * FROM audit WHERE seq = ?").get(seq) ?? {};
  const content = {
    atMs: Number(row["at_ms"]),
    actor: "eve",
    action: String(row["action"]),
    detail: JSON.parse(String(row["detail"])),
  };
  const hash = createHash("sha256")
    .update(chainText(previous, seq, content))
    .digest("hex");
  db.prepare("UPDATE audit SET actor = 'eve', previous_hash = ?, hash = ? WHERE seq = ?").run(previous, hash, seq);
}

function close(db: DatabaseSync, gone: readonly number[]): void {
  for (const seq of gone) db.prepare("DELETE FROM audit WHERE seq = ?").run(seq);
  const last = Math.max(...gone);
  // Negative on the way, so that no two rows ever have one number.
  db.prepare("UPDATE audit SET seq = -(seq - ?) WHERE seq > ?").run(gone.length, last);
  db.exec("UPDATE audit SET seq = -seq WHERE seq < 0");
}

function insert(db: DatabaseSync, seq: number): void {
  db.prepare("UPDATE audit SET seq = -(seq + 1) WHERE seq >= ?").run(seq);
  db.exec("UPDATE audit SET seq = -seq WHERE seq < 0");
  db.prepare(
    "INSERT INTO audit SELECT ?, at_ms, 'eve', action, detail, previous_hash, hash FROM audit WHERE seq = ?",
  ).run(seq, seq - 1);
  rehash(db, seq);
}

function swap(db: DatabaseSync, a: number, b: number): void {
  db.prepare("UPDATE audit SET seq = -1 WHERE seq = ?").run(a);
  db.prepare("UPDATE audit SET seq = ? WHERE seq = ?").run(a, b);
  db.prepare("UPDATE audit SET seq = ? WHERE seq = -1").run(b);
}

/** Another class in the plan, and a hash in its header that fits. */
function forgePlan(db: DatabaseSync): void {
  db.exec(`UPDATE planned_moves SET move = json_set(move, '$.to', 'GLACIER_IR')`);
  const sum = createHash("sha256");
  for (const { move } of db.prepare("SELECT move FROM planned_moves ORDER BY seq").all())
    sum.update(JSON.stringify(JSON.parse(String(move))));
  const { hash: _, ...header } = JSON.parse(String(db.prepare("SELECT header FROM plans").get()?.["header"]));
  const hash = sum.update(JSON.stringify(header)).digest("hex");
  db.prepare("UPDATE plans SET header = ?").run(JSON.stringify({ ...header, hash }));
}
