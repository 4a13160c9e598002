/** What a transaction does to objects: effects on one object build on each other, and it is read and written once at most. */
import type { ObjectState } from "../../core/object-state.ts";
import type { Effect } from "../../ports/state-store.ts";
import type { Database } from "./database.ts";
import { loadObject, storeChange, storeObject } from "./object-rows.ts";

type ObjectEffect = Pick<Effect, "ref" | "apply">;

/** To be called within a write transaction. */
export function changeObjects(db: Database, effects: readonly ObjectEffect[]): void {
  for (const [, keys] of grouped(effects)) {
    // In the order of the table: pages touched together are read and written together.
    for (const key of [...keys.keys()].toSorted()) change(db, keys.get(key) ?? []);
  }
}

/** By bucket, then key. */
function grouped(effects: readonly ObjectEffect[]): Map<string, Map<string, ObjectEffect[]>> {
  const buckets = new Map<string, Map<string, ObjectEffect[]>>();
  for (const effect of effects) {
    const { bucket, key } = effect.ref;
    let keys = buckets.get(bucket);
    if (!keys) buckets.set(bucket, (keys = new Map()));
    const known = keys.get(key);
    if (known) known.push(effect);
    else keys.set(key, [effect]);
  }
  return buckets;
}

function change(db: Database, effects: readonly ObjectEffect[]): void {
  const [first] = effects;
  if (!first) return;
  const before = loadObject(db, first.ref);
  let after: ObjectState | undefined = before;
  for (const { apply } of effects) after = apply(after);
  if (!after || after === before) return;
  if (before) storeChange(db, before, after);
  else storeObject(db, after);
}
