/** ListObjectsV2, page by page. */
import { AstraError } from "../../core/errors.ts";
import { compareKeys } from "../../core/key-range.ts";
import type { ListedObject, ListInput } from "../../ports/object-store.ts";
import { type QueryPair, decodeListed } from "./encoding.ts";
import { unquote } from "./head.ts";
import type { Requests } from "./request.ts";
import { decodeEntities, elements, tagText } from "./xml-scan.ts";

export interface PageInput {
  readonly prefix: string;
  /** Exclusive. Ignored by the server once there is a token. */
  readonly startAfter: string;
  readonly token: string | null;
  readonly delimiter?: string;
  readonly maxKeys?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Page {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page starts; `null` after the last. */
  readonly token: string | null;
}

export async function listPage(requests: Requests, input: PageInput): Promise<Page> {
  const query: QueryPair[] = [
    ["list-type", "2"],
    ["encoding-type", "url"],
    ["max-keys", String(input.maxKeys ?? 1000)],
  ];
  if (input.prefix !== "") query.push(["prefix", input.prefix]);
  if (input.delimiter !== undefined) query.push(["delimiter", input.delimiter]);
  if (input.token !== null) query.push(["continuation-token", input.token]);
  else if (input.startAfter !== "") query.push(["start-after", input.startAfter]);
  const answer = await requests.sendOrFail({
    operation: "ListObjectsV2",
    action: "s3:ListBucket",
    method: "GET",
    query,
    signal: input.signal,
  });
  return readPage(requests.bucket, answer.text);
}

/** Of an entry that cannot be read. */
const SHOWN_CHARACTERS = 200;

export function readPage(bucket: string, xml: string): Page {
  const tail = xml.slice(0, Math.max(0, xml.indexOf("<Contents>"))) + xml.slice(xml.lastIndexOf("</Contents>") + 1);
  const decode = tail.includes("<EncodingType>url</EncodingType>") ? decodeListed : (text: string) => text;
  const objects: ListedObject[] = [];
  for (const block of elements(xml, "Contents")) objects.push(readObject(bucket, block, decode));
  const commonPrefixes: string[] = [];
  for (const block of elements(xml, "CommonPrefixes")) commonPrefixes.push(decode(tagText(block, "Prefix") ?? ""));
  if (tagText(tail, "IsTruncated") !== "true") return { objects, commonPrefixes, token: null };
  const token = tagText(tail, "NextContinuationToken");
  if (token === null || token === "") {
    throw listingError(bucket, "a page is cut short and does not say where the next one starts");
  }
  return { objects, commonPrefixes, token };
}

function readObject(bucket: string, block: string, decode: (text: string) => string): ListedObject {
  const key = decode(decodeEntities(field(block, "Key")));
  const sizeText = field(block, "Size");
  const lastModifiedMs = Date.parse(field(block, "LastModified"));
  if (key === "" || !/^\d{1,15}$/.test(sizeText) || Number.isNaN(lastModifiedMs)) {
    throw listingError(
      bucket,
      `an entry has no key, size or time: ${JSON.stringify(block.slice(0, SHOWN_CHARACTERS))}`,
    );
  }
  return {
    key,
    sizeBytes: Number(sizeText),
    etag: listedEtag(field(block, "ETag")),
    lastModifiedMs,
    storageClass: field(block, "StorageClass") || "STANDARD",
  };
}

/** The quotes come as entities as a rule; taking them off so is the cheap way. */
function listedEtag(raw: string): string {
  if (raw.startsWith("&quot;") && raw.endsWith("&quot;")) return raw.slice(6, -6);
  return unquote(decodeEntities(raw));
}

/** Raw text of a leaf of a listed object. */
function field(block: string, name: string): string {
  const start = block.indexOf(`<${name}>`);
  if (start < 0) return "";
  const from = start + name.length + 2;
  return block.slice(from, block.indexOf("<", from));
}

function listingError(bucket: string, message: string): AstraError {
  const where = `s3://${bucket}`;
  return new AstraError("ASTRA_STORE_INTEGRITY", `listing ${where}: ${message}`, { where });
}

/** One stream, in key order, with the next page on its way while one is being worked on. */
export async function* listObjects(
  requests: Requests,
  input: ListInput,
): AsyncGenerator<readonly ListedObject[], void, undefined> {
  const ended = new AbortController();
  const signal = input.signal ? AbortSignal.any([input.signal, ended.signal]) : ended.signal;
  const fetchPage = (token: string | null): Promise<Page> => {
    const page = listPage(requests, { prefix: input.prefix ?? "", startAfter: input.startAfter ?? "", token, signal });
    // Awaited below; a page that fails while the one before is worked on must not count as unhandled until then.
    page.catch(() => undefined);
    return page;
  };
  try {
    let lastKey = input.startAfter ?? "";
    let next: Promise<Page> | null = fetchPage(null);
    while (next) {
      const page: Page = await next;
      next = page.token === null ? null : fetchPage(page.token);
      const first = page.objects[0];
      if (!first) continue;
      if (lastKey !== "" && compareKeys(first.key, lastKey) <= 0) {
        throw listingError(
          requests.bucket,
          `the key ${JSON.stringify(first.key)} came after ${JSON.stringify(lastKey)}`,
        );
      }
      lastKey = page.objects.at(-1)?.key ?? lastKey;
      yield page.objects;
    }
  } finally {
    ended.abort();
  }
}
