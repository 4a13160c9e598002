/**
 * The `manifest.json` of an S3 Inventory.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html#storage-inventory-location-manifest
 */
import { z } from "zod";
import { AstraError } from "../errors.ts";

/** A file that a manifest names. */
export interface ManifestFile {
  /** Key in the destination bucket. */
  readonly key: string;
  readonly sizeBytes: number;
  /** MD5 of the file, hex in lower case. */
  readonly md5: string;
}

/** What a manifest says. */
export interface Manifest {
  readonly sourceBucket: string;
  /** When S3 began to make it, ms since 1970-01-01 UTC. */
  readonly takenMs: number;
  readonly format: "csv" | "parquet";
  /** Names of the columns of CSV files, in order; `null` for Parquet, whose files name them. */
  readonly columns: readonly string[] | null;
  readonly files: readonly ManifestFile[];
}

/** The one version there is. */
const VERSION = "2016-11-30";

const manifestSchema = z.object({
  sourceBucket: z.string().min(1),
  version: z.string(),
  creationTimestamp: z.coerce.number().int().nonnegative().max(8.64e15),
  fileFormat: z.string(),
  fileSchema: z.string(),
  files: z.array(
    z.object({
      key: z.string().min(1),
      size: z.number().int().nonnegative(),
      MD5checksum: z.string().regex(/^[\da-f]{32}$/i, "must be an MD5 in hex"),
    }),
  ),
});

/** @throws AstraError ASTRA_INVENTORY_FORMAT */
export function parseManifest(text: string, where: string): Manifest {
  const parsed = manifestSchema.safeParse(jsonOf(text, where));
  if (!parsed.success) {
    const [fault] = parsed.error.issues;
    throw refused(where, `${fault?.path.join(".") ?? ""}: ${fault?.message ?? "not as documented"}`);
  }
  const { sourceBucket, version, creationTimestamp, fileFormat, fileSchema, files } = parsed.data;
  if (version !== VERSION) throw refused(where, `its version is ${JSON.stringify(version)}, not ${VERSION}`);
  const format = fileFormat.toLowerCase();
  if (format === "orc") throw orcRefused(where);
  if (format !== "csv" && format !== "parquet") {
    throw refused(where, `its files have the format ${JSON.stringify(fileFormat)}`);
  }
  return {
    sourceBucket,
    takenMs: creationTimestamp,
    format,
    columns: format === "csv" ? fileSchema.split(",").map((name) => name.trim()) : null,
    files: files.map(({ key, size, MD5checksum }) => ({ key, sizeBytes: size, md5: MD5checksum.toLowerCase() })),
  };
}

/** No maintained reader of ORC is at hand; S3 writes the other two formats as well. */
export function orcRefused(where: string): AstraError {
  return new AstraError("ASTRA_INVENTORY_FORMAT", "files in ORC can't be read", {
    where,
    fix: "Choose Apache Parquet or CSV as the output format in the bucket's inventory configuration.",
  });
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AstraError("ASTRA_INVENTORY_FORMAT", "the manifest is not JSON", { where, cause: error });
  }
}

function refused(where: string, what: string): AstraError {
  return new AstraError("ASTRA_INVENTORY_FORMAT", `this is no manifest that can be read: ${what}`, { where });
}

const DATED = /(?:^|\/)(\d{4}-\d\d-\d\dT\d\d-\d\dZ)\/manifest\.(?:json|checksum)$/;

/** Folders of inventories among some paths, with `manifest.json` and `manifest.checksum` both, newest first. */
export function datedFolders(paths: Iterable<string>): readonly { readonly folder: string; readonly date: string }[] {
  const seen = new Map<string, { readonly date: string; readonly names: Set<string> }>();
  for (const path of paths) {
    const date = DATED.exec(path)?.[1];
    if (date === undefined) continue;
    const cut = path.lastIndexOf("/");
    const folder = path.slice(0, cut);
    const known = seen.get(folder) ?? { date, names: new Set<string>() };
    known.names.add(path.slice(cut + 1));
    seen.set(folder, known);
  }
  return [...seen]
    .filter(([, { names }]) => names.size === 2)
    .map(([folder, { date }]) => ({ folder, date }))
    .toSorted((a, b) => (a.date === b.date ? compare(a.folder, b.folder) : compare(b.date, a.date)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
