/**
 * The configuration: every field with its type, default, documentation and example in one place. The reference page
 * (docs/configuration.md), the JSON Schema and the environment variables come from here.
 *
 * The environment variable of a field is ASTRA_ and its path in capitals: `log.kafka.brokers` is ASTRA_LOG_KAFKA_BROKERS.
 */
import { z } from "zod";
import { DEFAULT_HORIZON_DAYS } from "../core/cost-strategy.ts";
import { DEFAULT_GUARDS } from "../core/decide.ts";
import { DEFAULT_WINDOW_DAYS } from "../core/matrix.ts";
import { STRATEGY_NAMES } from "../core/policy/policy.ts";
import { brakesSchema, movingFields, ratesSchema } from "./brakes-schema.ts";
import { notificationsSchema } from "./notifications-schema.ts";

const text = z.string().min(1);
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const bucketName = z
  .string()
  .regex(BUCKET_NAME, "must be a bucket name: 3–63 lower-case letters, digits, dots and hyphens");

const credentials = z.strictObject({
  access_key_id: text.describe(
    "Access key id. Without it, the standard chain is used: environment, profile, SSO, IMDS, IRSA.",
  ),
  secret_access_key: text.describe(
    "Secret access key. Better kept in AWS_SECRET_ACCESS_KEY or a profile than in a file.",
  ),
  session_token: text.describe("Session token of temporary credentials.").optional(),
});

const assumeRole = z.strictObject({
  role_arn: text.describe("Role to assume for the bucket.").meta({ example: "arn:aws:iam::123456789012:role/astra" }),
  external_id: text.describe("External id that the role's trust policy asks for.").optional(),
});

/** S3 keeps bucket keys for SSE-KMS only, and takes a key's name for either kind of KMS encryption (PutObject). */
const encryption = z
  .strictObject({
    algorithm: z.enum(["AES256", "aws:kms", "aws:kms:dsse"]).describe("Encryption of new objects."),
    kms_key_id: text
      .describe("KMS key: its ARN, id or alias. Without it, the account's key for S3.")
      .meta({ example: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" })
      .optional(),
    bucket_key: z.boolean().default(false).describe("Use an S3 bucket key: fewer requests to KMS. Only for `aws:kms`."),
  })
  .refine(({ algorithm, kms_key_id }) => kms_key_id === undefined || algorithm !== "AES256", {
    path: ["kms_key_id"],
    message: "is only for aws:kms and aws:kms:dsse",
  })
  .refine(({ algorithm, bucket_key }) => !bucket_key || algorithm === "aws:kms", {
    path: ["bucket_key"],
    message: "is only for aws:kms",
  });

/** A password in an address ends in logs, process lists and error messages. */
export function hasUserInfo(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && (url.username !== "" || url.password !== "");
}

const address = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !hasUserInfo(url), "must hold neither user nor password: name keys in `credentials`");

const connection = {
  endpoint: address
    .describe("Endpoint of an S3-compatible store; AWS where absent.")
    .meta({ example: "http://127.0.0.1:9000" })
    .optional(),
  region: text.describe("Region of the bucket.").meta({ example: "eu-central-1" }).optional(),
  path_style: z
    .boolean()
    .describe("Put the bucket into the path instead of the host name. Default: true with an endpoint.")
    .optional(),
  conditional_copy: z
    .boolean()
    .describe(
      "The store honours `If-Match` on what a copy replaces, as S3 does: an object deleted in the very moment of its move is then not brought back. Default: true on AWS, false at other endpoints.",
    )
    .optional(),
  profile: text.describe("Profile of the shared AWS configuration.").optional(),
  credentials: credentials.describe("Fixed credentials.").optional(),
  assume_role: assumeRole.describe("Role assumed with the credentials above.").optional(),
  ca_file: text
    .describe("PEM file of the authority that signed the endpoint's certificate; the system's where absent.")
    .optional(),
  encryption: encryption.describe("Encryption of new objects; the bucket's own default where absent.").optional(),
};

const s3 = z.strictObject(connection);

const kafka = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, "must be HOST:PORT"))
    .min(1)
    .describe("Brokers to begin with, HOST:PORT.")
    .meta({ example: ["localhost:9092"] }),
  sasl: z
    .strictObject({
      mechanism: z
        .enum(["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
        .default("SCRAM-SHA-512")
        .describe("SASL mechanism."),
      username: text.describe("User."),
      password: text.describe("Password. Better given as ASTRA_LOG_KAFKA_SASL_PASSWORD."),
    })
    .describe("SASL authentication.")
    .optional(),
  tls: z.boolean().default(false).describe("Encrypt the connection."),
  ca_file: text
    .describe("PEM file of the authority that signed the broker's certificate; the system's where absent.")
    .optional(),
  compression: z.enum(["none", "gzip", "lz4", "zstd"]).default("zstd").describe("Compression of produced batches."),
  replication_factor: z
    .number()
    .int()
    .min(1)
    .max(10)
    .describe("For topics that Astra creates; the broker's default where absent.")
    .optional(),
});

