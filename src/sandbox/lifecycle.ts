/** Which lifecycle action is next for a version, and when. */
import { MS_PER_DAY } from "../core/units.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import { type Bucket, versionsOf } from "./bucket.ts";
import { classPrices, isArchive } from "./charges.ts";
import { type LifecycleRule, midnightFrom, ruleDue, ruleMatches } from "./lifecycle-rules.ts";
import type { ObjectVersion } from "./object-version.ts";

export type LifecycleAction =
  | { readonly kind: "expire"; readonly dueMs: number }
  | { readonly kind: "transition"; readonly dueMs: number; readonly storageClass: string };

/** Everything the bucket's rules will still do to a version as it is now, in no order. */
export function* lifecycleActions(book: PriceBook, bucket: Bucket, version: ObjectVersion): Generator<LifecycleAction> {
  for (const rule of bucket.lifecycle) {
    if (!ruleMatches(rule, version)) continue;
    if (version.noncurrentSinceMs === null) yield* currentActions(book, rule, version);
    else yield* noncurrentActions(book, rule, bucket, version, version.noncurrentSinceMs);
  }
}

function* currentActions(book: PriceBook, rule: LifecycleRule, version: ObjectVersion): Generator<LifecycleAction> {
  if (version.deleteMarker) {
    const alone = version.older === null;
    if (alone && rule.expireLoneDeleteMarkers) yield { kind: "expire", dueMs: midnightFrom(version.lastModifiedMs) };
    return;
  }
  if (rule.expiration) yield { kind: "expire", dueMs: ruleDue(rule.expiration, version.lastModifiedMs) };
  for (const { time, storageClass } of rule.transitions) {
    if (!mayTransition(book, rule, version, storageClass)) continue;
    yield { kind: "transition", storageClass, dueMs: ruleDue(time, version.lastModifiedMs) };
  }
}

function* noncurrentActions(
  book: PriceBook,
  rule: LifecycleRule,
  bucket: Bucket,
  version: ObjectVersion,
  sinceMs: number,
): Generator<LifecycleAction> {
  const expiration = rule.noncurrentExpiration;
  if (expiration && newerNoncurrent(bucket, version) >= expiration.keepNewest) {
    yield { kind: "expire", dueMs: midnightFrom(sinceMs + expiration.days * MS_PER_DAY) };
  }
  if (version.deleteMarker) return;
  for (const action of rule.noncurrentTransitions) {
    if (!mayTransition(book, rule, version, action.storageClass)) continue;
    if (newerNoncurrent(bucket, version) < action.keepNewest) continue;
    const dueMs = midnightFrom(sinceMs + action.days * MS_PER_DAY);
    yield { kind: "transition", storageClass: action.storageClass, dueMs };
  }
}

function newerNoncurrent(bucket: Bucket, version: ObjectVersion): number {
  let newer = -1;
  for (const other of versionsOf(bucket, version.key)) {
    if (other === version) break;
    newer++;
  }
  return newer;
}

/** The waterfall, and the size under which nothing moves. */
function mayTransition(book: PriceBook, rule: LifecycleRule, version: ObjectVersion, storageClass: string): boolean {
  const small = version.sizeBytes < rule.transitionFromBytes;
  if (small && !(rule.archivesSmall && isArchive(book, storageClass))) return false;
  return classPrices(book, version.storageClass).transitionsTo.includes(storageClass);
}

/** Of what is due at once, S3 prefers deleting, then the coldest class. */
export function strongestAction(book: PriceBook, due: readonly LifecycleAction[]): LifecycleAction | undefined {
  let best: LifecycleAction | undefined;
  for (const action of due) {
    if (action.kind === "expire") return action;
    if (best?.kind === "transition" && !isColder(book, action.storageClass, best.storageClass)) continue;
    best = action;
  }
  return best;
}

/** A class is colder than those that lead to it. */
function isColder(book: PriceBook, a: string, b: string): boolean {
  return classPrices(book, b).transitionsTo.includes(a);
}
