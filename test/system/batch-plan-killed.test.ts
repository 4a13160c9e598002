/** A plan of an inventory that is killed in the middle goes on after the parts that are whole, and comes to the same. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeInventoryFixture } from "../../bench/inventory-fixture.ts";
import type { PlanHeader } from "../../src/core/plan.ts";
import { batchPlanContext } from "../support/batch-plan-child.ts";
import { PLANNED_AT_MS, PLANNED_BUCKET, allMoves } from "../support/planned-bucket.ts";

const CHILD = resolve(import.meta.dirname, "../support/batch-plan-child.ts");
const INVENTORY = "killed";
const ROWS = 60_000;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "astra-killed-"));
  const place = { stateFolder: folder, bucket: PLANNED_BUCKET, id: INVENTORY };
  await writeInventoryFixture({ ...place, rows: ROWS, nowMs: PLANNED_AT_MS, partRows: 2000, threads: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start() {
  return spawn(process.execPath, [CHILD, folder, INVENTORY], { stdio: ["ignore", "pipe", "inherit"] });
}

async function planned(): Promise<PlanHeader> {
  const child = start();
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => (text += more));
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  await using ctx = await batchPlanContext(folder);
  const header = await ctx.state.plan(text.trim());
  if (!header) throw new Error(`no plan was stored: ${text}`);
  return header;
}

async function movesOf(header: PlanHeader) {
  await using ctx = await batchPlanContext(folder);
  return allMoves(ctx, header);
}

/** The draft that was left, once it has so many parts. */
async function killAtPart(part: string): Promise<string> {
  const child = start();
  const ended = once(child, "close");
  const plans = join(folder, "plans");
  for (;;) {
    const names = existsSync(plans) ? await readdir(plans) : [];
    const draft = names.find((name) => existsSync(join(plans, name, "draft.json")));
    if (draft !== undefined && existsSync(join(plans, draft, part))) {
      child.kill("SIGKILL");
      await ended;
      return draft;
    }
    if (child.exitCode !== null) throw new Error("the plan was whole before it could be killed");
    await sleep(2);
  }
}

test("killed in the middle, it comes to the rows of an unkilled run", { timeout: 120_000 }, async () => {
  const unkilled = await planned();
  expect(unkilled.parts).toHaveLength(ROWS / 2000);
  expect(unkilled.totals.objectsSeen).toBe(ROWS);

  const left = await killAtPart("part-00004.json");
  const marked = await readFile(join(folder, "plans", left, "part-00002.json"), "utf8");
  const changedAt = async () =>
    (await import("node:fs")).statSync(join(folder, "plans", left, "part-00002.json")).mtimeMs;
  const before = await changedAt();
  const resumed = await planned();
  expect(resumed.id).toBe(left);
  expect(await changedAt()).toBe(before);
  expect(await readFile(join(folder, "plans", left, "part-00002.json"), "utf8")).toBe(marked);
  expect(existsSync(join(folder, "plans", left, "draft.json"))).toBe(false);
  expect(await movesOf(resumed)).toEqual(await movesOf(unkilled));
  expect(resumed.parts?.map(({ sha256 }) => sha256)).toEqual(unkilled.parts?.map(({ sha256 }) => sha256));
  expect({ ...resumed.totals, saving: null }).toEqual({ ...unkilled.totals, saving: null });
});

test("a draft on other terms is not gone on with", { timeout: 120_000 }, async () => {
  const left = await killAtPart("part-00001.json");
  {
    await using ctx = await batchPlanContext(folder);
    const state = { bucket: PLANNED_BUCKET, key: "data/0/new" };
    const { unknownObject } = await import("../../src/core/object-state.ts");
    await ctx.state.putObjects([unknownObject(state)]);
  }
  const other = await planned();
  expect(other.id).not.toBe(left);
  expect(existsSync(join(folder, "plans", left))).toBe(false);
});

test("a part that was changed is not applied, nor gone on with", { timeout: 120_000 }, async () => {
  const header = await planned();
  const part = join(folder, "plans", header.id, "part-00001.parquet");
  await appendFile(part, "x");
  await expect(movesOf(header)).rejects.toThrow(
    expect.objectContaining({
      code: "ASTRA_PLAN_DAMAGED",
      message: `part-00001.parquet of plan ${header.id} was changed after the plan was made`,
    }),
  );
  await rm(part);
  await expect(movesOf(header)).rejects.toThrow(expect.objectContaining({ code: "ASTRA_PLAN_DAMAGED" }));

  const inventory = join(folder, "inventories", PLANNED_BUCKET, INVENTORY, "part-00003.parquet");
  const bytes = await readFile(inventory);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(inventory, bytes);
  await using ctx = await batchPlanContext(folder);
  const { planInventory } = await import("../../src/services/planning/plan-inventory.ts");
  const input = { bucket: PLANNED_BUCKET, inventoryId: INVENTORY };
  await expect(planInventory({ ctx, input })).rejects.toThrow(
    expect.objectContaining({
      code: "ASTRA_INVENTORY_INVALID",
      message: `part-00003.parquet of inventory ${INVENTORY} was changed after it was made`,
    }),
  );
});
