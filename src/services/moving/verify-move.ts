/** Compares an object before and after a move: everything its owner stored must be as it was. */
import type { CarriedProperties } from "../../core/move-progress.ts";
import type { Grant, ObjectAcl, ObjectHead, Tags } from "../../ports/object-store.ts";

/** An object with what a HEAD does not show. */
export interface ObjectSight {
  readonly head: ObjectHead;
  /** `null` where the bucket has no ACLs. */
  readonly acl: ObjectAcl | null;
  /** `null` where they were not read. */
  readonly tags: Tags | null;
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
  if (now.tagCount !== before.tagCount) return `it has ${now.tagCount} tags, not ${before.tagCount}`;
  if (now.websiteRedirect !== before.websiteRedirect) return "the website redirect differs";
  return encryptionDifference(before, now) ?? checksumDifference(before, now) ?? grantDifference(before, now);
}

/** @returns what differs, in words, or `null`. */
export function tagDifference(before: Tags | null, after: Tags | null): string | null {
  return isSameRecord(before ?? {}, after ?? {}) ? null : "the tags differ";
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
