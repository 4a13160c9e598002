/** An inventory's row as strategies see it, whose key is decoded only where somebody looks at it. */
import { type StoredObject, viewOf } from "../../core/object-view.ts";
import type { ObjectState } from "../../core/object-state.ts";
import type { ObjectView } from "../../core/strategy.ts";

/** The row without its key. */
class Keyless implements StoredObject {
  readonly key = "";
  readonly #stored: StoredObject;

  constructor(stored: StoredObject) {
    this.#stored = stored;
  }

  get sizeBytes(): number {
    return this.#stored.sizeBytes;
  }

  get etag(): string {
    return this.#stored.etag;
  }

  get lastModifiedMs(): number {
    return this.#stored.lastModifiedMs;
  }

  get storageClass(): string {
    return this.#stored.storageClass;
  }
}

/** Makes views of one row after another. */
export class RowViews {
  readonly #bucket: string;
  readonly #nowMs: number;
  readonly #windowDays: number;
  #stored: StoredObject | null = null;
  #keyless: Keyless | null = null;

  constructor(bucket: string, nowMs: number, windowDays: number) {
    this.#bucket = bucket;
    this.#nowMs = nowMs;
    this.#windowDays = windowDays;
  }

  /** Good for as long as the row is. */
  of(stored: StoredObject, state: ObjectState | undefined, ruleBits: number): ObjectView {
    if (this.#stored !== stored || !this.#keyless) {
      this.#stored = stored;
      this.#keyless = new Keyless(stored);
    }
    return new RowView(viewOf(this.#keyless, state, this.#nowMs, this.#windowDays, this.#bucket, ruleBits), stored);
  }
}

class RowView implements ObjectView {
  readonly atMs: number;
  readonly bucket: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  readonly ageDays: number | null;
  readonly idleDays: number | null;
  readonly createdDay: number;
  readonly daysInClass: number;
  readonly daysSincePromotion: number | null;
  readonly windowReads: number;
  readonly lifetimeReads: number;
  readonly rate: ObjectView["rate"];
  readonly readDays: ObjectView["readDays"];
  readonly decayedReadDays: number;
  readonly ruleBits: number | undefined;
  readonly #stored: StoredObject;

  constructor(view: ObjectView, stored: StoredObject) {
    this.atMs = view.atMs;
    this.bucket = view.bucket;
    this.sizeBytes = view.sizeBytes;
    this.storageClass = view.storageClass;
    this.ageDays = view.ageDays;
    this.idleDays = view.idleDays;
    this.createdDay = view.createdDay;
    this.daysInClass = view.daysInClass;
    this.daysSincePromotion = view.daysSincePromotion ?? null;
    this.windowReads = view.windowReads;
    this.lifetimeReads = view.lifetimeReads;
    this.rate = view.rate;
    this.readDays = view.readDays;
    this.decayedReadDays = view.decayedReadDays;
    this.ruleBits = view.ruleBits;
    this.#stored = stored;
  }

  get key(): string {
    return this.#stored.key;
  }
}
