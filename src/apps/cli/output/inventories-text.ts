/** Inventories as text. */
import type { Inventory, InventoryLeftOut } from "../../../core/inventory.ts";
import type { BadRow } from "../../../ports/inventories.ts";
import type { ImportInventoryResult } from "../../../services/inventory/import-inventory.ts";
import type { ListInventoryResult } from "../../../services/inventory/list-inventory.ts";
import type { ShowInventoryResult } from "../../../services/inventory/show-inventories.ts";
import { formatInstant, formatSpan } from "./date.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const RIGHT = "right" as const;
const SOURCES = { "s3-inventory": "S3 Inventory", files: "files", listing: "listing" } as const;

export function importedText(result: ImportInventoryResult): string {
  const { inventory, ageMs, firstBad, tables, tablesBefore, unfinished } = result;
  const before = tablesBefore > 0 ? `, ${formatCount(tablesBefore)} of them done before` : "";
  return sections([
    headline(inventory),
    `Of ${counted(tables, "file")}${before}; taken ${formatInstant(inventory.takenMs)}, ${formatSpan(Math.max(0, ageMs))} ago.`,
    leftOutText(inventory.leftOut, firstBad),
    unfinished.map((address) => `Passed over, as it is not whole: ${visible(address)}`).join("\n"),
    nextText(inventory),
  ]);
}

export function listedText({ inventory, objectsBefore }: ListInventoryResult): string {
  const before = objectsBefore > 0 ? `${counted(objectsBefore, "object")} had been listed before.` : "";
  return sections([headline(inventory), before, nextText(inventory)]);
}

function headline({ id, bucket, prefix, rows, bytes }: Inventory): string {
  return `Inventory ${id} of s3://${visible(`${bucket}/${prefix}`)}: ${counted(rows, "object")}, ${formatBytes(bytes)}.`;
}

function nextText({ rows, bucket }: Inventory): string {
  return rows === 0 ? "It is empty." : `Next: astra plan --bucket ${visible(bucket)}`;
}

function leftOutText(leftOut: InventoryLeftOut, firstBad: readonly BadRow[]): string {
  const rows = (
    [
      [leftOut.noncurrentVersions, "noncurrent versions"],
      [leftOut.deleteMarkers, "delete markers"],
      [leftOut.otherBuckets, "rows of other buckets"],
      [leftOut.badRows, "rows that can't be used"],
    ] as const
  ).filter(([count]) => count > 0);
  if (rows.length === 0) return "";
  const counts = rows.map(([count, what]) => [formatCount(count), what]);
  const bad = firstBad.map(({ where, fault }) => [visible(where), fault]);
  const first = bad.length === 0 ? "" : `\nThe first of them:\n${table([{ title: "" }, { title: "" }], bad, "  ")}`;
  return `Left out:\n${table([{ title: "", align: RIGHT }, { title: "" }], counts, "  ")}${first}`;
}

export function inventoriesText(inventories: readonly Inventory[]): string {
  if (inventories.length === 0) return "No inventory yet. Next: astra inventory import SOURCE, or astra inventory list";
  const columns = [
    { title: "inventory" },
    { title: "bucket" },
    { title: "prefix" },
    { title: "source" },
    { title: "taken" },
    { title: "objects", align: RIGHT },
    { title: "bytes", align: RIGHT },
  ];
  const rows = inventories.map(({ id, bucket, prefix, source, takenMs, rows: objects, bytes }) => [
    id,
    visible(bucket),
    visible(prefix),
    SOURCES[source],
    formatInstant(takenMs),
    formatCount(objects),
    formatBytes(bytes),
  ]);
  return table(columns, rows);
}

export function inventoryText({ inventory, folder, classes }: ShowInventoryResult): string {
  const { takenMs, madeMs, source, location, parts, leftOut } = inventory;
  const columns = [{ title: "class" }, { title: "objects", align: RIGHT }, { title: "bytes", align: RIGHT }];
  const rows = classes.map((each) => [
    each.storageClass === null ? "not told" : visible(each.storageClass),
    formatCount(each.rows),
    formatBytes(each.bytes),
  ]);
  return sections([
    headline(inventory),
    [
      `Taken ${formatInstant(takenMs)}, made ${formatInstant(madeMs)} from ${visible(location)} (${SOURCES[source]}).`,
      `${counted(parts.length, "part")} in ${visible(folder)}`,
    ].join("\n"),
    rows.length === 0 ? "" : table(columns, rows),
    leftOutText(leftOut, []),
  ]);
}

function sections(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}
