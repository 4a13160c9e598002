/**
 * Everything the sandbox stores and what it costs. All changes go through here, so that the meter, the order of keys and
 * the queue of what falls due always agree with the objects.
 */
import { billedBytes } from "../core/pricing/bill.ts";
import { earlyDeletionQuantity } from "../core/pricing/ledger.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import { type Bucket, type DefaultRetention, checkBucketName, newBucket, versionsOf } from "./bucket.ts";
import { classPrices, isArchive, versionCharges } from "./charges.ts";
import { DueQueue } from "./due-queue.ts";
import { Meter } from "./meter.ts";
import type { Upload, UploadedPart } from "./multipart-upload.ts";
import { NULL_VERSION, type ObjectVersion } from "./object-version.ts";
import { S3Error } from "./s3-error.ts";
import { dueOfUpload, dueOfVersion, runUpload, runVersion } from "./due-work.ts";

type DueItem =
  | { readonly bucket: Bucket; readonly version: ObjectVersion; readonly upload?: undefined }
  | { readonly bucket: Bucket; readonly upload: Upload; readonly version?: undefined };

export interface AccountOptions {
  readonly prices: PriceBook;
  readonly startMs: number;
  readonly byteScale: number;
  readonly seed: number;
}

export class Account {
  readonly book: PriceBook;
  readonly meter: Meter;
  /** Stated bytes per byte kept. */
  readonly byteScale: number;
  readonly buckets = new Map<string, Bucket>();
  readonly #due = new DueQueue<DueItem>();
  readonly #seed: number;
  #ids = 0;

  constructor(options: AccountOptions) {
    this.book = options.prices;
    this.meter = new Meter(options.prices, options.startMs);
    this.byteScale = options.byteScale;
    this.#seed = options.seed;
  }

  get nowMs(): number {
    return this.meter.nowMs;
  }

