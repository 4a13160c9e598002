/**
 * Reads and writes that come as no request: other parties at work between two requests of a test, and a look at
 * everything that is kept. None of it is billed as a request; what it stores is.
 */
import { hash } from "node:crypto";
import type { Account } from "./account.ts";
import type { StoredAcl } from "./acl.ts";
import { type Bucket, findVersion, versionsOf } from "./bucket.ts";
import { type ChecksumAlgorithm, checksumOf, md5Of } from "./checksums.ts";
import { deleteCurrent } from "./deletion.ts";
import {
  type InspectedObject,
  type InspectedUpload,
  type InspectedVersion,
  inspect,
  inspectUpload,
  inspectVersion,
} from "./inspection.ts";
import type { ObjectVersion, Retention, StoredEncryption, VersionAttributes } from "./object-version.ts";
import { storeVersion } from "./operations/put-object.ts";
import { checkTags } from "./tags.ts";
import { lockMissing } from "./write-headers.ts";

export type { InspectedObject };

export interface OverwriteOptions {
  readonly storageClass?: string;
  /** By lower-case name. */
  readonly contentHeaders?: Readonly<Record<string, string>>;
  /** By lower-case name; ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly websiteRedirect?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly acl?: StoredAcl;
  /** The bucket's default where absent. */
  readonly encryption?: StoredEncryption;
  /** A checksum of the whole is kept, of this kind. */
  readonly checksum?: ChecksumAlgorithm;
  readonly legalHold?: boolean;
  readonly retention?: Retention;
}

/** An object of {@link Backdoor.fill}. Its content is generated, and its ETag is made of its key. */
export interface FilledObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass?: string;
  /** The clock's present where absent. */
  readonly lastModifiedMs?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Every method throws S3Error where the bucket or the object is not there. */
export interface Backdoor {
  /** Writes an object as another party's PUT would; a new version where the bucket keeps versions. */
  overwrite(bucket: string, key: string, bytes: Uint8Array, options?: OverwriteOptions): InspectedVersion;
  /** Deletes as another party's DELETE would: behind a delete marker where the bucket keeps versions. */
  remove(bucket: string, key: string): void;
  /** Replaces all tags of the current object. */
  retag(bucket: string, key: string, tags: Readonly<Record<string, string>>): void;
  /** Sets or lifts the legal hold of the current object. */
  hold(bucket: string, key: string, on: boolean): void;
  /** Sets or lifts the retention of the current object, whatever it was. */
  retain(bucket: string, key: string, retention: Retention | null): void;
  /** Replaces the access control list of the current object; `null` = private. */
  setAcl(bucket: string, key: string, acl: StoredAcl | null): void;
  inspect(bucket: string, key: string): InspectedObject;
  /** Newest first; none for a key that was never there. */
  versions(bucket: string, key: string): readonly InspectedVersion[];
  openUploads(bucket: string): readonly InspectedUpload[];
  /** Puts many objects without bodies: about half a kilobyte of memory each. */
  fill(bucket: string, count: number, object: (index: number) => FilledObject): void;
}

const NOTHING_STATED: Omit<VersionAttributes, "encryption"> = {
  contentHeaders: { "content-type": "binary/octet-stream" },
  metadata: {},
  websiteRedirect: null,
  checksum: null,
  parts: null,
};

/** @param present brings the account to the clock's present */
export function openBackdoor(account: Account, present: () => void): Backdoor {
  const bucketNow = (name: string): Bucket => {
    present();
    return account.bucket(name);
  };
  const currentOf = (name: string, key: string): ObjectVersion => findVersion(bucketNow(name), key, undefined);
  const lockable = (name: string, key: string): ObjectVersion => {
    if (!bucketNow(name).objectLock) throw lockMissing();
    return currentOf(name, key);
  };
  return {
    overwrite: (name, key, bytes, options = {}) =>
      inspectVersion(overwrite(account, bucketNow(name), key, bytes, options)),
    remove: (name, key) => void deleteCurrent(account, bucketNow(name), key),
    retag: (name, key, tags) =>
      account.alter(bucketNow(name), currentOf(name, key), (version) => {
        version.tags = checkTags(Object.entries(tags));
      }),
    hold: (name, key, on) => {
      lockable(name, key).legalHold = on;
    },
    retain: (name, key, retention) => {
      lockable(name, key).retention = retention;
    },
    setAcl: (name, key, acl) => {
      currentOf(name, key).acl = acl;
    },
    inspect: (name, key) => inspect(currentOf(name, key)),
    versions: (name, key) => Array.from(versionsOf(bucketNow(name), key), inspectVersion),
    openUploads: (name) => Array.from(bucketNow(name).uploads.values(), inspectUpload),
    fill: (name, count, object) => fill(account, bucketNow(name), count, object),
  };
}

function overwrite(
  account: Account,
  bucket: Bucket,
  key: string,
  bytes: Uint8Array,
  options: OverwriteOptions,
): ObjectVersion {
  const { checksum: algorithm } = options;
  return storeVersion(
    { account, bucket },
    {
      key,
      body: Buffer.from(bytes),
      sizeBytes: bytes.length * account.byteScale,
      etag: md5Of([bytes]).toString("hex"),
      attributes: {
        contentHeaders: { ...NOTHING_STATED.contentHeaders, ...options.contentHeaders },
        metadata: options.metadata ?? NOTHING_STATED.metadata,
        websiteRedirect: options.websiteRedirect ?? null,
        encryption: options.encryption ?? bucket.defaultEncryption,
        checksum: algorithm ? { algorithm, value: checksumOf(algorithm, [bytes]), type: "FULL_OBJECT" } : null,
        parts: null,
      },
      storageClass: options.storageClass ?? account.book.baseClass,
      tags: checkTags(Object.entries(options.tags ?? {})),
      acl: options.acl ?? null,
      legalHold: options.legalHold ?? false,
      retention: options.retention ?? null,
    },
  );
}

function fill(account: Account, bucket: Bucket, count: number, object: (index: number) => FilledObject): void {
  const attributes: VersionAttributes = { ...NOTHING_STATED, encryption: bucket.defaultEncryption };
  for (let index = 0; index < count; index++) {
    const { key, sizeBytes, storageClass = account.book.baseClass, lastModifiedMs, tags } = object(index);
    storeVersion(
      { account, bucket },
      {
        key,
        body: { seed: key, fromByte: 0, length: Math.ceil(sizeBytes / account.byteScale) },
        sizeBytes,
        etag: hash("md5", key),
        attributes,
        storageClass,
        tags: tags ? checkTags(Object.entries(tags)) : NO_TAGS,
        acl: null,
        legalHold: false,
        retention: null,
      },
      lastModifiedMs,
    );
  }
}

const NO_TAGS: readonly [] = [];
