/**
 * One bucket of an object store. Every call is retried inside the adapter where that is safe (backoff with full jitter,
 * the server's own Retry-After respected); what comes out is final.
 *
 * Errors, on every method: ASTRA_STORE_BUCKET_MISSING, ASTRA_STORE_AUTHENTICATION, ASTRA_STORE_FORBIDDEN,
 * ASTRA_STORE_THROTTLED, ASTRA_STORE_UNREACHABLE, ASTRA_STORE_REFUSED (message of the store, no secret).
 */
import type { KeyRange } from "../core/key-range.ts";
import type { NativeRule } from "../core/policy/native-rules.ts";
import type { TagRule } from "../core/policy/tag-rule.ts";
import type { Provider } from "../core/tier.ts";

/** Optional powers of a provider, as data. */
export interface ObjectStoreFeatures {
  /** What a write or a copy replaces can be made its condition, by the ETag. */
  readonly conditionalCopyDestination: boolean;
  /** Objects may have to be restored before they are read. */
  readonly restore: boolean;
  /** Most bytes one copy request takes; larger ones go in parts. */
  readonly maxCopyBytes: number;
}

export interface PutInput {
  readonly key: string;
  /** Bytes or a stream of chunks; sent in parts above the adapter's threshold. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Known size; a stream that differs from it is refused with ASTRA_BODY_MISMATCH and leaves nothing behind. */
  readonly sizeBytes?: number;
  readonly storageClass: string;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * `absent`: only where no object has the key, else ASTRA_OBJECT_EXISTS. An ETag: only in place of the object that has it,
   * else ASTRA_OBJECT_CHANGED; for stores with {@link ObjectStoreFeatures.conditionalCopyDestination}.
   */
  readonly condition?: "absent" | { readonly etag: string };
  /** The bucket's own default where absent. */
  readonly encryption?: Encryption;
}

export interface PutResult {
  readonly etag: string;
  readonly versionId: string | null;
  readonly sizeBytes: number;
  /** CRC-32 of the whole body, base64, as sent to and checked by the store. */
  readonly checksumCrc32: string;
}

/** A checksum as the store keeps it, base64. */
export interface Checksum {
  readonly algorithm: "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** An object as HEAD shows it: everything a copy has to carry. */
export interface ObjectHead {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly versionId: string | null;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
  readonly contentHeaders: Readonly<Partial<Record<ContentHeader, string>>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly websiteRedirect: string | null;
  readonly tagCount: number;
  readonly encryption: Encryption | null;
  readonly checksum: Checksum | null;
  readonly legalHold: boolean;
  readonly retention: { readonly mode: string; readonly untilMs: number } | null;
  readonly restore: { readonly ongoing: boolean; readonly expiresMs: number | null } | null;
  readonly replicationStatus: string | null;
}

/** Headers that belong to the content and travel with it. */
export const CONTENT_HEADERS = [
  "content-type",
  "content-encoding",
  "content-language",
  "content-disposition",
  "cache-control",
  "expires",
] as const;
export type ContentHeader = (typeof CONTENT_HEADERS)[number];

/** Server-side encryption of one object. */
export interface Encryption {
  readonly algorithm: string;
  readonly kmsKeyId: string | null;
  readonly bucketKey: boolean;
}

/** Who may do what with an object, as its owner set it. */
export interface ObjectAcl {
  readonly ownerId: string;
  /** In a stable order: two ACLs that allow the same compare equal, grant by grant. */
  readonly grants: readonly Grant[];
}

/** What one grantee may do. */
export interface Grant {
  readonly grantee: { readonly kind: "id" | "uri" | "email"; readonly value: string };
  readonly permission: "FULL_CONTROL" | "READ" | "WRITE" | "READ_ACP" | "WRITE_ACP";
}

/** By name. */
export type Tags = Readonly<Record<string, string>>;

export interface ChangeClassInput {
  /** The object as a HEAD just showed it; its ETag is the condition of the copy. */
  readonly head: ObjectHead;
  readonly storageClass: string;
  /** Stated anew on the copy; `null` where the store's own default is what the object has. */
  readonly acl: ObjectAcl | null;
  /** Awaited before each part: where it throws, no further part is begun, the upload is aborted, and the call rejects so. */
  readonly beforePart?: () => Promise<void>;
  /** Told of a multipart upload before its first part is sent: awaited, so that it can be made durable. */
  readonly onUpload?: (uploadId: string) => Promise<void>;
}

/** The object after the change; the ETag may differ where it was copied in parts. */
export interface ChangeClassResult {
  readonly etag: string;
  readonly versionId: string | null;
  /** Version whose content was copied, where the store says so: what the copy left noncurrent. */
  readonly replacedVersionId: string | null;
}

/** A multipart upload that was begun and not ended. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly storageClass: string;
}

/** A version that is not the current one. */
export interface NoncurrentVersion {
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly lastModifiedMs: number;
}

/** An object as a listing shows it: no HEAD is needed to decide on it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
}

export interface ListInput {
  readonly prefix?: string;
  /** Starts after this key (exclusive), to resume. */
  readonly startAfter?: string;
  readonly signal?: AbortSignal;
}

/** Which stretches of keys. */
export interface ListRangesInput {
  readonly prefix?: string;
  /** All keys where none are given. */
  readonly ranges?: readonly KeyRange[];
  readonly signal?: AbortSignal;
}

/** All objects of a stretch of keys, ascending; there may be none. */
export interface ListedRange extends KeyRange {
  readonly objects: readonly ListedObject[];
}

