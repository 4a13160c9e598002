/** Reading many objects: keyset pages, each its own short read. */
import type { ObjectState } from "../../core/object-state.ts";
import type { ObjectQuery } from "../../ports/state-store.ts";
import type { Database } from "./database.ts";
import { OBJECT_COLUMNS, objectOf } from "./object-rows.ts";

/** Rows a page of any listing carries. */
export const PAGE_ROWS = 1000;

const BETWEEN = `SELECT ${OBJECT_COLUMNS} FROM objects
  WHERE bucket = ? AND key >= ? AND key <= ? ORDER BY key`;

export function objectsBetween(db: Database, bucket: string, firstKey: string, lastKey: string): ObjectState[] {
  return db.statement(BETWEEN, "arrays").all(bucket, firstKey, lastKey).map(objectOf);
}

const DELETED = { exclude: "deleted_ms IS NULL", include: "TRUE", only: "deleted_ms IS NOT NULL" } as const;

/** Ordered by bucket and key. */
export async function* pagesOfObjects(db: Database, query: ObjectQuery): AsyncGenerator<readonly ObjectState[]> {
  const { sql, values } = condition(query);
  // Of one bucket, SQLite takes only its name from the pair, and every page would begin at the bucket's first key.
  const from = query.bucket === undefined ? "(bucket, key) > (?, ?)" : "bucket >= ? AND key > ?";
  const select = `SELECT ${OBJECT_COLUMNS} FROM objects WHERE ${from} AND ${sql}
    ORDER BY bucket, key LIMIT ?`;
  let after: { readonly bucket: string; readonly key: string } = { bucket: "", key: "" };
  for (;;) {
    const { bucket, key } = after;
    const page = await db.read(() =>
      db
        .statement(select, "arrays")
        .all(bucket, key, ...values, PAGE_ROWS)
        .map(objectOf),
    );
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < PAGE_ROWS) return;
    after = last;
  }
}

function condition(query: ObjectQuery): { readonly sql: string; readonly values: readonly string[] } {
  const terms: string[] = [DELETED[query.deleted ?? "exclude"]];
  const values: string[] = [];
  if (query.bucket !== undefined) {
    terms.push("bucket = ?");
    values.push(query.bucket);
  }
  if (query.keyPrefix) {
    terms.push("key >= ?");
    values.push(query.keyPrefix);
    const end = prefixEnd(query.keyPrefix);
    if (end !== null) {
      terms.push("key < ?");
      values.push(end);
    }
  }
  if (query.storageClasses) {
    terms.push("storage_class IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(query.storageClasses));
  }
  return { sql: terms.join(" AND "), values };
}

/** The least text that is after every text with this prefix, by code points; `null` where there is none. */
function prefixEnd(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let point = points.pop(); point !== undefined; point = points.pop()) {
    if (point === 0x10_ffff) continue;
    // U+D800 to U+DFFF are surrogates: no characters.
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    return String.fromCodePoint(...points, next);
  }
  return null;
}
