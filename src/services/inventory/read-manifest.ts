/** The newest whole inventory that S3 has written to a place. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import { type Manifest, datedFolders, parseManifest } from "../../core/inventory/manifest.ts";
import type { Place, Places } from "./source-places.ts";

/** Far above a manifest of a thousand million objects. */
const MANIFEST_BYTES = 256 * 1024 * 1024;

export interface FoundManifest {
  readonly address: string;
  readonly manifest: Manifest;
  /** Newer ones that were passed over as they are not whole. */
  readonly unfinished: readonly string[];
}

/** @throws AstraError ASTRA_INVENTORY_FORMAT, ASTRA_INVENTORY_CHECKSUM, ASTRA_INVENTORY_MISSING */
export async function readManifest(places: Places, place: Place): Promise<FoundManifest> {
  const checksumAddress = place.address.replace(/[^/\\]*$/, "manifest.checksum");
  const beside = await places.first([checksumAddress]);
  if (!beside) {
    throw new AstraError("ASTRA_INVENTORY_MISSING", "there is no manifest.checksum beside the manifest", {
      where: place.address,
      fix: "S3 writes it when the inventory is whole: wait for it, or bring it along with the manifest.",
    });
  }
  const bytes = await wholeOf(place);
  const stated = Buffer.from(await wholeOf(beside))
    .toString("latin1")
    .trim()
    .toLowerCase();
  const found = createHash("md5").update(bytes).digest("hex");
  if (stated !== found) {
    throw new AstraError("ASTRA_INVENTORY_CHECKSUM", `the manifest has the MD5 ${found}, not that of its checksum`, {
      where: place.address,
    });
  }
  const manifest = parseManifest(Buffer.from(bytes).toString("utf8"), place.address);
  return { address: place.address, manifest, unfinished: [] };
}

/**
 * The newest whole one among some files; `null` where there are none with a date.
 * @param bucket whose inventory is wanted; `null`: of whatever there is one only
 * @throws AstraError ASTRA_INVENTORY_MISSING where none is whole, ASTRA_USAGE_INVALID where several might be meant
 */
export async function newestManifest(
  places: Places,
  found: readonly Place[],
  bucket: string | null,
): Promise<FoundManifest | null> {
  const dated = found.filter(({ address }) => /\/manifest\.(?:json|checksum)$/.test(address));
  if (dated.length === 0) return null;
  const all = datedFolders(dated.map(({ address }) => address));
  const ofBucket = all.filter(({ folder }) => bucket !== null && sourceOf(folder) === bucket);
  const folders = ofBucket.length > 0 ? ofBucket : all;
  const configurations = new Set(folders.map(({ folder }) => parentOf(folder)));
  if (configurations.size > 1) {
    throw new AstraError("ASTRA_USAGE_INVALID", `there are inventories of ${configurations.size} kinds here`, {
      where: [...configurations].join(", "),
      fix: "Name the folder of one of them.",
    });
  }
  const unfinished: string[] = [];
  for (const { folder } of folders) {
    const place = dated.find(({ address }) => address === `${folder}/manifest.json`);
    if (!place) continue;
    try {
      return { ...(await readManifest(places, place)), unfinished };
    } catch (error) {
      const isUnfinished = error instanceof AstraError && error.code === "ASTRA_INVENTORY_CHECKSUM";
      if (!isUnfinished) throw error;
      unfinished.push(place.address);
    }
  }
  throw new AstraError("ASTRA_INVENTORY_MISSING", "none of the inventories here is whole", {
    where: dated[0]?.address ?? "",
    fix: "An inventory is whole when manifest.checksum stands beside manifest.json: wait for it.",
  });
}

/** `source-bucket` of `destination-prefix/source-bucket/config-ID/date`. */
function sourceOf(folder: string): string | undefined {
  return folder.split("/").at(-3);
}

function parentOf(folder: string): string {
  return folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
}

async function wholeOf({ address, bytes }: Place): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes()) {
    size += piece.length;
    if (size > MANIFEST_BYTES) {
      throw new AstraError("ASTRA_INVENTORY_FORMAT", "the file is too large for a manifest", { where: address });
    }
    pieces.push(Uint8Array.from(piece));
  }
  return Buffer.concat(pieces);
}
