/** How a bucket is reached: its own entry over the common connection over the environment that AWS tools share. */
import type { CredentialOptions, S3Options } from "../adapters/s3/options.ts";
import type { Config, ConnectionConfig } from "../config/schema.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_REGION = "us-east-1";

export function s3OptionsOf(config: Config, bucket: string, environment: Environment): S3Options {
  const connection: ConnectionConfig = { ...config.s3, ...config.buckets[bucket] };
  const { region, path_style, assume_role: role } = connection;
  const endpoint =
    connection.endpoint ?? filled(environment["AWS_ENDPOINT_URL_S3"]) ?? filled(environment["AWS_ENDPOINT_URL"]);
  return {
    ...(endpoint !== undefined && { endpoint }),
    region: region ?? filled(environment["AWS_REGION"]) ?? filled(environment["AWS_DEFAULT_REGION"]) ?? DEFAULT_REGION,
    forcePathStyle: path_style ?? endpoint !== undefined,
    credentials: credentialsOf(connection, environment),
    ...(role && {
      assumeRole: { roleArn: role.role_arn, ...(role.external_id !== undefined && { externalId: role.external_id }) },
    }),
  };
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
