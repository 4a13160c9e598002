/** Files that an import names, in a bucket or on this machine, as one kind of thing. */
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { SourceFiles } from "../../ports/source-files.ts";
import type { Context } from "../context.ts";

/** A file that can be read. */
export interface Place {
  /** `s3://bucket/key`, or a path. */
  readonly address: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Tells one content of it from another. */
  readonly mark: string;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

const IN_BUCKET = /^s3:\/\/([^/]+)(?:\/(.*))?$/s;

export class Places {
  readonly #ctx: Pick<Context, "stores" | "signal">;
  readonly #files: SourceFiles;

  constructor(ctx: Pick<Context, "stores" | "signal">, files: SourceFiles) {
    this.#ctx = ctx;
    this.#files = files;
  }

  /** The file itself, or all that lies below a folder or a prefix. @throws AstraError ASTRA_INVENTORY_MISSING */
  async find(address: string): Promise<readonly Place[]> {
    const inBucket = IN_BUCKET.exec(address);
    const [, bucket, key = ""] = inBucket ?? [];
    if (bucket === undefined) return (await this.#files.find(address)).map((file) => this.#local(file));
    const itself = key === "" || key.endsWith("/") ? null : await this.#object(bucket, key);
    if (itself) return [itself];
    const below = await this.#below(bucket, key === "" || key.endsWith("/") ? key : `${key}/`);
    if (below.length === 0) throw nothingAt(address);
    return below;
  }

  /** The first of some addresses that is a file. */
  async first(addresses: readonly string[]): Promise<Place | null> {
    for (const address of addresses) {
      const [, bucket, key = ""] = IN_BUCKET.exec(address) ?? [];
      const place = bucket === undefined ? await this.#localFile(address) : await this.#object(bucket, key);
      if (place) return place;
    }
    return null;
  }

  async #localFile(path: string): Promise<Place | null> {
    try {
      const [file, ...more] = await this.#files.find(path);
      return file && more.length === 0 ? this.#local(file) : null;
    } catch (error) {
      if (isAstraError(error, "ASTRA_INVENTORY_MISSING")) return null;
      throw error;
    }
  }

  #local({ path, sizeBytes, modifiedMs }: Awaited<ReturnType<SourceFiles["find"]>>[number]): Place {
    const mark = `${sizeBytes}-${modifiedMs}`;
    return { address: path, sizeBytes, modifiedMs, mark, bytes: () => this.#files.bytes(path) };
  }

  async #object(bucket: string, key: string): Promise<Place | null> {
    const store = await this.#ctx.stores.open(bucket);
    try {
      const { sizeBytes, lastModifiedMs, etag } = await store.head(key);
      return this.#stored(bucket, { key, sizeBytes, lastModifiedMs, etag });
    } catch (error) {
      if (isAstraError(error, "ASTRA_OBJECT_MISSING")) return null;
      throw error;
    }
  }

  async #below(bucket: string, prefix: string): Promise<readonly Place[]> {
    const store = await this.#ctx.stores.open(bucket);
    const found: Place[] = [];
    for await (const page of store.list({ prefix, signal: this.#ctx.signal })) {
      for (const listed of page) found.push(this.#stored(bucket, listed));
    }
    return found;
  }

  #stored(
    bucket: string,
    { key, sizeBytes, lastModifiedMs, etag }: { key: string; sizeBytes: number; lastModifiedMs: number; etag: string },
  ): Place {
    const stores = this.#ctx.stores;
    return {
      address: `s3://${bucket}/${key}`,
      sizeBytes,
      modifiedMs: lastModifiedMs,
      mark: `${sizeBytes}-${etag}`,
      async *bytes() {
        const store = await stores.open(bucket);
        yield* await store.get(key);
      },
    };
  }
}

function nothingAt(address: string): AstraError {
  return new AstraError("ASTRA_INVENTORY_MISSING", "there is no such object, and nothing below it", {
    where: address,
    fix: "Check the address; an inventory's first files come up to 48 hours after it was set up.",
  });
}
