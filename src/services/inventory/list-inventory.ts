/** Makes an inventory of a bucket by listing it. */
import { z } from "zod";
import { AstraError } from "../../core/errors.ts";
import type { Inventory } from "../../core/inventory.ts";
import { type KeyRange, compareKeys, joinedRanges, missingRanges } from "../../core/key-range.ts";
import { requirePermission } from "../../core/permission.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { InventoryDraft, InventoryTerms } from "../../ports/inventories.ts";
import type { ListedObject, ListedRange, ObjectStore } from "../../ports/object-store.ts";
import type { Context, Progress } from "../context.ts";

export interface ListInventoryInput {
  readonly bucket: string;
  readonly prefix: string;
  /** Stretches of keys are listed side by side: faster, and the parts of the inventory are in no order among themselves. */
  readonly isParallel: boolean;
  readonly progress?: Progress;
}

export interface ListInventoryResult {
  readonly inventory: Inventory;
  /** Objects that an earlier, interrupted listing had done. */
  readonly objectsBefore: number;
}

/** Objects of a part: what a killed listing loses at most. */
const PART_OBJECTS = 250_000;
/** An interrupted listing older than this is begun anew: its first part would be out of date. */
const RESUMED_FOR_MS = MS_PER_DAY;

const coverage = z.array(z.strictObject({ after: z.string(), upTo: z.string().nullable() }));

/**
 * An interrupted one goes on where it was, part by part.
 * @throws AstraError ASTRA_STORE_*, ASTRA_INVENTORY_*, ASTRA_BATCH_UNAVAILABLE, ASTRA_INTERRUPTED
 */
export async function listInventory({
  ctx,
  input,
}: {
  ctx: Context;
  input: ListInventoryInput;
}): Promise<ListInventoryResult> {
  requirePermission(ctx.actor, "state.write");
  const { bucket, prefix, isParallel } = input;
  const store = await ctx.stores.open(bucket);
  await using draft = await ctx.inventories.begin(await termsOf(ctx, input));
  const done = [...draft.done.values()];
  const objectsBefore = done.reduce((sum, { part }) => sum + part.rows, 0);
  const ranges = missingRanges(done.flatMap(({ note }) => coverage.parse(note)));
  const { signal } = ctx;
  const listed = isParallel ? store.listRanges({ prefix, ranges, signal }) : inOrder(store, prefix, ranges, signal);
  const source = new CoveredPages(ctx, listed, input.progress, objectsBefore);
  await keep(draft, source);
  if (signal.aborted) {
    const fix = "Run it again: it goes on after the keys that are done.";
    throw new AstraError("ASTRA_INTERRUPTED", "interrupted before everything was listed", { fix });
  }
  return { inventory: await draft.finish(), objectsBefore };
}

async function keep(draft: InventoryDraft, source: CoveredPages): Promise<void> {
  try {
    for (let number = draft.done.size; !source.isOver; number++) {
      source.begin();
      await draft.write(`listing-${String(number).padStart(6, "0")}`, source.pages(), () => source.covered());
    }
  } finally {
    await source.close();
  }
}

async function termsOf(ctx: Context, { bucket, prefix }: ListInventoryInput): Promise<InventoryTerms> {
  const location = `s3://${bucket}/${prefix}`;
  const nowMs = ctx.clock.now();
  const mine = (await ctx.inventories.drafts(bucket)).filter(
    (draft) => draft.source === "listing" && draft.location === location && draft.prefix === prefix,
  );
  const [newest] = mine;
  const isFresh = newest !== undefined && nowMs - newest.takenMs < RESUMED_FOR_MS;
  for (const old of isFresh ? mine.slice(1) : mine) await ctx.inventories.remove(bucket, old.id);
  return { bucket, source: "listing", location, prefix, takenMs: isFresh ? newest.takenMs : nowMs };
}

async function* inOrder(
  store: ObjectStore,
  prefix: string,
  ranges: readonly KeyRange[],
  signal: AbortSignal,
): AsyncGenerator<ListedRange> {
  for (const { after, upTo } of ranges) {
    let from = after;
    for await (const page of store.list({ prefix, startAfter: after, signal })) {
      const objects = upTo === null ? page : page.filter(({ key }) => compareKeys(key, upTo) <= 0);
      if (objects.length < page.length) {
        yield { after: from, upTo, objects };
        from = upTo ?? from;
        break;
      }
      const last = page.at(-1)?.key ?? from;
      yield { after: from, upTo: last, objects };
      from = last;
    }
    if (from !== upTo) yield { after: from, upTo, objects: [] };
  }
}

/** One listing as parts, each with the keys that it covers. An abort ends the part under way, so that it is kept. */
class CoveredPages {
  readonly #ctx: Context;
  readonly #listed: AsyncIterator<ListedRange>;
  readonly #progress: Progress | undefined;
  #objects: number;
  #covered: KeyRange[] = [];
  isOver = false;

  constructor(ctx: Context, listed: AsyncIterable<ListedRange>, progress: Progress | undefined, before: number) {
    this.#ctx = ctx;
    this.#listed = listed[Symbol.asyncIterator]();
    this.#progress = progress;
    this.#objects = before;
  }

  begin(): void {
    this.#covered = [];
  }

  async *pages(): AsyncGenerator<readonly ListedObject[]> {
    for (let objects = 0; objects < PART_OBJECTS;) {
      const next = await this.#next();
      if (!next) return;
      this.#covered.push({ after: next.after, upTo: next.upTo });
      objects += next.objects.length;
      this.#objects += next.objects.length;
      this.#progress?.(this.#objects, null, "objects");
      if (next.objects.length > 0) yield next.objects;
    }
  }

  async #next(): Promise<ListedRange | null> {
    try {
      const next = await this.#listed.next();
      if (!next.done) return next.value;
    } catch (error) {
      if (!this.#ctx.signal.aborted) throw error;
    }
    this.isOver = true;
    return null;
  }

  covered(): readonly KeyRange[] {
    return joinedRanges(this.#covered);
  }

  async close(): Promise<void> {
    await this.#listed.return?.();
  }
}
