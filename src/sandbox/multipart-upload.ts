/** A multipart upload in progress. */
import type { StoredAcl } from "./acl.ts";
import type { PartRecord, Retention, StoredEncryption, Tags } from "./object-version.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import type { StoredBody } from "./stored-body.ts";

export interface UploadedPart extends PartRecord {
  readonly body: StoredBody;
  /** Hexadecimal MD5. */
  readonly etag: string;
  readonly lastModifiedMs: number;
}

export interface Upload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly storageClass: string;
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly websiteRedirect: string | null;
  readonly encryption: StoredEncryption;
  readonly tags: Tags;
  readonly legalHold: boolean;
  readonly retention: Retention | null;
  readonly acl: StoredAcl | null;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: "FULL_OBJECT" | "COMPOSITE" } | null;
  readonly parts: Map<number, UploadedPart>;
}
