import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { auditEntry, collect, fullObject, ref } from "../../../test/support/state-fixtures.ts";
import { StillClock, temporaryFolder } from "../../../test/support/state-sqlite.ts";
import type { DatabaseOptions } from "./database.ts";
import { openSqliteLog } from "./event-log.ts";
import { openSqliteState } from "./state-store.ts";

const DEPS = { clock: new StillClock(0) };

function openState(path: string, options: Omit<DatabaseOptions, "path"> = {}): ReturnType<typeof openSqliteState> {
  return openSqliteState({ path, ...options });
}

/** Runs SQL on the file behind the adapter's back. */
function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

test("the folder is made, is its owner's alone, and the file is in WAL mode", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("deep/er/state.db");
  await openState(path).close();
  const db = new DatabaseSync(path);
  expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  db.close();
  expect(statSync(folder.file("deep")).mode & 0o077).toBe(0);
});

test("a file of a newer version is refused and left as it is", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await openState(path).close();
  tamper(path, "PRAGMA user_version = 99");
  for (const readOnly of [false, true]) {
    expect(() => openState(path, { readOnly })).toThrow(
      expect.objectContaining({ code: "ASTRA_STATE_NEWER", message: expect.stringMatching(/state\.db.*99/) }),
    );
  }
});

test("another program's database and the other file of ours are refused and left as they are", async () => {
  await using folder = await temporaryFolder();
  const foreign = folder.file("foreign.db");
  tamper(foreign, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  const log = folder.file("log.db");
  await openSqliteLog({ path: log }, DEPS).close();
  for (const path of [foreign, log]) {
    expect(() => openState(path)).toThrow(
      expect.objectContaining({
        code: "ASTRA_STATE_CORRUPT",
        where: path,
        message: expect.stringContaining("not an Astra"),
      }),
    );
  }
  tamper(foreign, "INSERT INTO theirs VALUES (2)");
});

test("a file that is no database is corrupt", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  writeFileSync(path, "this is a text, and no database ".repeat(200));
  expect(() => openState(path)).toThrow(expect.objectContaining({ code: "ASTRA_STATE_CORRUPT", where: path }));
  expect(() => openSqliteLog({ path }, DEPS)).toThrow(expect.objectContaining({ code: "ASTRA_STATE_CORRUPT" }));
});

test("a page damaged inside the file is found when it is read", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  const store = openState(path);
  await store.putObjects(Array.from({ length: 3000 }, (_, index) => fullObject(`k${index}`)));
  await store.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 40_960);
  writeFileSync(path, bytes);
  await using damaged = openState(path);
  await expect(collect(damaged.objects({}))).rejects.toMatchObject({ code: "ASTRA_STATE_CORRUPT", where: path });
});

test("what cannot be opened is named", async () => {
  await using folder = await temporaryFolder();
  writeFileSync(folder.file("file"), "");
  mkdirSync(folder.file("folder.db"));
  const cases: readonly [string, boolean][] = [
    [folder.file("file/state.db"), false],
    [folder.file("folder.db"), false],
    [folder.file("absent.db"), true],
  ];
  for (const [path, readOnly] of cases) {
    expect(() => openState(path, { readOnly })).toThrow(
      expect.objectContaining({ code: "ASTRA_STATE_UNREADABLE", message: expect.stringContaining(path) }),
    );
  }
});

test("read-only sees what others write and refuses to write", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using writer = openState(path);
  await using reader = openState(path, { readOnly: true });
  await writer.putObjects([fullObject("a")]);
  expect(await reader.object(ref("a"))).toEqual(fullObject("a"));
  await expect(reader.putObjects([fullObject("b")])).rejects.toMatchObject({ code: "ASTRA_STATE_UNREADABLE" });
});

test("a full disk refuses the write whole, keeps what was acknowledged, and work goes on once there is room", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  const small = openState(path, { maxBytes: 400 * 1024 });
  let acknowledged = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const page = Array.from({ length: 100 }, (_, index) => fullObject(`k${acknowledged + index}`));
      await small.putObjects(page);
      acknowledged += page.length;
    }
  };
  await expect(write()).rejects.toMatchObject({ code: "ASTRA_STATE_FULL", where: path, retryable: true });
  expect(acknowledged).toBeGreaterThan(0);
  expect(await collect(small.objects({}))).toHaveLength(acknowledged);
  await small.close();
  await using roomy = openState(path);
  await roomy.putObjects([fullObject("one more")]);
  expect(await collect(roomy.objects({}))).toHaveLength(acknowledged + 1);
});

test("a full disk refuses an append; every call of the shared transaction is told", async () => {
  await using folder = await temporaryFolder();
  await using log = openSqliteLog({ path: folder.file("log.db"), maxBytes: 200 * 1024 }, DEPS);
  await log.ensureTopic("t", 1);
  const value = new Uint8Array(150 * 1024);
  const results = await Promise.allSettled([
    log.append("t", [{ key: "a", value }]),
    log.append("t", [{ key: "b", value }]),
  ]);
  for (const result of results) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "ASTRA_STATE_FULL" } });
  }
  await log.append("t", [{ key: "c", value: new Uint8Array(10) }]);
  expect(await log.offsets("t")).toEqual([{ partition: 0, first: 0n, end: 1n }]);
});

test("a lock held by another is waited for, without stopping the rest of the process", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using store = openState(path, { busyMs: 200 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  let ticks = 0;
  const ticker = setInterval(() => (ticks += 1), 1);
  await expect(store.audit(auditEntry("refused"))).rejects.toMatchObject({ code: "ASTRA_STATE_BUSY", where: path });
  expect(ticks).toBeGreaterThan(0);
  const waiting = store.audit(auditEntry("waited"));
  setTimeout(() => other.exec("COMMIT"), 50);
  await waiting;
  clearInterval(ticker);
  other.close();
  expect((await store.auditEntries({ limit: 5 })).map(({ action }) => action)).toEqual(["waited"]);
});

test("the audit trail cannot be changed or shortened, even past the adapter", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using store = openState(path);
  await store.audit(auditEntry("kept"));
  expect(() => tamper(path, "UPDATE audit SET actor = 'nobody'")).toThrow("never changed");
  expect(() => tamper(path, "DELETE FROM audit")).toThrow("never deleted");
  const row = "1, 0, 'nobody', 'kept', '{}', '', ''";
  expect(() => tamper(path, `REPLACE INTO audit VALUES (${row})`)).toThrow("never replaced");
  expect(() => tamper(path, `INSERT INTO audit VALUES (3${row.slice(1)})`)).toThrow("left out");
  expect(await store.auditEntries({ limit: 5 })).toMatchObject([auditEntry("kept")]);
});