const log = z.strictObject({
  kind: z
    .enum(["sqlite", "kafka"])
    .default("sqlite")
    .describe("`sqlite` is a file on this machine; `kafka` needs `log.kafka.brokers`."),
  path: text.default(".astra/log.db").describe("File of the embedded log."),
  topic: text.default("data-events").describe("Topic of the events."),
  dead_letter_topic: text.default("data-events.dlq").describe("Topic of events that could not be worked on."),
  partitions: z.number().int().min(1).max(1024).default(8).describe("Partitions of a topic that Astra creates."),
  group: text.default("astra").describe("Consumer group."),
  create_topics: z.boolean().default(true).describe("Create missing topics."),
  kafka: kafka.describe("Connection to Kafka.").optional(),
});

const ingest = z.strictObject({
  file_roots: z
    .array(text)
    .default(["."])
    .describe("Folders from which `file:` bodies may be read.")
    .meta({ example: ["/srv/incoming"] }),
  allowed_private_hosts: z
    .array(text)
    .default([])
    .describe("Hosts with private or link-local addresses from which `https:` bodies may be read."),
  max_body_bytes: z
    .number()
    .int()
    .positive()
    .default(5_497_558_138_880)
    .describe("Largest body to upload (S3's own limit: 5 TiB)."),
  attempts: z.number().int().min(1).max(20).default(4).describe("Tries before an event goes to the dead letters."),
  parallel: z.number().int().min(1).max(1024).default(32).describe("Uploads at a time, per worker."),
});

const classes = z.strictObject({
  hot: text.default("STANDARD").describe("Class of hot objects."),
  warm: text.default("STANDARD_IA").describe("Class of warm objects."),
  cold: text.default("GLACIER").describe("Class of cold objects."),
  archive: text.default("DEEP_ARCHIVE").describe("Class of archive objects."),
});

const engine = z.strictObject({
  strategy: z.enum(STRATEGY_NAMES).default("predictive").describe("How classes are chosen where no policy says so."),
  horizon_days: z
    .number()
    .positive()
    .max(3650)
    .default(DEFAULT_HORIZON_DAYS)
    .describe("Days over which `cost` adds up the bill."),
  history_days: z
    .number()
    .int()
    .min(30)
    .max(1096)
    .default(366)
    .describe("Days for which an object's reads are kept day by day: what `predictive` learns from."),
  window_days: z
    .union([z.number().int().min(1).max(366), z.literal("lifetime")])
    .default(DEFAULT_WINDOW_DAYS)
    .describe("Days of accesses that `matrix` counts, or `lifetime`."),
  classes: classes.prefault({}).describe("Class of each tier for `matrix`."),
  max_payback_days: z
    .number()
    .positive()
    .default(DEFAULT_GUARDS.maxPaybackDays)
    .describe("A move must pay its fee back within this time."),
  batch_from_objects: z
    .number()
    .int()
    .min(1)
    .default(200_000)
    .describe(
      "Objects of a bucket from which a plan is decided in batch, from an inventory or from a listing kept as one.",
    ),
  batch_memory_mib: z
    .number()
    .int()
    .min(128)
    .max(1_048_576)
    .default(1024)
    .describe("Memory that a batch may use, in MiB; beyond it, files beside the state are used."),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(512)
    .describe("Most moves at a time; the limit found adapts below it."),
  excluded_principals: z.array(text).default([]).describe("Principals whose reads are no accesses: crawlers, backup."),
  restore_days: z.number().int().min(1).max(30).default(2).describe("Days a copy restored for a move is kept."),
  ...movingFields,
});

const bucket = z.strictObject({ ...connection });

export const configSchema = z.strictObject({
  $schema: z.string().describe("JSON Schema of this file, for editors.").optional(),
  bucket: bucketName.describe("Bucket used where a command names none.").optional(),
  s3: s3.prefault({}).describe("Connection used for buckets without an entry of their own."),
  buckets: z
    .record(bucketName, bucket)
    .default({})
    .describe("Connections by bucket: endpoint, region, credentials, role."),
  log: log.prefault({}).describe("Where events go."),
  state: z
    .strictObject({ path: text.default(".astra/state.db").describe("File of the state.") })
    .prefault({})
    .describe("What Astra remembers."),
  ingest: ingest.prefault({}).describe("How bodies of new objects are read."),
  engine: engine.prefault({}).describe("How objects are decided and moved."),
  brakes: brakesSchema.prefault({}).describe("What ends a run before its plan is through."),
  rates: ratesSchema.prefault({}).describe("How fast objects are moved at most."),
  notifications: notificationsSchema(address)
    .prefault({})
    .describe("The queue that a bucket's event notifications arrive by."),
  policies: text.describe("Policy file; none where absent.").meta({ example: "policies.yaml" }).optional(),
  prices: text
    .describe(
      "Price book: the name of a built-in one (`astra prices show` lists them), a file with a whole book, or a file that changes a built-in one. AWS us-east-1 where absent.",
    )
    .meta({ example: "azure-eastus-lrs" })
    .optional(),
  prices_allow_uncertain: z
    .boolean()
    .default(false)
    .describe("Reckon with prices that are marked uncertain; otherwise they count as unknown."),
});

export type Config = z.infer<typeof configSchema>;
export type ConnectionConfig = z.infer<typeof bucket>;
