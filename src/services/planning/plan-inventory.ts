/** Decides every object of an inventory, in batch: the plan's moves stand in files beside the state. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import type { Inventory } from "../../core/inventory.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlanPart, PlannedMove } from "../../core/plan.ts";
import type { BatchRow, KnownObjects, PlanDraft } from "../../ports/batch-engine.ts";
import { inputsInForce } from "../audit/inputs-in-force.ts";
import { noteInputs } from "../audit/note-inputs.ts";
import { planAudit } from "../audit/plan-audit.ts";
import type { Context, Progress } from "../context.ts";
import { BatchDecisions } from "./batch-decisions.ts";
import { NOBODY, leftDrafts } from "./left-drafts.ts";
import type { DecisionSums } from "./object-decisions.ts";
import { PlanHash } from "./plan-hash.ts";
import { type PlanTerms, planTerms } from "./plan-terms.ts";

const BYTES_PER_MIB = 1024 * 1024;

export interface PlanInventoryInput {
  readonly bucket: string;
  readonly prefix?: string;
  readonly inventoryId: string;
  readonly progress?: Progress;
}

/**
 * Goes on where an interrupted plan on the same terms has come to.
 * @throws AstraError ASTRA_BATCH_UNAVAILABLE, ASTRA_INVENTORY_*, ASTRA_INTERRUPTED, ASTRA_STORE_*, ASTRA_STATE_*
 */
export async function planInventory({ ctx, input }: { ctx: Context; input: PlanInventoryInput }): Promise<PlanHeader> {
  requirePermission(ctx.actor, "plan.write");
  await noteInputs({ ctx });
  const inventory = await ctx.inventories.open(input.bucket, input.inventoryId);
  const { bucket, prefix = "" } = input;
  const states = ctx.state.objects({ bucket, deleted: "include", ...(prefix !== "" && { keyPrefix: prefix }) });
  await using known = await ctx.batch.load(states, memoryBytes(ctx));
  const { draft, terms } = await beginDraft(ctx, input, inventory, known);
  const decisions = new BatchDecisions(ctx, { bucket, ...terms }, inventory, draft.nowMs);
  const parts = await decideAll(ctx, input, { inventory, known, draft, decisions });
  const head = {
    id: draft.planId,
    bucket,
    createdMs: draft.nowMs,
    strategy: terms.deciding.strategy.name,
    priceBook: ctx.prices.version,
    totals: decisions.totals(),
    effects: terms.effects,
    inventory: { id: inventory.id, source: inventory.source, takenMs: inventory.takenMs },
    parts,
  };
  const header = new PlanHash().signed(head);
  const stored = await ctx.state.putPlan(head.id, noMoves(), () => header, planAudit(ctx, "plan.make"));
  await ctx.batch.finish(head.id);
  return stored;
}

interface Work {
  readonly inventory: Inventory;
  readonly known: KnownObjects;
  readonly draft: PlanDraft;
  readonly decisions: BatchDecisions;
}

async function decideAll(ctx: Context, input: PlanInventoryInput, work: Work): Promise<readonly PlanPart[]> {
  const { inventory, known, draft, decisions } = work;
  const parts: PlanPart[] = [];
  const job = {
    planId: draft.planId,
    inventory,
    inventoryFolder: ctx.inventories.folderOf(inventory),
    policies: decisions.policies,
    prefix: input.prefix ?? "",
    known,
    decide: (row: BatchRow) => decisions.decide(row),
    partDone: () => decisions.partDone(),
    partKnown: (sums: DecisionSums) => decisions.partKnown(sums),
    memoryBytes: memoryBytes(ctx),
    signal: ctx.signal,
    progress: (rows: number) => input.progress?.(rows, inventory.rows, "objects"),
  };
  for await (const part of ctx.batch.decide(job)) parts.push(part);
  if (ctx.signal.aborted) {
    await ctx.batch.begin({ ...draft, holder: NOBODY });
    throw new AstraError("ASTRA_INTERRUPTED", "interrupted before the plan was whole", {
      fix: "Run it again: it goes on with the parts that are done.",
    });
  }
  return parts;
}

/** Of an interrupted plan on the same terms, else a new one; drafts on other terms are removed. */
async function beginDraft(
  ctx: Context,
  input: PlanInventoryInput,
  inventory: Inventory,
  known: KnownObjects,
): Promise<{ readonly draft: PlanDraft; readonly terms: PlanTerms }> {
  const holder = ctx.presence.self;
  for (const left of await leftDrafts(ctx, input.bucket)) {
    if (await ctx.state.plan(left.planId)) {
      await ctx.batch.finish(left.planId);
      continue;
    }
    const terms = await termsAt(ctx, input.bucket, left.nowMs);
    if (left.digest === digestOf(ctx, input, terms, inventory, known)) {
      const draft = { ...left, holder };
      await ctx.batch.begin(draft);
      return { draft, terms };
    }
    ctx.logger.info({ plan: left.planId }, "an interrupted plan was made on other terms and is removed");
    await ctx.batch.discard(left.planId);
  }
  const nowMs = ctx.clock.now();
  const terms = await termsAt(ctx, input.bucket, nowMs);
  const draft = {
    planId: ctx.random.id(),
    bucket: input.bucket,
    inventoryId: inventory.id,
    nowMs,
    digest: digestOf(ctx, input, terms, inventory, known),
    holder,
  };
  await ctx.batch.begin(draft);
  return { draft, terms };
}

/** What is learned of a bucket depends on the day. */
function termsAt(ctx: Context, bucket: string, nowMs: number): Promise<PlanTerms> {
  const clock = { now: () => nowMs, sleep: (ms: number, signal?: AbortSignal) => ctx.clock.sleep(ms, signal) };
  return planTerms({ ...ctx, clock }, bucket);
}

function digestOf(
  ctx: Context,
  input: PlanInventoryInput,
  { busy, deciding, effects }: PlanTerms,
  inventory: Inventory,
  known: KnownObjects,
): string {
  const { noncurrentDays, nativeRules, tagRules, readsAcl, locksCopies } = deciding;
  const text = JSON.stringify([
    input.prefix ?? "",
    inventory.id,
    inventory.parts.map(({ sha256 }) => sha256),
    known.digest,
    inputsInForce(ctx.config, ctx.policies, ctx.prices).map(({ hash }) => hash),
    [...busy].toSorted(),
    { noncurrentDays, nativeRules, tagRules, readsAcl, locksCopies, effects },
  ]);
  return createHash("sha256").update(text).digest("hex");
}

function memoryBytes({ config }: Context): number {
  return config.engine.batch_memory_mib * BYTES_PER_MIB;
}

async function* noMoves(): AsyncIterable<readonly PlannedMove[]> {
  // The moves stand in the parts.
}
