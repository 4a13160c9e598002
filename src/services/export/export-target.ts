/** Where an export's files go: a folder of this machine, or a bucket. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import type { Context } from "../context.ts";

/** A file that is being written. */
export interface ExportFile {
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Ends it. @returns its ETag: the store's own, or what a store gives to a body of that content sent in one request. */
  finish(): Promise<{ readonly etag: string }>;
  /** Nothing of it stays. Harmless after {@link finish}. */
  abandon(): Promise<void>;
}

/** A place that takes files by name. */
export interface ExportTarget {
  /** For people. */
  readonly location: string;
  create(name: string): Promise<ExportFile>;
}

const S3_ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/s;

/** A bucket and a prefix that is empty or ends with a slash; `null` where `text` is no such address. */
export function parsePrefixAddress(text: string): { readonly bucket: string; readonly prefix: string } | null {
  const match = S3_ADDRESS.exec(text);
  if (!match) return null;
  const path = (match[2] ?? "").replace(/\/+$/, "");
  return { bucket: match[1] ?? "", prefix: path === "" ? "" : `${path}/` };
}

/** Files under a prefix of a bucket, each there whole or not at all. */
export function bucketTarget(
  ctx: Context,
  place: { readonly bucket: string; readonly prefix: string },
  storageClass: string,
): ExportTarget {
  return {
    location: `s3://${place.bucket}/${place.prefix}`,
    async create(name) {
      const store = await ctx.stores.open(place.bucket);
      const channel = new TextChannel();
      const body = channel.chunks();
      const sent = store.put({ key: `${place.prefix}${name}`, body, storageClass, contentType: contentTypeOf(name) });
      // Told by `finish`, or by the write that finds the channel closed.
      sent.catch(() => channel.close());
      return {
        write: async (text) => {
          if (!(await channel.push(Buffer.from(text)))) await sent;
        },
        finish: async () => {
          channel.end();
          return { etag: (await sent).etag };
        },
        abandon: async () => {
          channel.fail(new AstraError("ASTRA_BODY_MISMATCH", "the export ended before the file was whole"));
          await sent.catch(() => undefined);
        },
      };
    },
  };
}

function contentTypeOf(name: string): string {
  return name.endsWith(".json") ? "application/json" : "text/csv";
}

/** Wide enough that a file is not sent in crumbs. */
const CHUNK_BYTES = 1 << 20;

/** Hands what is written to whoever reads it, one chunk ahead. */
class TextChannel {
  #pending: Buffer[] = [];
  #size = 0;
  #isClosed = false;
  #isEnded = false;
  #fault: Error | null = null;
  #wakeReader = (): void => undefined;
  #wakeWriter = (): void => undefined;

  /** @returns `false` where nobody reads any longer */
  async push(bytes: Buffer): Promise<boolean> {
    this.#pending.push(bytes);
    this.#size += bytes.length;
    if (this.#size < CHUNK_BYTES || this.#isClosed) return !this.#isClosed;
    this.#wakeReader();
    while (this.#size >= CHUNK_BYTES && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
    return !this.#isClosed;
  }

  end(): void {
    this.#isEnded = true;
    this.#wakeReader();
  }

  fail(error: Error): void {
    if (this.#isEnded) return;
    this.#fault = error;
    this.#wakeReader();
  }

  close(): void {
    this.#isClosed = true;
    this.#wakeWriter();
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    for (;;) {
      if (this.#fault) throw this.#fault;
      if (this.#size >= CHUNK_BYTES || (this.#isEnded && this.#size > 0)) {
        const chunk = Buffer.concat(this.#pending);
        this.#pending = [];
        this.#size = 0;
        this.#wakeWriter();
        yield chunk;
      } else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    }
  }
}

/** Hex MD5 while a text is written: the ETag of a body that is sent in one request and not under a key of KMS. */
export class TextDigest {
  readonly #md5 = createHash("md5");

  update(text: string): void {
    this.#md5.update(text);
  }

  hex(): string {
    return this.#md5.digest("hex");
  }
}