export interface RestoreInput {
  readonly key: string;
  /** Days to keep the readable copy. */
  readonly days: number;
  readonly speed: "expedited" | "standard" | "bulk";
}

/** What the bucket does by itself, as far as a move must know it. */
export interface BucketInfo {
  readonly region: string | null;
  readonly versioning: "off" | "enabled" | "suspended";
  readonly objectLock: boolean;
  /** Every new version is locked by itself: a copy would lock what was not. */
  readonly defaultRetention: boolean;
  /** Ids of enabled lifecycle rules. */
  readonly lifecycleRuleIds: readonly string[];
  /** Enabled rules that act on current objects by age; one rule may stand here several times, once for each action. */
  readonly lifecycleRules: readonly NativeRule[];
  /** Days after which a noncurrent version of any key expires; `null` where no rule says so for the whole bucket. */
  readonly noncurrentExpiryDays: number | null;
  readonly replication: boolean;
  readonly notifications: boolean;
  /** Whether objects have ACLs of their own: `enforced` means they have none. */
  readonly ownership: "enforced" | "preferred" | "writer";
  /** Account that owns the bucket; `null` where objects have no owners of their own (`enforced`). */
  readonly ownerId: string | null;
  /** Enabled rules that move objects carrying one tag: what the mechanism `tag` needs. */
  readonly tagRules: readonly TagRule[];
}

/** What one call of {@link ObjectStore.probe} found. */
export interface ProbeResult {
  /** The provider's own word for the permission: `s3:ListBucket`. */
  readonly action: string;
  readonly allowed: boolean;
  readonly detail: string;
}

/** Running counts since the store was opened: what adaptive concurrency and reports look at. */
export interface StoreCounters {
  /** HTTP requests sent, retries included. */
  readonly requests: number;
  /** Answers that asked to slow down (503 SlowDown, 429). */
  readonly throttled: number;
  /** Requests sent again, for whatever reason. */
  readonly retried: number;
}

export interface ObjectStore extends AsyncDisposable {
  readonly provider: Provider;
  readonly bucket: string;
  readonly features: ObjectStoreFeatures;
  /** Atomic: the object is there whole or not at all. Repeating it is harmless but for `condition`. */
  put(input: PutInput): Promise<PutResult>;
  /** @param versionId a version in place of the current one. @throws ASTRA_OBJECT_MISSING */
  head(key: string, versionId?: string): Promise<ObjectHead>;
  /** @throws ASTRA_OBJECT_MISSING */
  acl(key: string): Promise<ObjectAcl>;
  /** @throws ASTRA_OBJECT_MISSING */
  tags(key: string): Promise<Tags>;
  /** Replaces all tags. No store offers a condition for it. @throws ASTRA_OBJECT_MISSING */
  setTags(key: string, tags: Tags): Promise<void>;
  /** Puts a hold and a lock as `like` has them on a version; never takes one off. */
  addHolds(key: string, versionId: string, like: Pick<ObjectHead, "legalHold" | "retention">): Promise<void>;
  /** Deletes one noncurrent version for good. Repeating it is harmless. */
  removeVersion(key: string, versionId: string): Promise<void>;
  /** Repeating it is harmless. */
  abortUpload(key: string, uploadId: string): Promise<void>;
  /** Uploads begun and not ended, in pages. */
  openUploads(prefix?: string): AsyncIterable<readonly OpenUpload[]>;
  /** Noncurrent versions, in pages. */
  noncurrentVersions(prefix?: string): AsyncIterable<readonly NoncurrentVersion[]>;
  /** The body as stored. @throws ASTRA_OBJECT_MISSING, ASTRA_OBJECT_ARCHIVED */
  get(key: string): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Puts the object into another class without changing what its owner stored: content, content headers, metadata, tags,
   * redirect, encryption, ACL, checksum, hold and lock stay. Conditional on the ETag of `head`. The caller verifies.
   * @throws ASTRA_OBJECT_CHANGED, ASTRA_OBJECT_MISSING, ASTRA_OBJECT_ARCHIVED; with `mayHaveWorked` where a try before the
   * refused one may have copied.
   */
  changeClass(input: ChangeClassInput): Promise<ChangeClassResult>;
  /** Every object, page by page, keys ascending by their UTF-8 bytes. Holds one page in memory (and one ahead). */
  list(input?: ListInput): AsyncIterable<readonly ListedObject[]>;
  /** As {@link list}, but prefixes are listed in parallel and pages come in any order. */
  listParallel(input?: ListInput): AsyncIterable<readonly ListedObject[]>;
  /** As {@link listParallel}, but each page tells which stretch of keys it is all of: what a listing to be resumed keeps. */
  listRanges(input?: ListRangesInput): AsyncIterable<ListedRange>;
  /** Asks for a readable copy. Repeating it is harmless. @throws ASTRA_OBJECT_MISSING */
  restore(input: RestoreInput): Promise<"started" | "ongoing" | "restored">;
  /** May be as old as a minute. */
  bucketInfo(): Promise<BucketInfo>;
  /** All of the bucket's own lifecycle rules, in the provider's own form. */
  lifecycleRules(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  counters(): StoreCounters;
  /** Tries what Astra needs, changing nothing. */
  probe(): Promise<readonly ProbeResult[]>;
  /** The store's clock minus `nowMs`, from a response's Date header, ms. */
  clockSkewMs(nowMs: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens the store of a bucket with that bucket's own credentials, region and endpoint. Kept open until disposed. */
export interface ObjectStores extends AsyncDisposable {
  open(bucket: string): Promise<ObjectStore>;
}
