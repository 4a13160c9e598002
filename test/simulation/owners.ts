/** Owners of the objects: they write, delete, tag, hold and read them, at any moment, and the model remembers it. */
import type { InspectedObject, OverwriteOptions } from "../../src/sandbox/backdoor.ts";
import { OWNER_ID, type StoredAcl } from "../../src/sandbox/acl.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import type { Model, ModelObject, OwnersObject } from "./model.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Stream } from "./stream.ts";
import type { BucketKind } from "./setting.ts";

export interface OwnersOptions {
  readonly bucket: string;
  readonly kind: BucketKind;
  readonly sandbox: Sandbox;
  readonly model: Model;
  readonly stream: Stream;
  readonly scheduler: Scheduler;
  readonly tell: (line: string) => void;
  /** S3 offers no condition on tags: in some moments a change of theirs can't be guarded against. */
  readonly mayChangeTags: (key: string) => boolean;
  readonly mostBytes: number;
  /** Objects are larger than the bodies that are sent. */
  readonly isScaled: boolean;
}

const STORE_DAY_MS = 86_400_000;
const READER: StoredAcl["grants"][number] = {
  grantee: { kind: "uri", value: "http://acs.amazonaws.com/groups/global/AllUsers" },
  permission: "READ",
};
const OWNER: StoredAcl["grants"][number] = { grantee: { kind: "id", value: OWNER_ID }, permission: "FULL_CONTROL" };

/** What a consumer's upload has besides its content. */
const SENT: Omit<OwnersObject, "key" | "content"> = {
  contentHeaders: { "content-type": "binary/octet-stream" },
  metadata: {},
  websiteRedirect: null,
  encryption: JSON.stringify({ algorithm: "AES256", kmsKeyId: null, bucketKey: false }),
  checksum: "CRC32",
};

