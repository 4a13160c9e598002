import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/state-sqlite.ts";
import {
  NOW_MS,
  auditEntry,
  batchOf,
  inPages,
  planHeader,
  plannedMove,
  readEffect,
  ref,
} from "../../../test/support/state-fixtures.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import { OPEN_PAGE } from "./journal-queries.ts";
import { DUE } from "./reviews.ts";
import { openSqliteState } from "./state-store.ts";

function count(path: string, sql: string): unknown {
  const db = new DatabaseSync(path);
  try {
    return db.prepare(sql).get()?.["n"];
  } finally {
    db.close();
  }
}

test("events older than the window are forgotten little by little, and none before", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using store = openSqliteState({ path });
  const rows = (): unknown => count(path, "SELECT count(*) AS n FROM seen");
  let offset = 0;
  const read = (events: number, nowMs: number): Promise<unknown> => {
    const effects = Array.from({ length: events }, () => readEffect(BigInt(offset++), ref("a")));
    return store.applyEffects(batchOf(effects, { nowMs }));
  };
  await read(5000, NOW_MS);
  await read(1, NOW_MS + 7 * MS_PER_DAY - 1);
  expect(rows()).toBe(5001);
  // A batch looks through no more than so many rows, however many are old.
  await read(1, NOW_MS + 7 * MS_PER_DAY);
  expect(rows()).toBe(5002 - 1024);
  for (let batch = 0; batch < 5; batch += 1) await read(1, NOW_MS + 7 * MS_PER_DAY);
  expect(rows()).toBe(7);
  await read(1, NOW_MS + 14 * MS_PER_DAY - 1);
  expect(rows()).toBe(7);
  await read(1, NOW_MS + 16 * MS_PER_DAY);
  expect(rows()).toBe(2);
});

test("an event that shares its number with another one counts", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using store = openSqliteState({ path });
  const effect = readEffect(0n, ref("a"), "one");
  await store.applyEffects(batchOf([effect]));
  const db = new DatabaseSync(path);
  db.exec("UPDATE seen SET rest = rest + 1");
  db.close();
  expect(await store.seenEvents([{ source: effect.source, id: "one" }], NOW_MS)).toEqual([false]);
  expect(await store.applyEffects(batchOf([readEffect(1n, ref("a"), "one")]))).toMatchObject({ applied: 1 });
});

test("the objects due are found by their index, in its order", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await openSqliteState({ path }).close();
  const db = new DatabaseSync(path);
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${DUE}`).all("b", NOW_MS, 0, "", 1000);
  db.close();
  expect(steps.map(({ detail }) => detail)).toEqual([
    expect.stringContaining("USING INDEX objects_due (bucket=? AND (review_ms,key)>(?,?) AND review_ms<?)"),
  ]);
});

test("drafts left by a dead process go, those still being written stay", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await using store = openSqliteState({ path });
  const db = new DatabaseSync(path);
  const insert = db.prepare("INSERT INTO plans (n, id, draft_ms) VALUES (?, ?, ?)");
  insert.run(71, "dead", Date.now() - 2 * MS_PER_DAY);
  insert.run(72, "alive", Date.now());
  db.exec("INSERT INTO planned_moves (plan, seq, move) VALUES (71, 0, '{}'), (72, 0, '{}')");
  db.close();
  await store.putPlan(
    "p",
    inPages([plannedMove("a")], 1),
    () => planHeader("p"),
    () => auditEntry("plan"),
  );
  expect(count(path, "SELECT group_concat(id, ' ' ORDER BY n) AS n FROM plans")).toBe("alive p");
  expect(count(path, "SELECT count(*) AS n FROM planned_moves")).toBe(2);
});

test("a plan's id is used once", async () => {
  await using folder = await temporaryFolder();
  await using store = openSqliteState({ path: folder.file("state.db") });
  const put = (key: string): Promise<unknown> =>
    store.putPlan(
      "p",
      inPages([plannedMove(key)], 1),
      () => planHeader("p"),
      () => auditEntry("plan"),
    );
  await put("a");
  await expect(put("b")).rejects.toMatchObject({ code: "ASTRA_INTERNAL", where: "p" });
  for await (const page of store.plannedMoves("p")) expect(page.map(({ move }) => move.key)).toEqual(["a"]);
});

test("open journal lines are found by an index that also tells which of them are due", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  await openSqliteState({ path }).close();
  const db = new DatabaseSync(path);
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${OPEN_PAGE}`).all("b", "", -1, NOW_MS, 1000);
  db.close();
  expect(steps.map(({ detail }) => detail)).toContainEqual(
    expect.stringContaining("USING COVERING INDEX journal_open (bucket=? AND (run_id,seq)>(?,?))"),
  );
  expect(steps.map(({ detail }) => detail)).not.toContainEqual(expect.stringContaining("TEMP B-TREE"));
});
