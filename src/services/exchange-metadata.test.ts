import { expect, test } from "vitest";
import { BUCKET, NOW_MS, collect, fullObject, ref } from "../../test/support/state-fixtures.ts";
import { StillClock, temporaryFolder } from "../../test/support/state-sqlite.ts";
import { openSqliteState } from "../adapters/sqlite/state-store.ts";
import { configSchema } from "../config/schema.ts";
import { unknownObject } from "../core/object-state.ts";
import { localActor } from "../core/permission.ts";
import type { StateStore } from "../ports/state-store.ts";
import { exportMetadata, importMetadata } from "./exchange-metadata.ts";

const CONFIG = configSchema.parse({ bucket: BUCKET });
const CREATED = "2025-11-08T10:30:00";

function contextOn(state: StateStore) {
  return { actor: localActor("test"), clock: new StillClock(NOW_MS), config: CONFIG, state };
}

function importInto(state: StateStore, entries: Record<string, unknown>): Promise<unknown> {
  return importMetadata({ ctx: contextOn(state), input: { bucket: BUCKET, json: entries, where: "metadata.json" } });
}

async function exportFrom(state: StateStore): Promise<Record<string, unknown>> {
  return Object.fromEntries(await collect(exportMetadata({ ctx: contextOn(state), input: { bucket: BUCKET } })));
}

test("what is exported of promotions is what an import brings back", async () => {
  await using folder = await temporaryFolder();
  await using state = openSqliteState({ path: folder.file("state.db") });
  const promotedMs = NOW_MS - 86_400_123;
  await state.putObjects([
    { ...fullObject("promoted"), promotedMs },
    { ...fullObject("never"), promotedMs: null },
  ]);
  const exported = await exportFrom(state);
  expect(exported["promoted"]).toMatchObject({ promoted_timestamp: "2026-01-14T11:59:59.877" });
  expect(exported["never"]).not.toHaveProperty("promoted_timestamp");
  await using fresh = openSqliteState({ path: folder.file("fresh.db") });
  await importInto(fresh, exported);
  expect((await fresh.object(ref("promoted")))?.promotedMs).toBe(promotedMs);
  expect((await fresh.object(ref("never")))?.promotedMs).toBeNull();
  expect(await exportFrom(fresh)).toEqual(exported);
});

test("an entry that does not speak of promotion keeps what is known of it; null takes it away", async () => {
  await using folder = await temporaryFolder();
  await using state = openSqliteState({ path: folder.file("state.db") });
  await state.putObjects(["kept", "taken"].map((key) => ({ ...unknownObject(ref(key)), promotedMs: NOW_MS })));
  const entry = { access_count: 0, created_timestamp: CREATED };
  await importInto(state, { kept: entry, taken: { ...entry, promoted_timestamp: null }, fresh: entry });
  const promoted = async (key: string) => (await state.object(ref(key)))?.promotedMs;
  expect(await promoted("kept")).toBe(NOW_MS);
  expect(await promoted("taken")).toBeNull();
  expect(await promoted("fresh")).toBeNull();
});

test("a promotion at no time of the calendar is refused by its name, and nothing is imported", async () => {
  await using folder = await temporaryFolder();
  await using state = openSqliteState({ path: folder.file("state.db") });
  const entry = { access_count: 0, created_timestamp: CREATED };
  const broken = { ...entry, promoted_timestamp: "2025-13-01" };
  await expect(importInto(state, { good: entry, bad: broken })).rejects.toMatchObject({
    code: "ASTRA_METADATA_INVALID",
    message: expect.stringMatching(/bad.*promoted_timestamp/),
  });
  expect(await state.object(ref("good"))).toBeUndefined();
});
