/** Which origin, host and path a bucket has. */
import { AstraError } from "../../core/errors.ts";
import type { S3Options } from "./options.ts";

export interface BucketAddress {
  /** `https://bucket.s3.eu-west-1.amazonaws.com` */
  readonly origin: string;
  /** The Host header. */
  readonly host: string;
  /** What stands before `/key`: empty with the bucket in the host, else `/bucket`. */
  readonly basePath: string;
}

/** Names that can be one label of a host name under the provider's wildcard certificate. */
const HOST_LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** @throws ASTRA_CONFIG_INVALID for an endpoint that is no http(s) origin. */
export function bucketAddress(
  bucket: string,
  region: string,
  options: Pick<S3Options, "endpoint" | "forcePathStyle">,
): BucketAddress {
  const base = endpointUrl(region, options.endpoint);
  const prefix = base.pathname.replace(/\/+$/, "");
  if (options.forcePathStyle || !HOST_LABEL.test(bucket)) {
    return { origin: base.origin, host: base.host, basePath: `${prefix}/${encodeURIComponent(bucket)}` };
  }
  const host = `${bucket}.${base.host}`;
  return { origin: `${base.protocol}//${host}`, host, basePath: prefix };
}

function endpointUrl(region: string, endpoint: string | undefined): URL {
  if (endpoint === undefined) return new URL(`https://s3.${region}.${domainSuffix(region)}`);
  const url = URL.parse(endpoint);
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.search === "") return url;
  throw new AstraError("ASTRA_CONFIG_INVALID", `the endpoint ${JSON.stringify(endpoint)} is no http or https address`, {
    where: endpoint,
    fix: "Give the endpoint as http://HOST:PORT or https://HOST.",
  });
}

function domainSuffix(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}
