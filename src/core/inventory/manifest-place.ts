/** Where the files of a manifest may lie. */

/**
 * Addresses for a file of a manifest, the likeliest first: under its key in the manifest's own bucket or in a folder that
 * mirrors one; in the data folder beside the dated one, which also finds what a destination prefix that ends in a slash
 * leads astray (S3 then writes two slashes, and names one); beside the manifest.
 */
export function addressesOf(manifestAddress: string, key: string): readonly string[] {
  const folder = manifestAddress.slice(0, Math.max(0, manifestAddress.lastIndexOf("/")));
  const name = key.slice(key.lastIndexOf("/") + 1);
  const config = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
  const near = [`${config}/data/${name}`, `${folder}/data/${name}`, `${folder}/${name}`];
  const bucket = /^s3:\/\/[^/]+/.exec(manifestAddress)?.[0];
  if (bucket !== undefined) return [...new Set([`${bucket}/${key}`, ...near])];
  // A manifest is somebody's text: it names what lies below one of its folders, and nothing else of this machine.
  if (key.split("/").some((segment) => segment === ".." || segment === ".")) return [...new Set(near)];
  return [...new Set([...ancestors(folder).map((ancestor) => `${ancestor}/${key}`), ...near])];
}

function ancestors(folder: string): readonly string[] {
  const found: string[] = [];
  // Without the root: what lies there belongs to no inventory.
  for (let at = folder.lastIndexOf("/"); at > 0; at = folder.lastIndexOf("/", at - 1)) found.push(folder.slice(0, at));
  return found;
}
