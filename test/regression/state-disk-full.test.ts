/** A disk that fills up under the state file: what was acknowledged stays, the error says so, and room lets the work go on. */
import { expect, test } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { isAstraError } from "../../src/core/errors.ts";
import { BUCKET, fullObject } from "../support/state-fixtures.ts";
import { temporaryFolder } from "../support/state-sqlite.ts";

const SMALLEST_FILE = 400_000;

test("a full disk loses nothing that was acknowledged", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("state.db");
  let acknowledged = 0;
  {
    await using state = openSqliteState({ path, maxBytes: SMALLEST_FILE });
    const error = await fillUp(async (page) => {
      await state.putObjects(page);
      acknowledged += page.length;
    });
    expect(isAstraError(error, "ASTRA_STATE_FULL")).toBe(true);
    expect(String(error)).toContain(path);
  }
  expect(acknowledged).toBeGreaterThan(100);
  await using state = openSqliteState({ path });
  expect(await state.objectsBetween(BUCKET, "key-", "key-~")).toHaveLength(acknowledged);
  await state.putObjects([fullObject("key-after")]);
  expect(await state.object({ bucket: BUCKET, key: "key-after" })).toMatchObject({ key: "key-after" });
});

/** Writes pages until one is refused. @returns the refusal */
async function fillUp(write: (page: ReturnType<typeof fullObject>[]) => Promise<void>): Promise<unknown> {
  for (let page = 0; page < 1000; page += 1) {
    const objects = Array.from({ length: 50 }, (_, index) =>
      fullObject(`key-${String(page * 50 + index).padStart(6, "0")}`),
    );
    try {
      await write(objects);
    } catch (error) {
      return error;
    }
  }
  throw new Error("the disk was never full");
}
