/** Takes an inventory that others made: S3's own, or table files. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import type { Inventory } from "../../core/inventory.ts";
import { addressesOf } from "../../core/inventory/manifest-place.ts";
import { requirePermission } from "../../core/permission.ts";
import { MS_PER_DAY } from "../../core/units.ts";
import type { BadRow, InventoryDraft, InventoryTerms, SourceTable } from "../../ports/inventories.ts";
import type { SourceFiles } from "../../ports/source-files.ts";
import type { Context, Progress } from "../context.ts";
import { type FoundManifest, newestManifest, readManifest } from "./read-manifest.ts";
import { type Place, Places } from "./source-places.ts";

export interface ImportInventoryInput {
  /** A manifest, a folder or prefix of dated inventories, or table files. */
  readonly sources: readonly string[];
  /** Whose inventory it is; `null`: what the manifest says. */
  readonly bucket: string | null;
  /** For table files, which name none. @throws AstraError ASTRA_CONFIG_MISSING */
  readonly bucketOfFiles: () => string;
  /** The prefix that the inventory was set up for. */
  readonly prefix: string;
  /** When table files were made, ms; `null`: the time of the oldest file. */
  readonly takenMs: number | null;
  /** Keys of CSV table files are URL-encoded. */
  readonly keysEncoded: boolean;
  readonly files: SourceFiles;
  readonly progress?: Progress;
}

export interface ImportInventoryResult {
  readonly inventory: Inventory;
  /** Time since it was taken, ms. */
  readonly ageMs: number;
  readonly firstBad: readonly BadRow[];
  /** Tables of the source, and how many of them an earlier try had done. */
  readonly tables: number;
  readonly tablesBefore: number;
  /** Newer inventories at the place that are not whole. */
  readonly unfinished: readonly string[];
}

const TABLE_FILE = /\.(?:parquet|orc|csv(?:\.gz)?)$/i;
const SHOWN_BAD = 5;

interface Intake {
  readonly terms: InventoryTerms;
  readonly tables: readonly SourceTable[];
  readonly unfinished: readonly string[];
}

/**
 * Goes on after the files that an interrupted import of the same inventory has done; one that is there already stays as it is.
 * @throws AstraError ASTRA_INVENTORY_*, ASTRA_STORE_*, ASTRA_BATCH_UNAVAILABLE, ASTRA_INTERRUPTED
 */
export async function importInventory({
  ctx,
  input,
}: {
  ctx: Context;
  input: ImportInventoryInput;
}): Promise<ImportInventoryResult> {
  requirePermission(ctx.actor, "state.write");
  const { terms, tables, unfinished } = await intakeOf(ctx, input);
  const ageMs = ctx.clock.now() - terms.takenMs;
  if (ageMs < -MS_PER_DAY) {
    const taken = new Date(terms.takenMs).toISOString();
    throw new AstraError("ASTRA_INVENTORY_INVALID", `it says that it was taken at ${taken}, which is yet to come`, {
      where: terms.location,
      fix: "Check this machine's clock; for table files, state the time by --taken.",
    });
  }
  await using draft = await ctx.inventories.begin(terms);
  const tablesBefore = tables.filter(({ name }) => draft.done.has(name)).length;
  await convertAll(ctx, input, draft, tables);
  const firstBad = [...draft.done.values()].flatMap((table) => table.firstBad).slice(0, SHOWN_BAD);
  refuseOthers(terms, draft);
  refuseStale(terms, draft, tables);
  return { inventory: await draft.finish(), ageMs, firstBad, tables: tables.length, tablesBefore, unfinished };
}

async function convertAll(
  ctx: Context,
  { progress }: ImportInventoryInput,
  draft: InventoryDraft,
  tables: readonly SourceTable[],
): Promise<void> {
  let rows = 0;
  for (const table of tables) {
    if (ctx.signal.aborted) {
      const fix = "Run it again: it goes on after the files that are done.";
      throw new AstraError("ASTRA_INTERRUPTED", "interrupted before the inventory was whole", { fix });
    }
    const { part } = await draft.convert(table);
    rows += part.rows;
    progress?.(rows, null, "objects");
  }
}

/** Rows of other buckets are passed over; nothing but such rows is a mistake. */
function refuseOthers({ bucket, location }: InventoryTerms, { done }: InventoryDraft): void {
  const tables = [...done.values()];
  const others = tables.reduce((sum, { leftOut }) => sum + leftOut.otherBuckets, 0);
  if (others === 0 || tables.some(({ part }) => part.rows > 0)) return;
  throw new AstraError(
    "ASTRA_INVENTORY_INVALID",
    `all of its ${others} rows are of other buckets than s3://${bucket}`,
    {
      where: location,
      fix: "Name the bucket by --bucket.",
    },
  );
}

