/**
 * Lists, decides and prices: the exact moves a later apply will make. Changes nothing in the store. A large bucket is decided
 * in batch, from an inventory of it or from the listing kept as one; the decisions are the same either way.
 */
import { requirePermission } from "../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../core/plan.ts";
import type { ListedObject } from "../ports/object-store.ts";
import { noteInputs } from "./audit/note-inputs.ts";
import { planAudit } from "./audit/plan-audit.ts";
import type { Context, Progress } from "./context.ts";
import { type InventoryChoice, PLAN_LISTING, chooseInventory } from "./planning/choose-inventory.ts";
import { keepListing } from "./planning/listing-inventory.ts";
import { ObjectDecisions } from "./planning/object-decisions.ts";
import { PlanHash } from "./planning/plan-hash.ts";
import { type PlanInventoryInput, planInventory } from "./planning/plan-inventory.ts";
import { type PlanTerms, planTerms } from "./planning/plan-terms.ts";
import { scanPage } from "./scan-bucket.ts";

export interface MakePlanInput extends InventoryChoice {
  readonly progress?: Progress;
  /** Decides an inventory elsewhere: in a thread of its own. Here where absent. */
  readonly inBatch?: (input: PlanInventoryInput) => Promise<PlanHeader>;
}

/** @throws AstraError ASTRA_STORE_*, ASTRA_STATE_*, ASTRA_INVENTORY_*, ASTRA_BATCH_UNAVAILABLE */
export async function makePlan({ ctx, input }: { ctx: Context; input: MakePlanInput }): Promise<PlanHeader> {
  requirePermission(ctx.actor, "plan.write");
  const chosen = await chooseInventory(ctx, input);
  if (chosen) return decideInventory(ctx, input, chosen);
  await noteInputs({ ctx });
  const id = ctx.random.id();
  const store = await ctx.stores.open(input.bucket);
  const listing = new Listing(store.list(input.prefix === undefined ? {} : { prefix: input.prefix }));
  const draft = new PlanDraft(ctx, input, await planTerms(ctx, input.bucket), listing);
  const begunMs = ctx.clock.now();
  try {
    return await ctx.state.putPlan(id, draft.pages(), () => draft.header(id), planAudit(ctx, "plan.make"));
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const { bucket, prefix = "" } = input;
    return await decideInventory(
      ctx,
      input,
      await keepListing(ctx, { bucket, prefix, begunMs, pages: listing.again() }),
    );
  } finally {
    await listing.close();
  }
}

async function decideInventory(
  ctx: Context,
  { bucket, prefix, progress, inBatch }: MakePlanInput,
  { id, location }: { readonly id: string; readonly location: string },
): Promise<PlanHeader> {
  const input = { bucket, inventoryId: id, ...(prefix !== undefined && { prefix }), ...(progress && { progress }) };
  const header = await (inBatch ? inBatch(input) : planInventory({ ctx, input }));
  // A listing that a plan made for itself is of no use once it is decided.
  if (location.startsWith(PLAN_LISTING)) await ctx.inventories.remove(bucket, id);
  return header;
}

/** Ends a draft that is better decided in batch. */
class TooLarge extends Error {}

/** Pages of a bucket, kept until it is known whether they are needed again. */
class Listing {
  readonly #pages: AsyncIterator<readonly ListedObject[]>;
  readonly #kept: (readonly ListedObject[])[] = [];

  constructor(pages: AsyncIterable<readonly ListedObject[]>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  async next(isKept: boolean): Promise<readonly ListedObject[] | null> {
    const next = await this.#pages.next();
    if (next.done) return null;
    if (isKept) this.#kept.push(next.value);
    else this.#kept.length = 0;
    return next.value;
  }

  /** The pages that were kept, then the rest. */
  async *again(): AsyncGenerator<readonly ListedObject[]> {
    for (let page = this.#kept.shift(); page; page = this.#kept.shift()) yield page;
    for (let next = await this.#pages.next(); !next.done; next = await this.#pages.next()) yield next.value;
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}

class PlanDraft {
  readonly #ctx: Context;
  readonly #input: MakePlanInput;
  readonly #terms: PlanTerms;
  readonly #listing: Listing;
  readonly #decisions: ObjectDecisions;
  readonly #hash = new PlanHash();

  constructor(ctx: Context, input: MakePlanInput, terms: PlanTerms, listing: Listing) {
    this.#ctx = ctx;
    this.#input = input;
    this.#terms = terms;
    this.#listing = listing;
    this.#decisions = new ObjectDecisions({ bucket: input.bucket, ...terms });
  }

  async *pages(): AsyncGenerator<readonly PlannedMove[]> {
    let mayBeLarge = this.#input.inventory !== "none";
    let seen = 0;
    for (let page = await this.#listing.next(mayBeLarge); page; page = await this.#listing.next(mayBeLarge)) {
      seen += page.length;
      if (mayBeLarge && seen > this.#ctx.config.engine.batch_from_objects) {
        if (await this.#ctx.batch.isAvailable()) throw new TooLarge();
        mayBeLarge = false;
      }
      const moves: PlannedMove[] = [];
      for (const { view, stored, state } of await scanPage(this.#ctx, this.#input.bucket, page)) {
        const move = this.#decisions.decide(view, stored, state);
        if (!move) continue;
        this.#hash.add(move);
        moves.push(move);
      }
      this.#input.progress?.(seen, null, "objects");
      if (moves.length > 0) yield moves;
    }
  }

  header(id: string): PlanHeader {
    const createdMs = this.#ctx.clock.now();
    return this.#hash.signed({
      id,
      bucket: this.#input.bucket,
      createdMs,
      strategy: this.#terms.deciding.strategy.name,
      priceBook: this.#ctx.prices.version,
      totals: this.#decisions.totals(createdMs),
      effects: this.#terms.effects,
    });
  }
}
