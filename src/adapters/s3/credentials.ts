/** Credentials by the AWS SDK's chain and roles, held until shortly before they expire. The SDK is loaded when needed. */
import type { fromEnv } from "@aws-sdk/credential-providers";
import { AstraError } from "../../core/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AssumeRoleOptions, CredentialOptions, S3Options } from "./options.ts";
import type { Credentials } from "./signature.ts";

type IdentityProvider = ReturnType<typeof fromEnv>;
type Identity = Awaited<ReturnType<IdentityProvider>>;

export interface CredentialSource {
  /** Those in hand, where they are good for a while yet: what most requests take without waiting. */
  held(): Credentials | null;
  /** @throws ASTRA_STORE_AUTHENTICATION where none can be had. */
  get(): Promise<Credentials>;
  /** Gets new ones, where these can be renewed: `false` for keys that are written down. */
  renew(): Promise<boolean>;
}

/** Renewed this long before the end, so that no request starts with keys about to die. */
const MARGIN_MS = 5 * 60_000;

export function credentialSource(
  options: Pick<S3Options, "credentials" | "assumeRole" | "region">,
  clock: Pick<Clock, "now">,
): CredentialSource {
  const { credentials, assumeRole } = options;
  if (credentials.kind === "static" && !assumeRole) return fixedSource(credentials);
  return renewableSource(() => loadProvider(credentials, assumeRole, options.region), clock, originOf(options));
}

function fixedSource(credentials: Credentials): CredentialSource {
  return { held: () => credentials, get: async () => credentials, renew: async () => false };
}

function renewableSource(
  load: () => Promise<IdentityProvider>,
  clock: Pick<Clock, "now">,
  origin: string,
): CredentialSource {
  let provider: Promise<IdentityProvider> | null = null;
  let held: Identity | null = null;
  let pending: Promise<Identity> | null = null;

  const fetchNew = async (): Promise<Identity> => {
    provider ??= load();
    try {
      held = await (await provider)({ forceRefresh: true });
      return held;
    } catch (error) {
      // Keys still valid serve until their end; the next call tries again.
      if (held && expiresMs(held) > clock.now()) return held;
      throw credentialsMissing(error, origin);
    }
  };
  const renewed = async (): Promise<Identity> => {
    pending ??= fetchNew().finally(() => {
      pending = null;
    });
    return pending;
  };
  const fresh = (): Identity | null => (held && expiresMs(held) - MARGIN_MS > clock.now() ? held : null);
  return {
    held: fresh,
    get: async () => fresh() ?? renewed(),
    renew: async () => {
      const before = held;
      return (await renewed()) !== before;
    },
  };
}

function expiresMs(identity: Identity): number {
  return identity.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
}

async function loadProvider(
  credentials: CredentialOptions,
  assumeRole: AssumeRoleOptions | undefined,
  region: string,
): Promise<IdentityProvider> {
  const sdk = await import("@aws-sdk/credential-providers");
  const base: IdentityProvider =
    credentials.kind === "static"
      ? async () => credentials
      : sdk.fromNodeProviderChain({
          ...(credentials.profile === undefined ? {} : { profile: credentials.profile }),
          clientConfig: { region },
        });
  if (!assumeRole) return base;
  return sdk.fromTemporaryCredentials({
    masterCredentials: base,
    clientConfig: { region },
    params: {
      RoleArn: assumeRole.roleArn,
      RoleSessionName: assumeRole.sessionName ?? "astra",
      ...(assumeRole.externalId === undefined ? {} : { ExternalId: assumeRole.externalId }),
    },
  });
}

function originOf(options: Pick<S3Options, "credentials" | "assumeRole">): string {
  if (options.assumeRole) return `the role ${options.assumeRole.roleArn}`;
  const profile = options.credentials.kind === "chain" ? options.credentials.profile : undefined;
  return profile === undefined ? "the standard chain" : `the profile ${profile}`;
}

function credentialsMissing(cause: unknown, origin: string): AstraError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AstraError("ASTRA_STORE_AUTHENTICATION", `no credentials from ${origin}: ${reason}`, {
    cause,
    fix: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or run where a role is attached.",
  });
}
