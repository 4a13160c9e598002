/** Listed objects as text that the engine reads fastest: five fields, quoted. */
import { open } from "node:fs/promises";
import type { ListedObject } from "../../ports/object-store.ts";

/** @returns rows written */
export async function spoolListed(path: string, pages: AsyncIterable<readonly ListedObject[]>): Promise<number> {
  let rows = 0;
  await using file = await open(path, "w", 0o600);
  for await (const page of pages) {
    let text = "";
    for (const { key, sizeBytes, etag, lastModifiedMs, storageClass } of page) {
      text += `${quoted(key)},${sizeBytes},${quoted(etag)},${Math.trunc(lastModifiedMs)},${quoted(storageClass)}\n`;
    }
    rows += page.length;
    await file.appendFile(text);
  }
  return rows;
}

function quoted(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`;
}
