/** Plans an inventory in small parts, in a process that may be killed: `batch-plan-child.ts STATE-FOLDER INVENTORY`. */
import { join } from "node:path";
import { duckdbBatchEngine } from "../../src/adapters/duckdb/batch-engine.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { Context } from "../../src/services/context.ts";
import { planInventory } from "../../src/services/planning/plan-inventory.ts";
import { listedBucket } from "./listed-bucket.ts";
import { PLANNED_AT_MS, PLANNED_BUCKET } from "./planned-bucket.ts";

/** Rows of a part: few, so that a kill finds some of them done. */
export const PART_ROWS = 2000;

/** The context of the child, and of whoever reads what it did. */
export async function batchPlanContext(folder: string): Promise<Context & AsyncDisposable> {
  const config = configSchema.parse({
    bucket: PLANNED_BUCKET,
    state: { path: join(folder, "state.db") },
    engine: { strategy: "cost", batch_memory_mib: 256 },
  });
  const ctx = await openContext(config);
  return {
    ...ctx,
    stores: listedBucket([]),
    batch: duckdbBatchEngine({ plansFolder: join(folder, "plans"), partRows: PART_ROWS, threads: 1 }),
    clock: { now: () => PLANNED_AT_MS, sleep: () => Promise.resolve() },
  };
}

if (import.meta.main) {
  const [, , folder = "", inventoryId = ""] = process.argv;
  await using ctx = await batchPlanContext(folder);
  const input = { bucket: PLANNED_BUCKET, inventoryId };
  const { id } = await planInventory({ ctx, input });
  process.stdout.write(`${id}\n`);
}
