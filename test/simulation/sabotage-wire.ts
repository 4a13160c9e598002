/** Faults of an adapter that forgets to say something in its requests. */
import { createSigner } from "../../src/adapters/s3/signature.ts";
import type { Wanted } from "./effects.ts";
import type { WireRequest } from "./gated-http.ts";
import type { Sabotage } from "./sabotage.ts";

type Headers = Readonly<Record<string, string>>;

/** Whether a request makes the new object: a copy, or the beginning or the end of one in parts. */
function isMaking({ query, isCopy }: Wanted): boolean {
  return query.has("uploads") || (isCopy && !query.has("uploadId"));
}

function without(headers: Headers, isLeftOut: (name: string) => boolean): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isLeftOut(name)));
}

function forgetful(name: string, fault: string, isForgotten: (header: string) => boolean): Sabotage {
  return {
    name,
    fault,
    wire: ({ headers }, wanted) => (isMaking(wanted) ? without(headers, isForgotten) : headers),
  };
}

export const WIRE_SABOTAGES: readonly Sabotage[] = [
  {
    name: "source-if-match-dropped",
    fault: "a copy is made whatever the source is by then",
    wire: ({ headers }) => without(headers, (name) => name === "x-amz-copy-source-if-match"),
  },
  {
    name: "destination-if-match-dropped",
    fault: "an upload is completed whatever has the key by then",
    wire: ({ headers }) => without(headers, (name) => name === "if-match"),
  },
  {
    name: "tags-lost",
    fault: "a copy has no tags",
    wire: ({ headers }, wanted) => {
      if (wanted.query.has("uploads")) return without(headers, (name) => name === "x-amz-tagging");
      return "x-amz-tagging-directive" in headers ? { ...headers, "x-amz-tagging-directive": "REPLACE" } : headers;
    },
  },
  {
    name: "metadata-lost",
    fault: "a copy has no user metadata",
    wire: ({ headers }, wanted) => {
      if (wanted.query.has("uploads")) return without(headers, (name) => name.startsWith("x-amz-meta-"));
      return "x-amz-metadata-directive" in headers ? { ...headers, "x-amz-metadata-directive": "REPLACE" } : headers;
    },
  },
  forgetful("acl-lost", "a copy is private", (name) => name.startsWith("x-amz-grant-")),
  forgetful("redirect-lost", "a copy redirects nowhere", (name) => name === "x-amz-website-redirect-location"),
  forgetful("encryption-lost", "a copy has the bucket's own encryption", (name) =>
    name.startsWith("x-amz-server-side-encryption"),
  ),
];

const sign = createSigner();
const SIGNED = new Set(["authorization", "x-amz-date", "x-amz-content-sha256"]);

/** The request's headers, signed anew, because what was signed has changed. */
export function signedAnew(
  request: WireRequest,
  headers: Headers,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
  timeMs: number,
): Record<string, string> {
  const [path = "", query = ""] = request.path.split("?", 2);
  const unsigned = without(headers, (name) => SIGNED.has(name));
  const payloadHash = request.headers["x-amz-content-sha256"] ?? "";
  return sign(
    { method: request.method, path, query, headers: unsigned, payloadHash },
    { region: "us-east-1", credentials: keys, timeMs },
  );
}
