/** Looks at an object before it is handed to a job that can neither look nor compare: what such a copy would lose stays out. */
import { isAstraError } from "../../core/errors.ts";
import type { LeftOutReason } from "../../core/export/left-out.ts";
import type { PlannedMove } from "../../core/plan.ts";
import type { BucketInfo, ObjectHead, ObjectStore } from "../../ports/object-store.ts";
import { isPlain } from "../moving/copy-object.ts";

/** What a job has to state of an object's encryption; `null` where the bucket's default does it. */
export type StatedKms = { readonly keyId: string; readonly bucketKey: boolean } | null;

/** Fit for a job, or why not. */
export type Inspected = { readonly kms: StatedKms } | { readonly leftOut: LeftOutReason };

/** What an object is looked at with. */
export interface InspectTerms {
  readonly store: ObjectStore;
  readonly bucket: BucketInfo;
  /** Objects written after it are left out, ms. */
  readonly unmodifiedSinceMs: number;
  /** The copy comes after a restore that is yet to be asked for. */
  readonly isArchived: boolean;
}

/** One HEAD, and the ACL where objects have one. @throws AstraError for faults that concern the whole bucket */
export async function inspectMove(move: PlannedMove, terms: InspectTerms): Promise<Inspected> {
  try {
    const head = await terms.store.head(move.key);
    const reason = reasonAgainst(head, move, terms) ?? (await ownershipReason(move.key, terms));
    return reason === null ? encryptionOf(head) : { leftOut: reason };
  } catch (error) {
    if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return { leftOut: "missing" };
    // A HEAD of an object under a customer's own key is refused as a bad request.
    if (isAstraError(error, "ASTRA_STORE_REFUSED", "ASTRA_STORE_FORBIDDEN")) return { leftOut: "unreadable" };
    throw error;
  }
}

function reasonAgainst(head: ObjectHead, move: PlannedMove, terms: InspectTerms): LeftOutReason | null {
  const isAsPlanned = head.etag === move.etag && head.storageClass === move.from && head.sizeBytes === move.sizeBytes;
  if (!isAsPlanned || head.lastModifiedMs > terms.unmodifiedSinceMs) return "changed";
  if (head.legalHold) return "legal_hold";
  if (head.retention && head.retention.untilMs > terms.unmodifiedSinceMs) return "retention_lock";
  if (head.replicationStatus === "PENDING") return "replication_pending";
  if (terms.isArchived && head.restore?.ongoing === true) return "restore_in_progress";
  if (head.websiteRedirect !== null) return "website_redirect";
  const isOtherVersion = head.versionId !== null && head.versionId !== "null";
  return terms.bucket.versioning === "suspended" && isOtherVersion ? "null_version" : null;
}

async function ownershipReason(key: string, { store, bucket }: InspectTerms): Promise<LeftOutReason | null> {
  if (bucket.ownership === "enforced") return null;
  const acl = await store.acl(key);
  if (bucket.ownerId !== null && acl.ownerId !== bucket.ownerId) return "foreign_owner";
  return isPlain(acl) ? null : "acl";
}

function encryptionOf({ encryption }: ObjectHead): Inspected {
  if (!encryption || encryption.algorithm === "AES256") return { kms: null };
  const { algorithm, kmsKeyId, bucketKey } = encryption;
  if (algorithm !== "aws:kms" || kmsKeyId === null) return { leftOut: "encryption" };
  return { kms: { keyId: kmsKeyId, bucketKey } };
}
