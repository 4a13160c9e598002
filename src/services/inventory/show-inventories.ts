/** Inventories that there are. */
import { AstraError } from "../../core/errors.ts";
import type { Inventory } from "../../core/inventory.ts";
import { requirePermission } from "../../core/permission.ts";
import type { InventoryClass } from "../../ports/inventories.ts";
import type { Context } from "../context.ts";

/** Whole ones of a bucket, or of all buckets, newest content first. */
export async function showInventories({
  ctx,
  input: { bucket },
}: {
  ctx: Pick<Context, "actor" | "inventories">;
  input: { readonly bucket: string | null };
}): Promise<readonly Inventory[]> {
  requirePermission(ctx.actor, "object.read");
  const buckets = bucket === null ? await ctx.inventories.buckets() : [bucket];
  const found: Inventory[] = [];
  for (const name of buckets) found.push(...(await ctx.inventories.list(name)));
  return found.toSorted((a, b) => b.takenMs - a.takenMs);
}

export interface ShowInventoryResult {
  readonly inventory: Inventory;
  readonly folder: string;
  readonly classes: readonly InventoryClass[];
}

/** One of them with its classes. @throws AstraError ASTRA_INVENTORY_MISSING, ASTRA_INVENTORY_INVALID */
export async function showInventory({
  ctx,
  input,
}: {
  ctx: Pick<Context, "actor" | "inventories">;
  input: { readonly bucket: string | null; readonly id: string };
}): Promise<ShowInventoryResult> {
  requirePermission(ctx.actor, "object.read");
  const { bucket, id } = await findInventory(ctx, input, false);
  const inventory = await ctx.inventories.open(bucket, id);
  return { inventory, folder: ctx.inventories.folderOf(inventory), classes: await ctx.inventories.classes(inventory) };
}

/** An inventory by its id or the beginning of it. @param isBegunToo whether those not finished count @throws AstraError ASTRA_INVENTORY_MISSING */
export async function findInventory(
  ctx: Pick<Context, "inventories">,
  { bucket, id }: { readonly bucket: string | null; readonly id: string },
  isBegunToo: boolean,
): Promise<{ readonly bucket: string; readonly id: string }> {
  const found = new Map<string, { readonly bucket: string; readonly id: string }>();
  for (const name of bucket === null ? await ctx.inventories.buckets() : [bucket]) {
    const known = [...(await ctx.inventories.list(name)), ...(isBegunToo ? await ctx.inventories.drafts(name) : [])];
    for (const each of known) {
      if (each.id === id) return { bucket: name, id };
      if (id !== "" && each.id.startsWith(id)) found.set(`${name}/${each.id}`, { bucket: name, id: each.id });
    }
  }
  const [only, ...more] = found.values();
  if (only && more.length === 0) return only;
  const ids = [...found.values()].map((each) => each.id).join(", ");
  const message = only
    ? `${JSON.stringify(id)} may be any of ${ids}`
    : `there is no inventory ${JSON.stringify(id)}${bucket === null ? "" : ` of s3://${bucket}`}`;
  throw new AstraError("ASTRA_INVENTORY_MISSING", message);
}
