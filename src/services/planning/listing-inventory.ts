/** A listing that turned out large, kept as an inventory: the pages there are, then the rest of them. */
import type { Inventory } from "../../core/inventory.ts";
import type { ListedObject } from "../../ports/object-store.ts";
import type { Context } from "../context.ts";
import { refuseInterrupted } from "../interruption.ts";
import { PLAN_LISTING } from "./choose-inventory.ts";

/** Objects a part holds: enough that a pass over one is worth its beginning. */
const PART_OBJECTS = 1_000_000;

export interface ListingSoFar {
  readonly bucket: string;
  readonly prefix: string;
  /** When the listing was begun: what changes after that may be missing in it. */
  readonly begunMs: number;
  readonly pages: AsyncIterator<readonly ListedObject[]>;
}

/** @throws AstraError ASTRA_STORE_*, ASTRA_INVENTORY_*, ASTRA_INTERRUPTED */
export async function keepListing(ctx: Context, listing: ListingSoFar): Promise<Inventory> {
  const { bucket, prefix, begunMs: takenMs, pages } = listing;
  const location = `${PLAN_LISTING}s3://${bucket}/${prefix}`;
  await using draft = await ctx.inventories.begin({ bucket, source: "listing", location, prefix, takenMs });
  const source = new CountedPages(ctx, pages);
  for (let part = 0; !source.isOver; part += 1) {
    await draft.write(`listing-${String(part).padStart(5, "0")}`, source.some());
  }
  return draft.finish();
}

/** Pages of one listing, so many objects at a time. */
class CountedPages {
  readonly #ctx: Context;
  readonly #pages: AsyncIterator<readonly ListedObject[]>;
  isOver = false;

  constructor(ctx: Context, pages: AsyncIterator<readonly ListedObject[]>) {
    this.#ctx = ctx;
    this.#pages = pages;
  }

  async *some(): AsyncGenerator<readonly ListedObject[]> {
    for (let objects = 0; objects < PART_OBJECTS;) {
      refuseInterrupted(this.#ctx.signal);
      const next = await this.#pages.next();
      if (next.done) {
        this.isOver = true;
        return;
      }
      objects += next.value.length;
      yield next.value;
    }
  }
}