export class Owners {
  readonly #options: OwnersOptions;
  #contents = 0;

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** Writes an object anew, whether it is there or not. */
  write(key: string, isSilent = false): void {
    const { sandbox, bucket, scheduler, model, tell } = this.#options;
    const wasThere = model.object(key).current !== null;
    const size = 1 + scheduler.below(this.#options.mostBytes);
    this.#contents += 1;
    const body = Buffer.alloc(size, `${key} ${this.#contents} `);
    const version = sandbox.overwrite(bucket, key, body, this.#written());
    tell(`owner: writes ${key}, ${size} bytes, ${version.storageClass}`);
    this.#remember(key);
    model.object(key).isSilent = isSilent;
    if (isSilent) return;
    this.#tellOfWrite(key, wasThere ? "overwritten" : "created");
  }

  /** Writes the same content with other metadata: its ETag stays, so no condition notices. */
  rewrite(key: string): void {
    const { sandbox, bucket, scheduler, model, tell, mayChangeTags } = this.#options;
    const object = model.object(key);
    if (!object.current || object.isIngested || !mayChangeTags(key)) return;
    const { body, storageClass, etag, ...before } = sandbox.inspect(bucket, key);
    if (etag.includes("-") || before.legalHold || before.retention || before.encryption.algorithm !== "AES256") return;
    const metadata = { note: `rewritten ${scheduler.below(1000)}` };
    tell(`owner: rewrites the metadata of ${key}`);
    const { contentHeaders, websiteRedirect, tags, acl, checksum } = before;
    sandbox.overwrite(bucket, key, body, {
      storageClass,
      contentHeaders,
      metadata,
      tags,
      ...(websiteRedirect !== null && { websiteRedirect }),
      ...(this.#options.kind.hasAcls && { acl }),
      ...(checksum && { checksum: checksum.algorithm }),
    });
    const { writtenStep } = object;
    this.#remember(key);
    object.writtenStep = writtenStep;
    object.isAgeKnown = false;
    object.rewrittenMs = scheduler.now();
    this.#tellOfWrite(key, "overwritten");
  }

  remove(key: string): void {
    const { sandbox, bucket, kind, scheduler, model, stream, tell } = this.#options;
    const object = model.object(key);
    if (!object.current) return;
    // Where versions are not kept, a held object can't be deleted; where they are, a marker hides it.
    if (kind.versioning) tell(`owner: hides ${key} behind a delete marker`);
    else tell(`owner: deletes ${key}`);
    sandbox.remove(bucket, key);
    object.current = null;
    object.legalHold = false;
    object.retainUntilMs = 0;
    stream.tell({ type: "deleted", key, atMs: scheduler.now(), data: { sequencer: stream.nextSequencer() } });
  }

  retag(key: string): void {
    const { sandbox, bucket, model, tell, mayChangeTags } = this.#options;
    const object = model.object(key);
    // An upload that is repeated after a crash may come after the tags.
    if (!object.current || object.isIngested || !mayChangeTags(key)) return;
    const tags = this.#tags();
    tell(`owner: tags ${key} ${JSON.stringify(tags)}`);
    sandbox.retag(bucket, key, tags);
    object.tags = tags;
  }

  /** Puts a hold on, or takes it off. */
  hold(key: string): void {
    const { sandbox, bucket, kind, scheduler, model, tell } = this.#options;
    const object = model.object(key);
    if (!kind.objectLock || !object.current || object.isIngested) return;
    // In the moment before a late hold is carried over to a copy, there is none to be taken off.
    if (object.legalHold && !sandbox.inspect(bucket, key).legalHold) return;
    if (scheduler.chance(0.3) && object.retainUntilMs < scheduler.now()) {
      const untilMs = scheduler.now() + Math.ceil(scheduler.random.next() * 20) * STORE_DAY_MS;
      tell(`owner: locks ${key} until ${new Date(untilMs).toISOString()}`);
      sandbox.retain(bucket, key, { mode: "GOVERNANCE", untilMs });
      object.retainUntilMs = untilMs;
    } else {
      tell(`owner: ${object.legalHold ? "takes the hold off" : "puts a hold on"} ${key}`);
      sandbox.hold(bucket, key, !object.legalHold);
      object.legalHold = !object.legalHold;
    }
    object.heldSinceStep = scheduler.steps;
  }

  read(key: string): void {
    const { scheduler, model, stream } = this.#options;
    const isExcluded = scheduler.chance(0.2);
    const reads = scheduler.chance(0.3) ? 1 + scheduler.below(12) : 1;
    if (!isExcluded) model.object(key).reads += reads;
    const principal = isExcluded ? { principal: "crawler" } : {};
    stream.tell({ type: "accessed", key, atMs: scheduler.now(), data: { reads, ...principal } });
  }

  /** Sends an object through the stream: a consumer will write it. */
  send(key: string): void {
    const { scheduler, model, stream, tell } = this.#options;
    const object = model.object(key);
    this.#contents += 1;
    const body = Buffer.alloc(1 + scheduler.below(this.#options.mostBytes), `${key} ${this.#contents} `);
    const base64 = body.toString("base64");
    // A body whose object has another size can't be known again when its upload is repeated.
    const isCreated = object.current === null && !this.#options.isScaled;
    tell(`owner: sends ${key}, ${body.length} bytes`);
    stream.tell({
      type: isCreated ? "created" : "overwritten",
      key,
      atMs: scheduler.now(),
      data: { body: { base64 }, sequencer: stream.nextSequencer() },
    });
    object.current = { ...SENT, key, content: base64 };
    object.writtenMs = scheduler.now();
  }

  #tellOfWrite(key: string, type: "created" | "overwritten"): void {
    const { sandbox, bucket, scheduler, stream } = this.#options;
    const { etag, sizeBytes, versionId } = sandbox.inspect(bucket, key);
    const version = versionId === "null" ? {} : { versionId };
    const data = { etag, sizeBytes, sequencer: stream.nextSequencer(), ...version };
    stream.tell({ type, key, atMs: scheduler.now(), data });
  }

  #written(): OverwriteOptions {
    const { scheduler, kind } = this.#options;
    const some = <T extends object>(value: T): T | Record<string, never> => (scheduler.chance(0.4) ? value : {});
    return {
      storageClass: scheduler.chance(0.8) ? "STANDARD" : scheduler.pick(["STANDARD_IA", "GLACIER_IR", "GLACIER"]),
      ...some({
        contentHeaders: { "content-type": "text/plain", "cache-control": "max-age=60", "content-language": "de" },
      }),
      ...some({ metadata: { owner: "someone", note: `n${scheduler.below(100)}` } }),
      ...some({ websiteRedirect: "/elsewhere" }),
      ...some({ tags: this.#tags() }),
      ...some({ encryption: { algorithm: "aws:kms", kmsKeyId: "key-1", bucketKey: scheduler.chance(0.5) } }),
      ...some({ checksum: scheduler.pick(["CRC32", "CRC64NVME", "SHA256"] as const) }),
      ...(kind.hasAcls ? some({ acl: { ownerId: OWNER_ID, grants: [OWNER, READER] } }) : {}),
    };
  }

  #tags(): Record<string, string> {
    const { scheduler } = this.#options;
    const count = scheduler.below(4);
    return Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, `v${scheduler.below(9)}`]));
  }

  /** What the store now has is what the owner wanted. */
  #remember(key: string): void {
    const { sandbox, bucket, model, scheduler, kind } = this.#options;
    const found = sandbox.inspect(bucket, key);
    const object: ModelObject = model.object(key);
    object.isAgeKnown = true;
    object.writtenMs = scheduler.now();
    object.writtenStep = scheduler.steps;
    if (kind.versioning) object.ownVersions.add(found.versionId);
    object.current = ownersPart(found);
    object.tags = found.tags;
    object.grants = grantTexts(found.acl);
    object.legalHold = found.legalHold;
    object.retainUntilMs = found.retention?.untilMs ?? 0;
  }
}

/** The part of an object that its owner decides. */
export function ownersPart(found: InspectedObject): NonNullable<ModelObject["current"]> {
  return {
    key: found.key,
    content: found.body.toString("base64"),
    contentHeaders: found.contentHeaders,
    metadata: found.metadata,
    websiteRedirect: found.websiteRedirect,
    encryption: JSON.stringify(found.encryption),
    checksum: found.checksum?.algorithm ?? null,
  };
}

export function grantTexts(acl: StoredAcl): readonly string[] {
  return acl.grants.map(({ grantee, permission }) => `${grantee.kind} ${grantee.value} ${permission}`).toSorted();
}
