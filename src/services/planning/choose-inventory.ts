/** Which inventory a plan is made from, if any. */
import { AstraError } from "../../core/errors.ts";
import type { Inventory } from "../../core/inventory.ts";
import { MS_PER_HOUR } from "../../core/units.ts";
import type { Context } from "../context.ts";
import { leftDrafts } from "./left-drafts.ts";

/** An inventory older than this is taken only when it is asked for: S3 writes one a day. */
const FRESH_MS = 48 * MS_PER_HOUR;
/** Begins the location of a listing that a plan made for itself. */
export const PLAN_LISTING = "plan:";

export interface InventoryChoice {
  readonly bucket: string;
  readonly prefix?: string;
  /** An id, `latest`, or `none` for a listing; chosen by age and size where absent. */
  readonly inventory?: string;
}

/**
 * @returns `null` where the bucket is to be listed
 * @throws AstraError ASTRA_INVENTORY_MISSING
 */
export async function chooseInventory(ctx: Context, choice: InventoryChoice): Promise<Inventory | null> {
  const { bucket, prefix = "", inventory: asked } = choice;
  if (asked === "none") return null;
  if (asked !== undefined && asked !== "latest") return covering(await ctx.inventories.open(bucket, asked), prefix);
  const whole = (await ctx.inventories.list(bucket)).filter((found) => prefix.startsWith(found.prefix));
  if (asked === "latest") {
    const newest = whole.find(({ location }) => !location.startsWith(PLAN_LISTING));
    if (newest) return newest;
    const what = prefix === "" ? bucket : `${bucket}/${prefix}`;
    throw new AstraError("ASTRA_INVENTORY_MISSING", `there is no inventory of ${what}`, { where: bucket });
  }
  const fresh = whole.filter(({ takenMs }) => ctx.clock.now() - takenMs <= FRESH_MS);
  return (await interrupted(ctx, bucket, fresh)) ?? (await large(ctx, fresh));
}

/** What an interrupted plan was being made from: going on with it is cheaper than anything else. */
async function interrupted(ctx: Context, bucket: string, fresh: readonly Inventory[]): Promise<Inventory | null> {
  const left = new Set((await leftDrafts(ctx, bucket)).map(({ inventoryId }) => inventoryId));
  return fresh.find(({ id }) => left.has(id)) ?? null;
}

async function large(ctx: Context, fresh: readonly Inventory[]): Promise<Inventory | null> {
  const least = ctx.config.engine.batch_from_objects;
  const found = fresh.find(({ rows, location }) => rows >= least && !location.startsWith(PLAN_LISTING));
  return found && (await ctx.batch.isAvailable()) ? found : null;
}

function covering(inventory: Inventory, prefix: string): Inventory {
  if (prefix.startsWith(inventory.prefix)) return inventory;
  const message = `inventory ${inventory.id} shows only keys that begin with ${JSON.stringify(inventory.prefix)}`;
  throw new AstraError("ASTRA_INVENTORY_INVALID", message, {
    where: inventory.id,
    fix: "Name another inventory, or a --prefix that it covers.",
  });
}
