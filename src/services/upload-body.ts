/** Uploads the body an event speaks of, once: a redelivered event whose object is already there with the same content is done. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AstraError, isAstraError } from "../core/errors.ts";
import { type BodySource, type DataEvent, eventObject } from "../core/event.ts";
import { objectUri } from "../core/object-ref.ts";
import type { StoredFacts } from "../core/object-state.ts";
import type { ObjectHead, ObjectStore, PutInput } from "../ports/object-store.ts";
import { bucketEncryption } from "./bucket-encryption.ts";
import type { Context } from "./context.ts";
import { newObjectClass } from "./new-object-class.ts";

/** What was read of a body, however it was cut into chunks. */
class BodyDigest {
  readonly #md5 = createHash("md5");
  #crc = 0;
  sizeBytes = 0;

  /** @throws AstraError ASTRA_INTERRUPTED once the signal aborts: what was sent so far is then taken back */
  async *through(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      if (signal.aborted) throw new AstraError("ASTRA_INTERRUPTED", "an upload was broken off");
      this.add(chunk);
      yield chunk;
    }
  }

  add(chunk: Uint8Array): void {
    this.#md5.update(chunk);
    this.#crc = crc32(chunk, this.#crc);
    this.sizeBytes += chunk.byteLength;
  }

  md5(): string {
    return this.#md5.copy().digest("hex");
  }

  crc32(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#crc);
    return bytes.toString("base64");
  }
}

/**
 * @throws AstraError ASTRA_BODY_*, ASTRA_OBJECT_EXISTS (another content has the key and the event is no overwrite),
 * ASTRA_STORE_*, ASTRA_INTERRUPTED.
 */
export async function uploadBody(
  ctx: Context,
  event: DataEvent,
  source: BodySource,
  condition?: PutInput["condition"],
): Promise<StoredFacts> {
  const ref = eventObject(event);
  const store = await ctx.stores.open(ref.bucket);
  const body = await ctx.bodies.open(source, ctx.config.ingest.max_body_bytes);
  const expectedBytes = event.data.sizeBytes ?? body.sizeBytes;
  if (body.sizeBytes !== null && expectedBytes !== body.sizeBytes) {
    const text = `the event says ${expectedBytes} bytes, the body has ${body.sizeBytes}`;
    throw new AstraError("ASTRA_BODY_MISMATCH", text, { where: objectUri(ref) });
  }
  const storageClass = event.data.storageClass ?? newObjectClass(ctx, ref, expectedBytes);
  const encryption = bucketEncryption(ctx.config, ref.bucket);
  const digest = new BodyDigest();
  const input: PutInput = {
    key: ref.key,
    body: digest.through(body.chunks, ctx.signal),
    storageClass,
    ...(encryption && { encryption }),
    ...(expectedBytes !== null && { sizeBytes: expectedBytes }),
    ...(condition && { condition }),
  };
  try {
    const put = await store.put(input);
    return { sizeBytes: put.sizeBytes, etag: put.etag, versionId: put.versionId, storageClass };
  } catch (error) {
    if (!isAstraError(error, "ASTRA_OBJECT_EXISTS")) throw error;
    const head = await store.head(ref.key);
    if (await isSameContent(store, head, digest)) {
      return { sizeBytes: head.sizeBytes, etag: head.etag, versionId: head.versionId, storageClass: head.storageClass };
    }
    throw new AstraError("ASTRA_OBJECT_EXISTS", "another object has this key", { where: objectUri(ref), cause: error });
  }
}

/** By checksum or MD5 where the store tells one, else by reading what is stored. */
async function isSameContent(store: ObjectStore, head: ObjectHead, digest: BodyDigest): Promise<boolean> {
  if (head.sizeBytes !== digest.sizeBytes) return false;
  if (head.checksum?.algorithm === "CRC32" && head.checksum.type === "FULL_OBJECT")
    return head.checksum.value === digest.crc32();
  if (head.etag === digest.md5()) return true;
  const stored = new BodyDigest();
  for await (const chunk of await store.get(head.key)) stored.add(chunk);
  return stored.md5() === digest.md5();
}
