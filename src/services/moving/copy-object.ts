/** The mechanism `copy`: a conditional copy of the object onto itself, verified property by property. */
import { AstraError, isAstraError } from "../../core/errors.ts";
import { objectUri } from "../../core/object-ref.ts";
import type { CarriedProperties } from "../../core/move-progress.ts";
import type { ObjectAcl, ObjectHead, Tags } from "../../ports/object-store.ts";
import type { MoveLine } from "./move-line.ts";
import type { MoveOutcome } from "./move-outcome.ts";
import { type ObjectSight, carriedProperties, differenceAfterMove, tagLoss } from "./verify-move.ts";

/** The object is as planned, may be moved, and can be read. */
export async function copyObject(line: MoveLine, head: ObjectHead): Promise<MoveOutcome> {
  const { store, bucket, guard } = line.mover;
  if (await hasNullVersionBehind(line, head)) return line.skipped("null_version");
  const acl = await aclOf(line);
  if (acl && bucket.ownerId !== null && acl.ownerId !== bucket.ownerId) return line.skipped("foreign_owner");
  const tags = await tagsOf(line, head);
  if (mustBeKnownAfterCrash(line, head, acl)) await line.note({ before: carriedProperties({ head, acl }) });
  await guard.mayGoOn();
  line.isSpent = true;
  const copied = await unspentWhereRefused(line, () =>
    store.changeClass({
      head,
      storageClass: line.move.to,
      acl: isPlain(acl) ? null : acl,
      onUpload: (uploadId) => line.note({ uploadId }),
      beforePart: () => guard.mayGoOn(),
    }),
  );
  line.landed = { ...head, ...copied, storageClass: line.move.to };
  const after = await store.head(line.move.key);
  if (isOthers(copied, after)) return line.skipped("changed");
  // Before anything that may fail: whoever put a hold on meanwhile counts on it.
  await carryLateHolds(line, copied.replacedVersionId ?? head.versionId, after);
  const difference = await differenceNow(line, { head, acl, tags }, after);
  if (difference !== null) return failedVerification(line, after, difference);
  await dropReplaced(line, copied.replacedVersionId, after);
  return line.finished(after);
}

/** Whether what stands there is the copy that an earlier process made for this line. */
export async function isOurCopy({ move, progress, mover }: MoveLine, head: ObjectHead): Promise<boolean> {
  const { before } = progress;
  // Without properties to state anew, the copy has the ETag of its source, and the server carried everything else.
  const { etag, sizeBytes } = move;
  const isSameEtag = !before || isEtagKept(mover, { etag, sizeBytes, encryption: before.encryption });
  if (isSameEtag && head.etag !== etag) return false;
  if (!before) return true;
  // Tags and grants may be changed without a new version or ETag: they prove nothing about whose copy it is.
  const proving = { ...before, tagCount: 0, grants: null };
  const wanted = { storageClass: move.to, sizeBytes: move.sizeBytes };
  return differenceAfterMove(proving, { head, acl: null }, wanted) === null;
}

/** What is left to do after a copy whose answer was lost with its process. */
export async function finishCopy(line: MoveLine, after: ObjectHead): Promise<MoveOutcome> {
  const { before } = line.progress;
  line.landed = after;
  if (before?.versionId) {
    await carryLateHolds(line, before.versionId, after);
    // What only looks like our copy may be somebody's write of other content, and the version behind it theirs.
    const isProven = after.etag === line.move.etag || isSameWhole(before.checksum, after.checksum);
    if (isProven) await dropReplaced(line, await versionBehind(line, before.versionId), after);
  }
  return line.finished(after);
}

function isSameWhole(a: CarriedProperties["checksum"], b: ObjectHead["checksum"]): boolean {
  if (a?.type !== "FULL_OBJECT" || b?.type !== "FULL_OBJECT") return false;
  return a.algorithm === b.algorithm && a.value === b.value;
}

/** A store that refused the copy as a whole has charged nothing worth counting; parts were paid for one by one. */
async function unspentWhereRefused<T>(line: MoveLine, copy: () => Promise<T>): Promise<T> {
  try {
    return await copy();
  } catch (error) {
    const isRefused = isAstraError(error, "ASTRA_OBJECT_CHANGED", "ASTRA_OBJECT_MISSING", "ASTRA_OBJECT_ARCHIVED");
    line.isSpent = !isRefused || error.mayHaveWorked || line.move.sizeBytes > line.mover.store.features.maxCopyBytes;
    throw error;
  }
}

const PLAIN_MD5 = /^[0-9a-f]{32}$/;

/** A copy of content that is encrypted by the store's own keys, in one request, has the ETag of its source. */
function isEtagKept(
  { store }: MoveLine["mover"],
  { etag, sizeBytes, encryption }: Pick<ObjectHead, "etag" | "sizeBytes"> & Pick<CarriedProperties, "encryption">,
): boolean {
  const isPlainMd5 = PLAIN_MD5.test(etag) && (encryption?.algorithm ?? "AES256") === "AES256";
  return isPlainMd5 && sizeBytes <= store.features.maxCopyBytes;
}

