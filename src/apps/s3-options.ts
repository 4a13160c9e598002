/** How a bucket is reached: its own entry over the common connection over the environment that AWS tools share. */
import { X509Certificate } from "node:crypto";
import type { CredentialOptions, S3Options } from "../adapters/s3/options.ts";
import { readNamedFile } from "../config/load.ts";
import { type Config, type ConnectionConfig, hasUserInfo } from "../config/schema.ts";
import { AstraError } from "../core/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_REGION = "us-east-1";

/** @throws AstraError ASTRA_CONFIG_INVALID, ASTRA_CONFIG_UNREADABLE */
export function s3OptionsOf(config: Config, bucket: string, environment: Environment): S3Options {
  const connection: ConnectionConfig = { ...config.s3, ...config.buckets[bucket] };
  const { region, path_style, assume_role: role, ca_file: caFile } = connection;
  const endpoint =
    connection.endpoint ??
    endpointIn(environment, "AWS_ENDPOINT_URL_S3") ??
    endpointIn(environment, "AWS_ENDPOINT_URL");
  const caField = config.buckets[bucket]?.ca_file === undefined ? "`s3.ca_file`" : `\`buckets.${bucket}.ca_file\``;
  return {
    ...(endpoint !== undefined && { endpoint }),
    region: region ?? filled(environment["AWS_REGION"]) ?? filled(environment["AWS_DEFAULT_REGION"]) ?? DEFAULT_REGION,
    forcePathStyle: path_style ?? endpoint !== undefined,
    credentials: credentialsOf(connection, environment),
    conditionalCopyDestination: connection.conditional_copy ?? isAws(endpoint),
    ...(caFile !== undefined && { ca: authorityIn(caFile, caField) }),
    ...(role && {
      assumeRole: { roleArn: role.role_arn, ...(role.external_id !== undefined && { externalId: role.external_id }) },
    }),
  };
}

/** AWS itself, also by an endpoint of its own: FIPS, dual-stack, a VPC's. */
function isAws(endpoint: string | undefined): boolean {
  return endpoint === undefined || /\.amazonaws\.com(?:\.cn)?$/.test(URL.parse(endpoint)?.hostname ?? "");
}

function endpointIn(environment: Environment, variable: string): string | undefined {
  const endpoint = filled(environment[variable]);
  if (endpoint === undefined || !hasUserInfo(endpoint)) return endpoint;
  throw new AstraError("ASTRA_CONFIG_INVALID", `${variable} must hold neither user nor password`, {
    where: variable,
    fix: "Give the address alone, and the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  });
}

/** Read here, so that a file without a certificate is told of by its name and not by a failing handshake. */
function authorityIn(file: string, field: string): string {
  const pem = readNamedFile(file, field);
  try {
    new X509Certificate(pem).toString();
    return pem;
  } catch (cause) {
    const fix = "Give a PEM file: it begins with -----BEGIN CERTIFICATE-----.";
    throw new AstraError("ASTRA_CONFIG_INVALID", `the file named by ${field} holds no certificate`, {
      where: file,
      cause,
      fix,
    });
  }
}

/** An empty variable counts as unset, as everywhere in AWS's tools. */
function filled(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

/** The chain begins with the environment's keys where no profile is named: those are taken without loading the SDK. */
function credentialsOf({ credentials, profile }: ConnectionConfig, environment: Environment): CredentialOptions {
  if (credentials) {
    const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken } = credentials;
    return { kind: "static", accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  }
  if (profile !== undefined) return { kind: "chain", profile };
  const accessKeyId = filled(environment["AWS_ACCESS_KEY_ID"]);
  const secretAccessKey = filled(environment["AWS_SECRET_ACCESS_KEY"]);
  const sessionToken = filled(environment["AWS_SESSION_TOKEN"]);
  const isProfileNamed = filled(environment["AWS_PROFILE"]) !== undefined;
  if (isProfileNamed || accessKeyId === undefined || secretAccessKey === undefined) return { kind: "chain" };
  return { kind: "static", accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
