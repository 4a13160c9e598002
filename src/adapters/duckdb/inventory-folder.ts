/** Folders of inventories: `inventory.json` where one is whole, `draft.json` before, and a mark beside each part. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AstraError } from "../../core/errors.ts";
import type { Inventory } from "../../core/inventory.ts";
import type { ConvertedTable, InventoryTerms } from "../../ports/inventories.ts";
import { guarded, writeWhole } from "./whole-file.ts";

const HEADER = "inventory.json";
const DRAFT = "draft.json";
const count = z.number().int().nonnegative();

const part = z.strictObject({ file: z.string().min(1), rows: count, sizeBytes: count, sha256: z.string() });
const leftOut = z.strictObject({
  noncurrentVersions: count,
  deleteMarkers: count,
  otherBuckets: count,
  badRows: count,
});
const termsSchema = z.strictObject({
  bucket: z.string(),
  source: z.enum(["s3-inventory", "files", "listing"]),
  location: z.string(),
  prefix: z.string(),
  takenMs: z.number(),
});
const headerSchema = termsSchema.extend({
  version: z.literal(1),
  id: z.string().min(1),
  madeMs: z.number(),
  rows: count,
  bytes: z.number().nonnegative(),
  parts: z.array(part),
  leftOut,
});
const markSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  table: z.strictObject({
    part,
    bytes: z.number().nonnegative(),
    leftOut,
    firstBad: z.array(z.strictObject({ where: z.string(), fault: z.string() })),
    note: z.unknown(),
  }),
});

/** `20261123T181800Z-1a2b3c4d`: the instant for people, and a hash of all terms. */
export function idOf(terms: InventoryTerms): string {
  const { bucket, source, location, prefix, takenMs } = terms;
  const hash = createHash("sha256").update(JSON.stringify([bucket, source, location, prefix, takenMs]));
  const instant = new Date(takenMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${instant}-${hash.digest("hex").slice(0, 8)}`;
}

/** Where inventories stand, one folder for each bucket. */
export class InventoryFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws AstraError ASTRA_INVENTORY_MISSING for what can't be the name of a folder */
  of(bucket: string, id: string): string {
    if (!/^[\w-]{1,100}$/.test(id)) throw missing(bucket, id);
    return join(this.#bucket(bucket), id);
  }

  #bucket(bucket: string): string {
    return join(this.#root, bucketFolder(bucket));
  }

  buckets(): readonly string[] {
    return namesIn(this.#root).flatMap((name) => (bucketFolder(name) === name ? [name] : []));
  }

  ids(bucket: string): readonly string[] {
    return namesIn(this.#bucket(bucket)).filter((name) => /^[\w-]{1,100}$/.test(name));
  }

  /** @returns `null` where there is no whole one. @throws AstraError ASTRA_INVENTORY_INVALID */
  header(bucket: string, id: string): Inventory | null {
    const path = join(this.of(bucket, id), HEADER);
    const text = textOf(path);
    if (text === null) return null;
    const found = headerSchema.safeParse(jsonOf(text));
    if (found.success && found.data.id === id && found.data.bucket === bucket) return found.data;
    throw new AstraError("ASTRA_INVENTORY_INVALID", "the header of the inventory is damaged", {
      where: path,
      fix: `Remove it by \`astra inventory remove ${id} --bucket ${bucket}\`, and import it again.`,
    });
  }

  /** @throws AstraError ASTRA_INVENTORY_MISSING, ASTRA_INVENTORY_INVALID */
  open(bucket: string, id: string): Inventory {
    const header = this.header(bucket, id);
    if (!header) throw missing(bucket, id);
    const folder = this.of(bucket, id);
    for (const { file, sizeBytes } of header.parts) {
      const path = join(folder, file);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.size === sizeBytes) continue;
      throw new AstraError("ASTRA_INVENTORY_INVALID", `a part of the inventory ${found ? "was changed" : "is gone"}`, {
        where: path,
        fix: `Remove it by \`astra inventory remove ${id} --bucket ${bucket}\`, and import it again.`,
      });
    }
    return header;
  }

  terms(bucket: string, id: string): InventoryTerms | null {
    const found = termsSchema.safeParse(jsonOf(textOf(join(this.of(bucket, id), DRAFT)) ?? ""));
    return found.success ? found.data : null;
  }

  begin(id: string, terms: InventoryTerms): string {
    const folder = this.of(terms.bucket, id);
    guarded(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    const { bucket, source, location, prefix, takenMs } = terms;
    writeWhole(join(folder, DRAFT), JSON.stringify({ bucket, source, location, prefix, takenMs }));
    return folder;
  }

  finish(header: Inventory): void {
    const folder = this.of(header.bucket, header.id);
    writeWhole(join(folder, HEADER), `${JSON.stringify(header)}\n`);
    guarded(folder, () => rmSync(join(folder, DRAFT), { force: true }));
  }

  remove(bucket: string, id: string): void {
    const folder = this.of(bucket, id);
    guarded(folder, () => {
      // The header first: what can't be removed whole is not taken for an inventory.
      rmSync(join(folder, HEADER), { force: true });
      rmSync(folder, { recursive: true, force: true });
    });
  }
}

/** File names made of the names of tables, which may be anything. */
export function partStem(name: string): string {
  return `part-${createHash("sha256").update(name).digest("hex").slice(0, 24)}`;
}

/** Parts that are whole, by the names they were made of. */
export function readMarks(folder: string): Map<string, ConvertedTable> {
  const marks = new Map<string, ConvertedTable>();
  for (const file of namesIn(folder)) {
    if (!/^part-[\da-f]+\.json$/.test(file)) continue;
    const found = markSchema.safeParse(jsonOf(textOf(join(folder, file)) ?? ""));
    if (!found.success) continue;
    const { name, table } = found.data;
    const size = statSync(join(folder, table.part.file), { throwIfNoEntry: false })?.size;
    if (size === table.part.sizeBytes) marks.set(name, { ...table, note: table.note });
  }
  return marks;
}

/** @throws AstraError ASTRA_FILE_UNWRITABLE */
export function writeMark(folder: string, name: string, table: ConvertedTable): void {
  writeWhole(join(folder, `${partStem(name)}.json`), JSON.stringify({ version: 1, name, table }));
}

/** Names of buckets are names of folders as they stand; what is not is written in hex. */
function bucketFolder(bucket: string): string {
  return /^[\w-][\w.-]{0,254}$/.test(bucket) ? bucket : `=${Buffer.from(bucket).toString("hex")}`;
}

function missing(bucket: string, id: string): AstraError {
  return new AstraError("ASTRA_INVENTORY_MISSING", `s3://${bucket} has no inventory ${JSON.stringify(id)} here`);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    // None was made yet.
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not there: neither begun nor whole.
    return null;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