/** What a restart could not tell from the object alone, because the copy changes the ETag or states properties anew. */
function mustBeKnownAfterCrash({ mover, entry }: MoveLine, head: ObjectHead, acl: ObjectAcl | null): boolean {
  const { ctx, bucket } = mover;
  const drops = ctx.config.engine.drop_own_noncurrent && bucket.versioning === "enabled";
  // What waited for the store is copied by whichever process comes by: that the copy was begun has to be known.
  return (
    entry.state !== "intent" ||
    !isEtagKept(mover, head) ||
    head.websiteRedirect !== null ||
    !isPlain(acl) ||
    drops ||
    bucket.objectLock
  );
}

/** What a new object has of itself: its owner may do everything, nobody else anything. */
export function isPlain(acl: ObjectAcl | null): boolean {
  if (!acl) return true;
  const [grant] = acl.grants;
  return acl.grants.length === 1 && grant?.permission === "FULL_CONTROL" && grant.grantee.value === acl.ownerId;
}

async function aclOf({ mover, move }: MoveLine): Promise<ObjectAcl | null> {
  return mover.bucket.ownership === "enforced" ? null : mover.store.acl(move.key);
}

async function tagsOf({ mover, move }: MoveLine, head: ObjectHead): Promise<Tags> {
  return head.tagCount === 0 ? {} : mover.store.tags(move.key);
}

/** Somebody wrote after us: what stands there is theirs, and as they want it. */
function isOthers(copied: { readonly etag: string; readonly versionId: string | null }, after: ObjectHead): boolean {
  if (copied.versionId !== null && after.versionId !== null) return copied.versionId !== after.versionId;
  return copied.etag !== after.etag;
}

async function differenceNow(line: MoveLine, before: ObjectSight, after: ObjectHead): Promise<string | null> {
  const { move } = line;
  const acl = isPlain(before.acl) ? before.acl : await aclOf(line);
  const wanted = { storageClass: move.to, sizeBytes: move.sizeBytes };
  const difference = differenceAfterMove(carriedProperties(before), { head: after, acl }, wanted);
  return difference ?? tagLoss(before.tags, await tagsOf(line, after));
}

/**
 * Between our look and our copy somebody may have changed tags, ACL or metadata under the same ETag: the copy then carries
 * their change, or has overwritten it. Neither can be told from a store that lost it, so a person is told.
 */
function failedVerification(line: MoveLine, after: ObjectHead, difference: string): MoveOutcome {
  const fault = new AstraError("ASTRA_STORE_INTEGRITY", `after the move ${difference}`, {
    where: objectUri(line.move),
  });
  const object = objectUri(line.move);
  line.mover.ctx.logger.error({ object, code: fault.code, error: fault.message }, "a moved object differs");
  return line.failed(fault.code, after);
}

/** A hold that was put on the version we copied, while we copied it, belongs on the copy as well. */
async function carryLateHolds(line: MoveLine, replaced: string | null, after: ObjectHead): Promise<void> {
  const { store, bucket } = line.mover;
  if (!bucket.objectLock || replaced === null || after.versionId === null) return;
  const source = await headOfVersion(line, replaced);
  if (!source || (!source.legalHold && !source.retention)) return;
  await store.addHolds(line.move.key, after.versionId, source);
}

/** Only the version that our own copy left, only on the owner's order, never one that is held. */
async function dropReplaced(line: MoveLine, replaced: string | null, after: ObjectHead): Promise<void> {
  const { ctx, store, bucket } = line.mover;
  if (!ctx.config.engine.drop_own_noncurrent || bucket.versioning !== "enabled") return;
  if (replaced === null || replaced === after.versionId || after.versionId === null) return;
  const source = await headOfVersion(line, replaced);
  if (!source || source.legalHold || source.retention) return;
  await store.removeVersion(line.move.key, replaced);
}

/** While versions are suspended a copy takes the place of the version `null`: of another one than it copies, for good. */
async function hasNullVersionBehind({ mover, move }: MoveLine, head: ObjectHead): Promise<boolean> {
  if (mover.bucket.versioning !== "suspended" || head.versionId === null || head.versionId === "null") return false;
  for await (const page of mover.store.noncurrentVersions(move.key)) {
    for (const { key, versionId } of page) {
      // The key itself comes before all that begin with it.
      if (key !== move.key) return false;
      if (versionId === "null") return true;
    }
  }
  return false;
}

/** The version looked at before the copy, if it is the newest behind the current one: then it is what the copy replaced. */
async function versionBehind({ mover, move }: MoveLine, looked: string): Promise<string | null> {
  for await (const page of mover.store.noncurrentVersions(move.key)) {
    const newest = page.find(({ key }) => key === move.key);
    if (newest) return newest.versionId === looked ? looked : null;
  }
  return null;
}

async function headOfVersion({ mover, move }: MoveLine, versionId: string): Promise<ObjectHead | null> {
  try {
    return await mover.store.head(move.key, versionId);
  } catch (error) {
    if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return null;
    throw error;
  }
}
