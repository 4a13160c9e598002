/** One version of one object, and everything about it that S3 keeps. */
import type { StoredAcl } from "./acl.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import type { StoredBody } from "./stored-body.ts";

/** The version id of objects written while versioning was not enabled. */
export const NULL_VERSION = "null";

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-N`. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

export interface StoredEncryption {
  readonly algorithm: string;
  readonly kmsKeyId: string | null;
  readonly bucketKey: boolean;
}

/** A part of a finished multipart upload. */
export interface PartRecord {
  readonly number: number;
  readonly sizeBytes: number;
  readonly checksum: StoredChecksum | null;
}

export interface Retention {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly untilMs: number;
}

/** What a write states besides the content; fixed for the life of a version. */
export interface VersionAttributes {
  /** Content headers by lower-case name. */
  readonly contentHeaders: Readonly<Record<string, string>>;
  /** User metadata by lower-case name, values as the latin-1 strings they were sent as. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly websiteRedirect: string | null;
  readonly encryption: StoredEncryption;
  readonly checksum: StoredChecksum | null;
  readonly parts: readonly PartRecord[] | null;
}

export type Tags = readonly (readonly [name: string, value: string])[];

/** A readable copy of an archived version, there or on its way. */
export interface RestoreState {
  readonly speed: string;
  /** Whether it can be read; turned on at `readyMs`. */
  readonly ready: boolean;
  readonly readyMs: number;
  readonly expiresMs: number;
}

export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly lastModifiedMs: number;
  /** Size as stated and billed: bytes × the sandbox's byte scale. */
  readonly sizeBytes: number;
  readonly body: StoredBody;
  /** Without quotes. */
  readonly etag: string;
  readonly attributes: VersionAttributes;
  storageClass: string;
  /** When the version entered its class: minimum durations run from here. */
  classSinceMs: number;
  tags: Tags;
  legalHold: boolean;
  retention: Retention | null;
  /** `null` = private. */
  acl: StoredAcl | null;
  restore: RestoreState | null;
  /** Place in the class's inner tiers, 0 = the first. */
  innerTier: number;
  /** Last access that warms an inner tier. */
  lastAccessMs: number;
  /** When a newer version took its place; `null` for the current one. */
  noncurrentSinceMs: number | null;
  /** The next older version of the key. */
  older: ObjectVersion | null;
  /** Instant of the earliest entry in the due queue that counts; Infinity = none. */
  dueMs: number;
  /** No longer stored. */
  gone: boolean;
}

/** Whether a lock forbids to delete the version now. */
export function isLocked(version: ObjectVersion, nowMs: number, bypassGovernance: boolean): boolean {
  if (version.legalHold) return true;
  if (!version.retention || version.retention.untilMs <= nowMs) return false;
  return version.retention.mode === "COMPLIANCE" || !bypassGovernance;
}
