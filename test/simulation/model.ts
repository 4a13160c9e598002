/** What every object has to be, kept without any code of the product: the judge of a simulation. */

/** What an owner stored with an object. */
export interface OwnersObject {
  readonly key: string;
  /** Base64. */
  readonly content: string;
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly websiteRedirect: string | null;
  readonly encryption: string;
  /** Algorithm of the checksum that is kept; `null` for none. */
  readonly checksum: string | null;
}

/** An object as the model knows it. */
export interface ModelObject {
  /** `null`: deleted, or never there. */
  current: OwnersObject | null;
  tags: Readonly<Record<string, string>>;
  /** Sorted, one text a grant. */
  grants: readonly string[];
  legalHold: boolean;
  retainUntilMs: number;
  /** When its owner last wrote it. */
  writtenMs: number;
  /** A write of equal bytes can't be told from a copy of ours, so nobody can know its date for certain. */
  isAgeKnown: boolean;
  /** When its owner last wrote the same content anew. */
  rewrittenMs: number;
  /** When a consumer last wrote it for its owner. */
  uploadedMs: number;
  /** Scheduler's step after which it was. */
  writtenStep: number;
  /** Its last write was told to nobody. */
  isSilent: boolean;
  /** Reads that count, told of in events that were delivered. */
  reads: number;
  /** Scheduler's step at which a hold or a lock was last put on. */
  heldSinceStep: number;
  /** Every version an owner wrote, by id. */
  readonly ownVersions: Set<string>;
  /** Written by events through the consumers, by nobody else. */
  readonly isIngested: boolean;
}

export class Model {
  readonly objects = new Map<string, ModelObject>();

  object(key: string): ModelObject {
    const known = this.objects.get(key);
    if (!known) throw new RangeError(`the model has no object ${key}`);
    return known;
  }

  add(key: string, isIngested: boolean): ModelObject {
    const object: ModelObject = {
      current: null,
      tags: {},
      grants: [],
      legalHold: false,
      retainUntilMs: 0,
      writtenMs: 0,
      isAgeKnown: true,
      rewrittenMs: 0,
      uploadedMs: 0,
      writtenStep: 0,
      isSilent: false,
      reads: 0,
      heldSinceStep: 0,
      ownVersions: new Set(),
      isIngested,
    };
    this.objects.set(key, object);
    return object;
  }

  /** Whether a hold or lock stands on the object at an instant. */
  isHeld(key: string, atMs: number): boolean {
    const { legalHold, retainUntilMs } = this.object(key);
    return legalHold || retainUntilMs > atMs;
  }
}
