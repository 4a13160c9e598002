import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import {
  BUCKET,
  NOW_MS,
  batchOf,
  collect,
  fullObject,
  plannedMove,
  readEffect,
  ref,
  runRecord,
} from "../../../test/support/state-fixtures.ts";
import { temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { CHAIN_START, chainText } from "../../core/audit-chain.ts";
import type { AuditEntry } from "../../ports/state-store.ts";
import { encodeDays } from "./day-counts.ts";
import { openDatabase } from "./database.ts";
import { STATE_SCHEMA } from "./state-schema.ts";
import { openSqliteState } from "./state-store.ts";

const ENTRIES: readonly AuditEntry[] = [
  { atMs: NOW_MS, actor: "ann", action: "plan.make", detail: { z: 1, a: { y: [1, null], b: "ü" } } },
  { atMs: NOW_MS - 5, actor: "bob", action: "run.start", detail: {} },
  { atMs: NOW_MS + 5, actor: "ann", action: "run.finish", detail: { run: "r" } },
];

/** A file as version 2 of the schema left it: an object, a run with an open and a restoring line, three audit entries. */
async function writeVersion2(path: string): Promise<void> {
  await openDatabase({ path }, { ...STATE_SCHEMA, migrations: STATE_SCHEMA.migrations.slice(0, 2) }).close();
  const db = new DatabaseSync(path);
  const { access } = fullObject("a");
  const values = [access.lifetimeReads, access.lastAccessMs, access.decayedReads, access.decayedReadDays];
  db.prepare(
    `INSERT INTO objects (bucket, key, storage_class, age_uncertain, lifetime_reads, last_access_ms, decayed_reads,
       decayed_read_days, decayed_at_ms, days) VALUES (?, 'a', 'STANDARD', 0, ?, ?, ?, ?, ?, ?)`,
  ).run(BUCKET, ...values, access.decayedAtMs, encodeDays(access.days));
  db.prepare("INSERT INTO runs VALUES (1, 'r', 'plan-of-r', ?, ?, NULL, 'running', 0, 0, 0, 0, 0, 0, 0, '{}')").run(
    BUCKET,
    NOW_MS,
  );
  const line = db.prepare("INSERT INTO journal VALUES ('r', ?, ?, ?, ?, ?, NULL, NULL, ?)");
  for (const [seq, state] of ["intent", "restoring", "done"].entries()) {
    line.run(seq, BUCKET, `k${seq}`, state, JSON.stringify(plannedMove(`k${seq}`)), NOW_MS);
  }
  // A gap in the ids, as a restored or tampered file may have.
  const audit = db.prepare("INSERT INTO audit (id, at_ms, actor, action, detail) VALUES (?, ?, ?, ?, ?)");
  for (const [index, { atMs, actor, action, detail }] of ENTRIES.entries()) {
    audit.run(index * 3 + 2, atMs, actor, action, JSON.stringify(detail));
  }
  db.close();
}

test("a file of the version before keeps its objects, its run and its open lines", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await writeVersion2(path);
  await using store = openSqliteState({ path });
  expect(await store.object(ref("a"))).toMatchObject({ promotedMs: null, access: fullObject("a").access });
  expect(await store.run("r")).toEqual(runRecord("r"));
  const open = await collect(store.openJournal(BUCKET, 0));
  expect(open.map(({ seq, state }) => [seq, state])).toEqual([
    [0, "intent"],
    [1, "restoring"],
  ]);
  expect(open[0]).toMatchObject({ move: plannedMove("k0"), progress: null, dueMs: null, versionAfter: null });
});

test("events that a file of the version before has seen are known", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await writeVersion2(path);
  const db = new DatabaseSync(path);
  const source = `s3://${BUCKET}`;
  const id = createHash("sha256").update(`${source.length}:${source}event-7`).digest().subarray(0, 16);
  db.prepare("INSERT INTO seen_events VALUES (?, ?)").run(id, NOW_MS);
  db.close();
  await using store = openSqliteState({ path });
  const events = ["event-7", "event-8"].map((name) => ({ source, id: name }));
  expect(await store.seenEvents(events, NOW_MS + 5)).toEqual([true, false]);
  expect(await store.applyEffects(batchOf([readEffect(7n, ref("a")), readEffect(8n, ref("a"))]))).toEqual({
    applied: 1,
    alreadyApplied: 0,
    duplicates: 1,
  });
});

test("what was audited before the chain is chained in its order, without gaps, and goes on", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await writeVersion2(path);
  await using store = openSqliteState({ path });
  const next: AuditEntry = { atMs: NOW_MS + 9, actor: "cid", action: "brake.on", detail: { why: null } };
  await store.audit(next);
  let previousHash = CHAIN_START;
  const chain = [...ENTRIES, next].map((entry, index) => {
    const text = chainText(previousHash, index + 1, entry);
    const record = { ...entry, seq: index + 1, previousHash, hash: createHash("sha256").update(text).digest("hex") };
    previousHash = record.hash;
    return record;
  });
  expect(await collect(store.auditTrail())).toEqual(chain);
});

test("a migration that fails leaves the file as it was", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await writeVersion2(path);
  const db = new DatabaseSync(path);
  db.exec("INSERT INTO audit (at_ms, actor, action, detail) VALUES (0, 'ann', 'plan.make', 'not JSON')");
  expect(() => openSqliteState({ path })).toThrow(expect.objectContaining({ code: "ASTRA_STATE_CORRUPT" }));
  expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: 2 });
  expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'leases'").get()).toEqual({ n: 0 });
  expect(db.prepare("SELECT count(*) AS n FROM audit").get()).toEqual({ n: 4 });
  db.close();
});

test("an audit entry that cannot be read is named", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using store = openSqliteState({ path });
  for (const entry of ENTRIES) await store.audit(entry);
  const db = new DatabaseSync(path);
  db.exec("DROP TRIGGER audit_is_never_changed; UPDATE audit SET detail = '{' WHERE seq = 2");
  db.close();
  const named = { code: "ASTRA_STATE_CORRUPT", where: "audit 2", message: expect.stringContaining("audit entry 2") };
  await expect(collect(store.auditTrail())).rejects.toMatchObject(named);
  await expect(store.auditEntries({ limit: 2 })).rejects.toMatchObject(named);
});
