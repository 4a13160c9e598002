import { type RetryPolicy, DEFAULT_RETRY } from "../../core/retry.ts";
import { GB_BYTES, MIB } from "../../core/units.ts";
import type { Clock, Random } from "../../ports/clock.ts";

export type CredentialOptions =
  | {
      readonly kind: "static";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  /** The standard chain: environment, profile, SSO, container, web identity, instance. */
  | { readonly kind: "chain"; readonly profile?: string };

export interface AssumeRoleOptions {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly sessionName?: string;
}

/** How one bucket is reached. */
export interface S3Options {
  /** Origin of an S3-compatible server, `http://localhost:9000`; without it AWS of the region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly forcePathStyle: boolean;
  readonly credentials: CredentialOptions;
  /** Taken on top of `credentials`. */
  readonly assumeRole?: AssumeRoleOptions;
  /** Bodies above this go in parts. Default 64 MiB. */
  readonly multipartThresholdBytes?: number;
  /** Default 16 MiB; grows where 10,000 parts of it would not hold the body. */
  readonly partBytes?: number;
  /** Objects above this are copied in parts. Default and S3's own limit 5 GiB. */
  readonly maxCopyBytes?: number;
  /** Most connections per origin; opened as they are needed. Default 512. */
  readonly connections?: number;
  /** Certificate authority to trust, PEM. */
  readonly ca?: string;
  readonly retry?: RetryPolicy;
  /** Listings in flight of one `listParallel`. Default 8. */
  readonly listConcurrency?: number;
  /** Whether the server honours `If-Match` of a copy's destination. Default: only AWS itself. */
  readonly conditionalCopyDestination?: boolean;
}

export interface S3Deps {
  /** Waits between tries. */
  readonly clock: Clock;
  readonly random: Random;
  /** Wall time for signatures and credentials' expiry, where `clock` is virtual. */
  readonly signingClock?: Pick<Clock, "now">;
}

/** {@link S3Options} with every default in its place. */
export interface S3Settings extends S3Options {
  readonly multipartThresholdBytes: number;
  readonly partBytes: number;
  readonly maxCopyBytes: number;
  readonly connections: number;
  readonly retry: RetryPolicy;
  readonly listConcurrency: number;
  readonly conditionalCopyDestination: boolean;
}

export function withDefaults(options: S3Options): S3Settings {
  return {
    multipartThresholdBytes: 64 * MIB,
    partBytes: 16 * MIB,
    maxCopyBytes: 5 * GB_BYTES,
    connections: 512,
    retry: DEFAULT_RETRY,
    listConcurrency: 8,
    conditionalCopyDestination: options.endpoint === undefined,
    ...options,
  };
}
