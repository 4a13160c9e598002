/** Listings that go on from a key and an id: versions and uploads. */
import { AstraError } from "../../core/errors.ts";
import { type QueryPair, decodeListed } from "./encoding.ts";
import type { Requests } from "./request.ts";
import { tagText } from "./xml-scan.ts";

/** One page and where the next one starts; the markers as they stand in the answer. */
export interface Marked<T> {
  readonly items: readonly T[];
  readonly nextKey: string | null;
  readonly nextId: string | null;
}

export interface MarkedListing<T> {
  readonly operation: string;
  readonly action: string;
  readonly subresource: string;
  /** Query parameter beside `key-marker`. */
  readonly idMarker: string;
  /** Query parameter for the size of a page. */
  readonly pageSize: string;
  /** `null` where an entry can't be read. */
  readonly read: (xml: string) => Marked<T> | null;
}

/** @throws ASTRA_STORE_INTEGRITY for a page that can't be read, or is cut short and does not lead on */
export async function* listMarked<T>(
  requests: Requests,
  prefix: string,
  listing: MarkedListing<T>,
): AsyncGenerator<readonly T[], void, undefined> {
  let after: readonly QueryPair[] = [];
  for (;;) {
    const query: QueryPair[] = [
      [listing.subresource, ""],
      ["encoding-type", "url"],
      [listing.pageSize, "1000"],
      ...after,
    ];
    if (prefix !== "") query.push(["prefix", prefix]);
    const { operation, action } = listing;
    const { text } = await requests.sendOrFail({ operation, action, method: "GET", query });
    const page = listing.read(text);
    if (page === null) throw listingError(requests.bucket, listing, "an entry has no key, id, size or time");
    if (page.items.length > 0) yield page.items;
    if (tagText(text, "IsTruncated") !== "true") return;
    after = nextMarkers(requests.bucket, listing, page, plainOrUrl(text), after);
  }
}

function nextMarkers<T>(
  bucket: string,
  listing: MarkedListing<T>,
  page: Marked<T>,
  decode: (text: string) => string,
  before: readonly QueryPair[],
): readonly QueryPair[] {
  const next: QueryPair[] = [];
  if (page.nextKey) next.push(["key-marker", decode(page.nextKey)]);
  if (page.nextId) next.push([listing.idMarker, page.nextId]);
  if (page.nextKey && JSON.stringify(next) !== JSON.stringify(before)) return next;
  throw listingError(bucket, listing, "a page is cut short and does not say where the next one starts");
}

function listingError<T>(bucket: string, { operation }: MarkedListing<T>, what: string): AstraError {
  const where = `s3://${bucket}`;
  return new AstraError("ASTRA_STORE_INTEGRITY", `${operation} of ${where}: ${what}`, { where });
}

/** How the keys of an answer are written. */
export function plainOrUrl(xml: string): (text: string) => string {
  return xml.includes("<EncodingType>url</EncodingType>") ? decodeListed : (text) => text;
}
