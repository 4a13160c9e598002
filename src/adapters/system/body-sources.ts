/** Bodies by the scheme of their URI. */
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { BodySource } from "../../core/event.ts";
import { parseObjectUri } from "../../core/object-ref.ts";
import { syntheticChunks } from "../../core/synthetic-body.ts";
import type { BodySources, OpenBody } from "../../ports/body-source.ts";
import type { ObjectStores } from "../../ports/object-store.ts";
import { openFileBody } from "./file-body.ts";
import type { HttpBodies, HttpBody } from "./http-body.ts";

export interface BodySourcesOptions {
  readonly fileRoots: readonly string[];
  /** Hosts with private addresses, or without TLS, that bodies may be read from. */
  readonly allowedPrivateHosts: readonly string[];
  /** Buckets that `s3:` bodies may be read from; any where empty. */
  readonly buckets: readonly string[];
}

export interface BodySourcesDeps {
  readonly stores: ObjectStores;
}

export type SystemBodySources = BodySources & AsyncDisposable;

export function systemBodySources(options: BodySourcesOptions, deps: BodySourcesDeps): SystemBodySources {
  const allowedHosts = new Set(options.allowedPrivateHosts.map((host) => host.toLowerCase()));
  let http: Promise<HttpBodies> | null = null;
  const openHttp = async (uri: string): Promise<HttpBody> => {
    http ??= import("./http-body.ts").then((module) => new module.HttpBodies({ allowedHosts }));
    return (await http).open(uri);
  };
  const openUri = async (uri: string): Promise<OpenBody | HttpBody> => {
    switch (/^[a-z0-9]+:/i.exec(uri)?.[0].toLowerCase()) {
      case "synthetic:":
        return syntheticBody(uri);
      case "file:":
        return openFileBody(uri, options.fileRoots);
      case "https:":
      case "http:":
        return openHttp(uri);
      case "s3:":
        return openObject(uri, options.buckets, deps.stores);
      default:
        throw new AstraError("ASTRA_BODY_FORBIDDEN", `no body can be read from ${JSON.stringify(uri.slice(0, 100))}`, {
          fix: "Use file:, https:, s3:, synthetic:SEED:SIZE, or inline base64.",
        });
    }
  };
  return {
    async open(source: BodySource, sizeLimitBytes: number): Promise<OpenBody> {
      const body = "uri" in source ? await openUri(source.uri) : inlineBody(source.base64);
      // The query of a presigned address is as good as a password.
      return limited(body, sizeLimitBytes, "uri" in source ? source.uri.replace(/\?.*$/s, "") : "inline body");
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await (await http)?.close();
    },
  };
}

function inlineBody(base64: string): OpenBody {
  const bytes = Buffer.from(base64, "base64");
  return { chunks: asAsync([bytes]), sizeBytes: bytes.byteLength };
}

function syntheticBody(uri: string): OpenBody {
  const match = /^synthetic:([^:]*):(\d{1,16})$/i.exec(uri);
  const sizeBytes = Number(match?.[2] ?? Number.NaN);
  if (!match || !Number.isSafeInteger(sizeBytes)) {
    throw new AstraError("ASTRA_BODY_MISSING", "a generated body is named synthetic:SEED:SIZE", {
      where: uri.slice(0, 200),
    });
  }
  return { chunks: asAsync(syntheticChunks(decodedSeed(match[1] ?? "", uri), sizeBytes)), sizeBytes };
}

function decodedSeed(seed: string, uri: string): string {
  try {
    return decodeURIComponent(seed);
  } catch (error) {
    throw new AstraError("ASTRA_BODY_MISSING", "the seed is not percent-encoded UTF-8", {
      where: uri.slice(0, 200),
      cause: error,
    });
  }
}

async function openObject(uri: string, buckets: readonly string[], stores: ObjectStores): Promise<OpenBody> {
  const ref = parseObjectUri(uri);
  if (!ref) throw new AstraError("ASTRA_BODY_MISSING", "an object's body is named s3://BUCKET/KEY", { where: uri });
  if (buckets.length > 0 && !buckets.includes(ref.bucket)) {
    throw new AstraError("ASTRA_BODY_FORBIDDEN", `the bucket ${ref.bucket} is not configured`, {
      where: uri,
      fix: `Add ${ref.bucket} to \`buckets\` in astra.yaml.`,
    });
  }
  try {
    const store = await stores.open(ref.bucket);
    const { sizeBytes } = await store.head(ref.key);
    return { chunks: await store.get(ref.key), sizeBytes };
  } catch (error) {
    throw asBodyFault(error, uri);
  }
}

/** A source bucket that refuses us is the event's fault: taken for the target's, it would hold up its partition for ever. */
function asBodyFault(error: unknown, where: string): unknown {
  if (isAstraError(error, "ASTRA_STORE_FORBIDDEN", "ASTRA_STORE_AUTHENTICATION")) {
    return new AstraError("ASTRA_BODY_FORBIDDEN", error.message, { where, cause: error, fix: error.fix });
  }
  if (isAstraError(error, "ASTRA_OBJECT_MISSING", "ASTRA_STORE_BUCKET_MISSING", "ASTRA_OBJECT_ARCHIVED")) {
    return new AstraError("ASTRA_BODY_MISSING", error.message, { where, cause: error, fix: error.fix });
  }
  return error;
}

async function limited(body: OpenBody | HttpBody, limitBytes: number, where: string): Promise<OpenBody> {
  const tooLarge = (): AstraError =>
    new AstraError("ASTRA_BODY_MISMATCH", `the body is larger than the limit of ${limitBytes} bytes`, {
      where,
      fix: "Raise `ingest.max_body_bytes`, or send less.",
    });
  if (body.sizeBytes !== null && body.sizeBytes > limitBytes) {
    if ("discard" in body) await body.discard();
    throw tooLarge();
  }
  return { sizeBytes: body.sizeBytes, chunks: counted(body.chunks, limitBytes, tooLarge) };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  tooLarge: () => AstraError,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.byteLength;
    if (read > limitBytes) throw tooLarge();
    yield chunk;
  }
}

async function* asAsync(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
