import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BenchCase, type Round, check, wholeRound } from "../bench-case.ts";
import { scratchFolder } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { checkPlanFiles } from "../plan-check.ts";
import { startSandboxProcess } from "../sandbox-process.ts";
import type { PlanInventoryWork } from "../work/plan-inventory.ts";
import type { StockInventoryInput } from "../work/stock-inventory.ts";

const ROWS = 1_000_000;
const INVENTORY = "bench";

/** Globs of every shape: beginnings, endings, parts, folders, alternatives, sets. */
const GLOBS = [
  ["legal-hold-*", "action: never_tier_down"],
  ["logs/**", "max_latency: instant"],
  ["**/*.parquet", "floor: warm"],
  ["users/*/profile-*", "pin: hot"],
  ["backup/**", "max_latency: minutes"],
  ["**/tmp/**", "action: ignore"],
  ["images/**/*.jpg", "max_latency: instant"],
  ["data/20[0-9][0-9]/**", "floor: cold"],
  ["{raw,staging}/**", "max_latency: instant"],
  ["**/checkpoint-*", "action: never_tier_down"],
  ["tmp/9*/**", "after: [{ idle: 30d, to: warm }]"],
  ["users/**/*.log.gz", "after: [{ age: 90d, to: warm }]"],
] as const;

export const decide: BenchCase = {
  name: "decide",
  summary:
    "an inventory read, joined with the state of every tenth object, matched with 12 policies, priced in six classes, the moves written",
  async run(options) {
    const rows = amount(options.rows, ROWS, options.quick);
    const rounds: Round[] = [];
    await using folder = options.fixture === null ? await scratchFolder() : await keptFolder(options.fixture, rows);
    await using sandbox = await startSandboxProcess(options.latencyMs);
    const bucket = "decide";
    await sandbox.stock({ bucket, count: 0, sizesBytes: [1], sizeRun: 1, ageDays: 0, rich: false });
    const policies = join(folder.path, "policies.yaml");
    await writeFile(policies, policyFile());
    const settings = { policies, engine: { strategy: "cost" } };
    const place = { folder: folder.path, bucket, endpoint: sandbox.endpoint, brokers: null, settings };
    const stocked = join(folder.path, "stocked");
    if (!existsSync(stocked)) {
      await measure("stock-inventory", { place, rows, inventoryId: INVENTORY } satisfies StockInventoryInput, null);
      await writeFile(stocked, "");
    }
    let changed = 0;
    for (let round = 1; round <= options.rounds; round++) {
      const input: PlanInventoryWork = { place, rows, inventoryId: INVENTORY };
      const outcome = await measure("plan-inventory", input, options.profile);
      const { id, objectsSeen, objectsStaying, moves, refused } = outcome.found;
      check("objects seen", objectsSeen, rows);
      check("outcomes of all objects", Number(objectsStaying) + Number(moves) + Number(refused), rows);
      const plan = join(folder.path, "plans", String(id));
      await checkPlanFiles(plan, join(folder.path, "inventories", bucket, INVENTORY), outcome.found);
      await rm(plan, { recursive: true });
      changed = Number(moves);
      rounds.push(wholeRound(outcome, "decide"));
    }
    return {
      unit: "row",
      amount: { rows, changed },
      main: { name: "decide an inventory by `cost`", rounds },
      parts: [],
      peers: [],
      detail: {
        policies: GLOBS.length,
        knownObjects: Math.ceil(rows / 10),
        checked: "every move against its row of the inventory, and the plan's sums, by SQL over the files",
      },
    };
  },
};

/** What is in it stays. */
async function keptFolder(fixture: string, rows: number): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = join(fixture, `decide-${rows}`);
  await mkdir(path, { recursive: true });
  return { path, async [Symbol.asyncDispose]() {} };
}

function policyFile(): string {
  const rules = GLOBS.map(
    ([glob, action], index) => `  - { name: "rule ${index + 1}", match: { key: "${glob}" }, ${action} }`,
  );
  return `policies:\n${rules.join("\n")}\n`;
}
