/** What the state knows of a bucket's objects, found by the hash of their keys, in bounded memory. */
import { createHash, hash } from "node:crypto";
import type { ObjectState } from "../../core/object-state.ts";
import { AstraError } from "../../core/errors.ts";
import type { KnownObjects } from "../../ports/batch-engine.ts";
import { HashIndex } from "./hash-index.ts";
import { PAGE_BYTES, RecordPages } from "./record-pages.ts";
import { ClassCodes, RecordPage, isOfKey, readRecord, writeRecord } from "./state-record.ts";

export class KnownTable implements KnownObjects {
  readonly #pages: RecordPages;
  readonly #index = new HashIndex();
  readonly #codes = new ClassCodes();
  readonly #digest = createHash("sha256");
  /** Views of the frames, which live as long as the table. */
  readonly #views: RecordPage[] = [];
  #filling: RecordPage | null = null;
  #pageCount = 0;
  #at = 0;
  digest = "";

  private constructor(path: string, cacheBytes: number) {
    this.#pages = new RecordPages(path, cacheBytes);
  }

  /**
   * @param path of a file that is made where the table outgrows the memory, and removed with it
   * @throws AstraError ASTRA_STATE_*
   */
  static async load(
    states: AsyncIterable<readonly ObjectState[]>,
    path: string,
    cacheBytes: number,
  ): Promise<KnownTable> {
    const table = new KnownTable(path, cacheBytes);
    for await (const page of states) for (const state of page) table.#add(state);
    table.#sealPage();
    table.digest = table.#digest.digest("hex");
    return table;
  }

  get objects(): number {
    return this.#index.size;
  }

  /** @param bytes of the key, asked for only where a record has its hash */
  find(
    low: number,
    high: number,
    bytes: () => Uint8Array,
    name: () => string,
    bucket: string,
  ): ObjectState | undefined {
    for (let slot = this.#index.find(low, high); slot >= 0; slot = this.#index.find(low, high, slot)) {
      const place = this.#index.placeAt(slot) * 8;
      const view = this.#view(Math.floor(place / PAGE_BYTES));
      const at = place % PAGE_BYTES;
      if (isOfKey(view, at, bytes())) return readRecord(view, at, bucket, name(), this.#codes);
    }
    return undefined;
  }

  #view(page: number): RecordPage {
    const { frame, buffer } = this.#pages.page(page);
    return (this.#views[frame] ??= new RecordPage(buffer));
  }

  #add(state: ObjectState): void {
    const key = Buffer.from(state.key);
    // The lower half of the MD5, as `md5_number_lower` gives it; as a text of bytes, which is five times as fast as a buffer.
    const sum = hash("md5", state.key, "binary");
    let taken = this.#filling ? writeRecord(this.#filling, this.#at, key, state, this.#codes) : 0;
    if (taken === 0) {
      this.#sealPage();
      this.#filling = new RecordPage(this.#pages.add());
      this.#pageCount += 1;
      this.#at = 0;
      taken = writeRecord(this.#filling, 0, key, state, this.#codes);
      if (taken === 0) throw new AstraError("ASTRA_INTERNAL", `the state of ${JSON.stringify(state.key)} is too large`);
    }
    const place = ((this.#pageCount - 1) * PAGE_BYTES + this.#at) / 8;
    this.#index.add(wordOf(sum, 8), wordOf(sum, 12), place);
    this.#at += taken;
  }

  #sealPage(): void {
    if (this.#filling) this.#digest.update(this.#filling.bytes.subarray(0, this.#at));
    this.#filling = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pages[Symbol.dispose]();
  }
}

/** 32 bits of a text of bytes, the low ones first. */
function wordOf(bytes: string, at: number): number {
  const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16);
  return (low | (bytes.charCodeAt(at + 3) << 24)) >>> 0;
}
