/** Compares an object before and after a move: everything its owner stored must be as it was. */
import type { CarriedProperties } from "../../core/move-progress.ts";
import type { Grant, ObjectAcl, ObjectHead, Tags } from "../../ports/object-store.ts";

/** An object with what a HEAD does not show. */
export interface ObjectSight {
  readonly head: ObjectHead;
  /** `null` where the bucket has no ACLs. */
  readonly acl: ObjectAcl | null;
  readonly tags: Tags;
}

/** What a restart has to know of the object as it was before the copy. */
export function carriedProperties({ head, acl }: Pick<ObjectSight, "head" | "acl">): CarriedProperties {
  const { metadata, websiteRedirect, tagCount, encryption, checksum, versionId } = head;
  const contentHeaders = Object.fromEntries(Object.entries(head.contentHeaders));
  const grants = acl && acl.grants.map(grantText);
  return { metadata, contentHeaders, websiteRedirect, tagCount, encryption, checksum, versionId, grants };
}

function grantText({ grantee, permission }: Grant): string {
  return `${permission} ${grantee.kind}=${grantee.value}`;
}

/** @returns what differs, in words, or `null`. */
export function differenceAfterMove(
  before: CarriedProperties,
  after: Pick<ObjectSight, "head" | "acl">,
  wanted: { readonly storageClass: string; readonly sizeBytes: number },
): string | null {
  const { head } = after;
  if (head.storageClass !== wanted.storageClass) return `the class is ${head.storageClass}, not ${wanted.storageClass}`;
  if (head.sizeBytes !== wanted.sizeBytes) return `the size is ${head.sizeBytes}, not ${wanted.sizeBytes}`;
  const now = carriedProperties(after);
  if (!isSameRecord(before.metadata, now.metadata)) return "the user metadata differs";
  if (!isSameRecord(before.contentHeaders, now.contentHeaders)) return "the content headers differ";
  if (before.tagCount > 0 && now.tagCount === 0) return "its tags are gone";
  if (now.websiteRedirect !== before.websiteRedirect) return "the website redirect differs";
  return encryptionDifference(before, now) ?? checksumDifference(before, now) ?? grantDifference(before, now);
}

/**
 * Tags may be changed at any time without the ETag telling, and a copy takes over those of its moment: other tags are their
 * owner's doing. None of them left is a store's.
 * @returns what differs, in words, or `null`.
 */
export function tagLoss(before: Tags, after: Tags): string | null {
  return Object.keys(before).length > 0 && Object.keys(after).length === 0 ? "its tags are gone" : null;
}

function encryptionDifference(before: CarriedProperties, now: CarriedProperties): string | null {
  const [a, b] = [before.encryption, now.encryption];
  // A store that encrypts everything of its own accord does not say so of every object.
  if (!a) return null;
  if (a.algorithm !== b?.algorithm) return `the encryption is ${b?.algorithm ?? "none"}, not ${a.algorithm}`;
  if (a.kmsKeyId !== b.kmsKeyId) return "the encryption key differs";
  return a.bucketKey === b.bucketKey ? null : "the bucket-key setting of the encryption differs";
}

/** Whole-object checksums must agree; composite ones depend on how the parts were cut. */
function checksumDifference(before: CarriedProperties, now: CarriedProperties): string | null {
  const [a, b] = [before.checksum, now.checksum];
  if (!a || !b) return null;
  if (a.algorithm !== b.algorithm) return `the checksum is by ${b.algorithm}, not ${a.algorithm}`;
  if (a.type !== "FULL_OBJECT" || b.type !== "FULL_OBJECT" || a.value === b.value) return null;
  return `the ${a.algorithm} checksum differs`;
}

function grantDifference(before: CarriedProperties, now: CarriedProperties): string | null {
  if (!before.grants || !now.grants) return null;
  return before.grants.join("\n") === now.grants.join("\n") ? null : "the ACL differs";
}

function isSameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