/** Another content under the same name and date: what an earlier try has done of it belongs to another inventory. */
function refuseStale(
  { bucket, location }: InventoryTerms,
  { id, done }: InventoryDraft,
  tables: readonly SourceTable[],
): void {
  const names = new Set(tables.map(({ name }) => name));
  if (done.size === names.size && [...done.keys()].every((name) => names.has(name))) return;
  throw new AstraError("ASTRA_INVENTORY_INVALID", "its files are others than when it was begun to be imported", {
    where: location,
    fix: `Remove what there is by \`astra inventory remove ${id} --bucket ${bucket}\`, and import it again.`,
  });
}

async function intakeOf(ctx: Context, input: ImportInventoryInput): Promise<Intake> {
  const places = new Places(ctx, input.files);
  const [first, ...more] = input.sources;
  const found = (await Promise.all(input.sources.map(async (source) => places.find(source)))).flat();
  const [only] = found;
  if (first !== undefined && more.length === 0) {
    const manifest =
      found.length === 1 && only && /(?:^|[/\\])[^/\\]*\.json$/.test(only.address)
        ? await readManifest(places, only)
        : await newestManifest(places, found, input.bucket);
    if (manifest) return manifestIntake(places, input, manifest);
  }
  return filesIntake(input, found);
}

async function manifestIntake(
  places: Places,
  { bucket, prefix }: ImportInventoryInput,
  { address, manifest, unfinished }: FoundManifest,
): Promise<Intake> {
  const { sourceBucket, takenMs, format, columns } = manifest;
  if (bucket !== null && bucket !== sourceBucket) {
    const message = `this is an inventory of s3://${sourceBucket}, not of s3://${bucket}`;
    throw new AstraError("ASTRA_INVENTORY_INVALID", message, { where: address, fix: `Use --bucket ${sourceBucket}.` });
  }
  const tables: SourceTable[] = [];
  const missing: string[] = [];
  refuseRepeated(manifest.files, address);
  for (const [index, { key, sizeBytes, md5 }] of manifest.files.entries()) {
    const place = await places.first(addressesOf(address.replaceAll("\\", "/"), key));
    if (!place) missing.push(key);
    else {
      const name = `${String(index).padStart(6, "0")} ${md5} ${key}`;
      const { bytes } = place;
      tables.push({
        name,
        where: place.address,
        bytes,
        sizeBytes,
        md5,
        format,
        columns,
        keysEncoded: format === "csv",
      });
    }
  }
  if (missing.length > 0) {
    const message = `${missing.length} of the ${manifest.files.length} files that the manifest names are not there; the first is ${missing[0] ?? ""}`;
    const fix = "Bring all files of the data folder along, or take another inventory: this one was not taken.";
    throw new AstraError("ASTRA_INVENTORY_MISSING", message, { where: address, fix });
  }
  const terms = { bucket: sourceBucket, source: "s3-inventory", location: address, prefix, takenMs } as const;
  return { terms, tables, unfinished };
}

/** A file that is named twice would count every object twice. */
function refuseRepeated(files: FoundManifest["manifest"]["files"], where: string): void {
  const keys = new Set<string>();
  for (const { key } of files) {
    if (keys.has(key)) {
      throw new AstraError("ASTRA_INVENTORY_FORMAT", `the manifest names the file ${key} twice`, { where });
    }
    keys.add(key);
  }
}

function filesIntake(input: ImportInventoryInput, found: readonly Place[]): Intake {
  const named = new Set(input.sources);
  const usable = found.filter(({ address }) => TABLE_FILE.test(address) || named.has(address) || found.length === 1);
  // A file that is named twice, or by itself and by its folder, is one.
  const tables = [...new Map(usable.map((place) => [place.address, place])).values()];
  const [first] = tables;
  const location = input.sources.join(" ");
  if (!first) {
    throw new AstraError("ASTRA_INVENTORY_MISSING", "there is neither a manifest.json nor a file in Parquet or CSV", {
      where: location,
      fix: "Name a manifest.json, a folder with dated inventories, or files.",
    });
  }
  const told = [input.keysEncoded, ...tables.map(({ address, mark }) => [address, mark])];
  const marks = createHash("sha256").update(JSON.stringify(told));
  const takenMs = input.takenMs ?? Math.min(...tables.map(({ modifiedMs }) => modifiedMs));
  return {
    terms: {
      bucket: input.bucket ?? input.bucketOfFiles(),
      source: "files",
      // Other contents under the same names are another inventory, and so is what is read in another way.
      location: `${location} (${marks.digest("hex").slice(0, 12)})`,
      prefix: input.prefix,
      takenMs,
    },
    tables: tables.map(({ address, bytes, mark, sizeBytes }, index) => ({
      name: `${String(index).padStart(6, "0")} ${mark} ${address}`,
      where: address,
      bytes,
      sizeBytes,
      md5: null,
      format: null,
      columns: null,
      keysEncoded: input.keysEncoded,
    })),
    unfinished: [],
  };
}