  /** An opaque identifier that no other call gives; repeatable for one seed. */
  newId(): string {
    this.#ids++;
    const mixed = Math.imul(this.#ids ^ this.#seed, 0x9e3779b1) >>> 0;
    return `${this.#ids.toString(36).padStart(9, "0")}${mixed.toString(36).padStart(7, "0")}`;
  }

  /** Carries out whatever falls due up to `ms`, each at its own instant, and moves the meter there. */
  catchUp(ms: number): void {
    for (let due = this.#due.popDue(ms); due; due = this.#due.popDue(ms)) {
      const { bucket, version, upload } = due.item;
      this.meter.moveTo(due.dueMs);
      if (upload) runUpload(this, bucket, upload);
      else if (!version.gone && version.dueMs === due.dueMs) {
        version.dueMs = Infinity;
        runVersion(this, bucket, version);
        this.schedule(bucket, version);
      }
    }
    this.meter.moveTo(ms);
  }

  createBucket(name: string): Bucket {
    checkBucketName(name);
    if (this.buckets.has(name)) {
      throw new S3Error("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded.", {
        BucketName: name,
      });
    }
    const bucket = newBucket(name, this.nowMs);
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Error("NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
    return bucket;
  }

  enableLock(bucket: Bucket, retention: DefaultRetention | null): void {
    bucket.versioning = "enabled";
    bucket.objectLock = true;
    bucket.defaultRetention = retention;
  }

  /** Version id that a write to the bucket gets. */
  versionIdFor(bucket: Bucket): string {
    return bucket.versioning === "enabled" ? this.newId() : NULL_VERSION;
  }

  /** Stores a version as the newest of its key. Without versioning it takes the place of what was there. */
  addVersion(bucket: Bucket, version: ObjectVersion): void {
    const replacesNull = version.versionId === NULL_VERSION;
    const newest = bucket.newest.get(version.key);
    if (newest && replacesNull && newest.versionId === NULL_VERSION) {
      version.older = newest.older;
      this.#retire(newest);
    } else if (newest) {
      if (replacesNull) this.#removeOlderNull(bucket, version.key);
      version.older = newest;
      newest.noncurrentSinceMs = this.nowMs;
    } else bucket.index.add(version.key);
    bucket.newest.set(version.key, version);
    this.meter.start(versionCharges(this.book, version));
    this.#scheduleAll(bucket, version.key);
  }

  /** Deletes a version for good and bills what remains of its minimum duration. */
  removeVersion(bucket: Bucket, version: ObjectVersion): void {
    const newest = bucket.newest.get(version.key);
    if (newest === version) this.#promoteOlder(bucket, version);
    for (let newer = newest ?? null; newer; newer = newer.older)
      if (newer.older === version) newer.older = version.older;
    this.#retire(version);
    this.#scheduleAll(bucket, version.key);
  }

  /** Changes what a version costs; `change` must not touch anything else that is metered. */
  alter(bucket: Bucket, version: ObjectVersion, change: (version: ObjectVersion) => void): void {
    this.meter.stop(versionCharges(this.book, version));
    change(version);
    this.meter.start(versionCharges(this.book, version));
    this.schedule(bucket, version);
  }

  /** Moves a version to another class in place, as lifecycle rules do. */
  transition(bucket: Bucket, version: ObjectVersion, storageClass: string): void {
    this.#billEarlyExit(version);
    this.meter.enter("transition", storageClass, 1);
    this.alter(bucket, version, (moved) => {
      moved.storageClass = storageClass;
      moved.classSinceMs = this.nowMs;
      moved.lastAccessMs = this.nowMs;
      moved.innerTier = 0;
      moved.restore = null;
    });
  }

  addPart(upload: Upload, part: UploadedPart): void {
    this.dropParts(upload, [part.number]);
    upload.parts.set(part.number, part);
    this.meter.start([this.#partCharge(upload, part)]);
  }

  dropParts(upload: Upload, numbers: readonly number[]): void {
    for (const number of numbers) {
      const part = upload.parts.get(number);
      if (!part) continue;
      upload.parts.delete(number);
      this.meter.stop([this.#partCharge(upload, part)]);
    }
  }

  /** Class that parts and their requests are billed at: archives take parts at the base class's price. */
  stagingClass(storageClass: string): string {
    return isArchive(this.book, storageClass) ? this.book.baseClass : storageClass;
  }

  /** Enters the version in the due queue, unless an earlier entry already stands there. */
  schedule(bucket: Bucket, version: ObjectVersion): void {
    if (version.gone) return;
    const due = dueOfVersion(this, bucket, version);
    if (due >= version.dueMs) return;
    version.dueMs = due;
    this.#due.push(due, { bucket, version });
  }

  scheduleUpload(bucket: Bucket, upload: Upload): void {
    const due = dueOfUpload(this, bucket, upload);
    if (due < Infinity) this.#due.push(due, { bucket, upload });
  }

  #removeOlderNull(bucket: Bucket, key: string): void {
    for (const version of versionsOf(bucket, key))
      if (version.versionId === NULL_VERSION) this.removeVersion(bucket, version);
  }

  /** What a rule does to one version depends on those above and below it. */
  #scheduleAll(bucket: Bucket, key: string): void {
    for (const version of versionsOf(bucket, key)) this.schedule(bucket, version);
  }

  #promoteOlder(bucket: Bucket, newest: ObjectVersion): void {
    const { key, older } = newest;
    if (!older) {
      bucket.newest.delete(key);
      bucket.index.delete(key);
      return;
    }
    bucket.newest.set(key, older);
    older.noncurrentSinceMs = null;
  }

  #retire(version: ObjectVersion): void {
    version.gone = true;
    this.#billEarlyExit(version);
    this.meter.stop(versionCharges(this.book, version));
  }

  #billEarlyExit(version: ObjectVersion): void {
    if (version.deleteMarker) return;
    const prices = classPrices(this.book, version.storageClass);
    if (prices.minimumDays === 0) return;
    const held = this.nowMs - version.classSinceMs;
    const remainder = (bytes: number): bigint => earlyDeletionQuantity(bytes, prices.minimumDays, held);
    this.meter.enter("early-deletion", version.storageClass, remainder(billedBytes(prices, version.sizeBytes)));
    this.meter.enter("early-deletion", this.book.baseClass, remainder(prices.baseOverheadBytes));
  }

  #partCharge(upload: Upload, part: UploadedPart) {
    const storageClass = this.stagingClass(upload.storageClass);
    const variant = classPrices(this.book, storageClass).innerTiers?.[0]?.name;
    return {
      item: "storage",
      storageClass,
      amount: part.sizeBytes,
      ...(variant === undefined ? {} : { variant }),
    } as const;
  }
}
