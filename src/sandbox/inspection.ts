/** What is kept, laid open. */
import { type StoredAcl, PRIVATE_ACL } from "./acl.ts";
import type { Upload } from "./multipart-upload.ts";
import type { ObjectVersion, RestoreState, Retention, StoredChecksum, StoredEncryption } from "./object-version.ts";
import { bodyChunks } from "./stored-body.ts";

/** Everything that is kept of a current object. */
export interface InspectedObject {
  readonly key: string;
  readonly versionId: string;
  readonly body: Buffer;
  /** Without quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly websiteRedirect: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly acl: StoredAcl;
  readonly encryption: StoredEncryption;
  readonly checksum: StoredChecksum | null;
  readonly legalHold: boolean;
  readonly retention: Retention | null;
  readonly restore: RestoreState | null;
}

/** A version, current or not, or a delete marker. */
export interface InspectedVersion {
  readonly key: string;
  readonly versionId: string;
  readonly current: boolean;
  readonly deleteMarker: boolean;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly lastModifiedMs: number;
  readonly legalHold: boolean;
  readonly retention: Retention | null;
}

export interface InspectedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly storageClass: string;
  /** Parts that are there. */
  readonly parts: number;
}

export function inspect(version: ObjectVersion): InspectedObject {
  const { contentHeaders, metadata, websiteRedirect, encryption, checksum } = version.attributes;
  const { key, versionId, etag, sizeBytes, lastModifiedMs, storageClass, legalHold, retention, restore } = version;
  return {
    key,
    versionId,
    body: Buffer.concat([...bodyChunks(version.body)]),
    etag,
    sizeBytes,
    lastModifiedMs,
    storageClass,
    contentHeaders,
    metadata,
    websiteRedirect,
    tags: Object.fromEntries(version.tags),
    acl: version.acl ?? PRIVATE_ACL,
    encryption,
    checksum,
    legalHold,
    retention,
    restore,
  };
}

export function inspectVersion(version: ObjectVersion): InspectedVersion {
  const { key, versionId, deleteMarker, etag, sizeBytes, storageClass, lastModifiedMs, legalHold, retention } = version;
  const current = version.noncurrentSinceMs === null;
  return { key, versionId, current, deleteMarker, etag, sizeBytes, storageClass, lastModifiedMs, legalHold, retention };
}

export function inspectUpload({ key, uploadId, initiatedMs, storageClass, parts }: Upload): InspectedUpload {
  return { key, uploadId, initiatedMs, storageClass, parts: parts.size };
}
