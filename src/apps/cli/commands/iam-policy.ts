import type { Config } from "../../../config/schema.ts";
import { type AstraError, EXIT } from "../../../core/errors.ts";
import { bucketEncryption } from "../../../services/bucket-encryption.ts";
import { COMMAND_NEEDS, READ_ONLY_COMMANDS, needsOf } from "../../../core/iam/command-needs.ts";
import { BUCKET_TRAITS, type BucketTrait, PARTITIONS, policyDocument } from "../../../core/iam/policy-document.ts";
import type { LogRole } from "../../permissions.ts";
import { type Call, bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

const OF_KAFKA = ["role", "principal"];
const OF_A_BUCKET = [
  "provider",
  "command",
  "read-only",
  "versioned",
  "object-lock",
  "acl",
  "drop-own-noncurrent",
  "kms-key",
  "queue",
  "partition",
];
const ROLES = ["producer", "consumer", "engine"] as const satisfies readonly LogRole[];

export const iamPolicy: CommandSpec = {
  name: "iam policy",
  group: "Operate",
  summary: "Print the smallest permissions that Astra's work takes: an IAM policy, or Kafka's ACLs.",
  details:
    "Without --command, for the whole engine. Nothing is asked of a store or a broker: what is printed follows from the options and astra.yaml.",
  options: [
    { flags: "--provider <name>", summary: "Whose permissions.", choices: ["aws"], shownDefault: "aws" },
    { flags: "--command <name>", summary: "Only what this command takes.", isRepeatable: true },
    { flags: "--read-only", summary: "Only what changes nothing: list, plan, explain, report, forecast, doctor." },
    { flags: "--versioned", summary: "The bucket keeps versions." },
    { flags: "--object-lock", summary: "The bucket has object lock, and so keeps versions." },
    { flags: "--acl", summary: "The bucket's objects have ACLs." },
    { flags: "--drop-own-noncurrent", summary: "Versions that a move left behind are removed." },
    { flags: "--kms-key <arn>", summary: "Objects are encrypted under this KMS key." },
    { flags: "--queue <arn>", summary: "The bucket's notifications arrive by this SQS queue." },
    { flags: "--partition <name>", summary: "AWS partition.", choices: PARTITIONS, shownDefault: "aws" },
    { flags: "--kafka", summary: "Print Kafka's ACLs instead, as commands of kafka-acls.sh." },
    { flags: "--role <role>", summary: "With --kafka: whose ACLs.", choices: ROLES, shownDefault: "engine" },
    {
      flags: "--principal <name>",
      summary: "With --kafka: to whom they are given.",
      shownDefault: "User: and log.kafka.sasl.username",
    },
  ],
  examples: [
    ["astra iam policy --bucket data > policy.json", "what the whole engine takes, for `aws iam create-policy`"],
    ["astra iam policy --bucket data --read-only", "enough to look and plan, not to move"],
    [
      'astra iam policy --bucket my-logs --command "ingest access-logs"',
      "to read the access logs that lie in a bucket of their own",
    ],
    ["astra iam policy --kafka --role producer", "the ACLs of a user that only sends events"],
  ],
  async run(call) {
    const config = await call.config();
    refuseMixture(call);
    return call.has("kafka") ? showAcls(call, config) : showPolicy(call, config);
  },
};

/** Options that would have no effect are refused: whoever gave one believes that it has. */
function refuseMixture(call: Call): void {
  const isGiven = (option: string): boolean => {
    const name = option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    return call.has(name) || call.text(name) !== undefined || call.list(name).length > 0;
  };
  const isKafka = call.has("kafka");
  const misplaced = (isKafka ? OF_A_BUCKET : OF_KAFKA).find(isGiven);
  if (misplaced === undefined) return;
  throw usageError(
    `--${misplaced} is ${isKafka ? "not " : ""}about Kafka`,
    isKafka ? "Leave it out, or leave --kafka out." : "Add --kafka, or leave it out.",
  );
}

async function showPolicy(call: Call, config: Config): Promise<number> {
  const { AWS_ACTIONS } = await import("../../permissions.ts");
  const bucket = bucketOf(config);
  const commands = commandsOf(call);
  const kmsKey = call.text("kmsKey") ?? bucketEncryption(config, bucket)?.kmsKeyId ?? null;
  if (kmsKey !== null && !/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(kmsKey))
    throw usageError(
      `${JSON.stringify(kmsKey)} is no ARN of a KMS key`,
      "Give --kms-key arn:aws:kms:REGION:ACCOUNT:key/ID; a policy takes no alias.",
    );
  const partition = PARTITIONS.find((each) => each === call.text("partition")) ?? "aws";
  const queue = queueOf(call, config);
  refuseOtherPartitions(partition, [kmsKey, queue]);
  const traits = traitsOf(call, config, { kmsKey, queue });
  const isReadOnly = call.has("readOnly");
  const policy = policyDocument(
    { bucket, partition, needs: needsOf(commands), traits, isReadOnly, kmsKey, queue },
    AWS_ACTIONS,
  );
  if (policy.Statement.length === 0) throw nothingAsked(commands, isReadOnly);
  await call.terminal.show({
    json: { ok: true, provider: "aws", bucket, commands, readOnly: isReadOnly, policy },
    text: () => JSON.stringify(policy, null, 2),
  });
  return EXIT.done;
}

function nothingAsked(commands: readonly string[], isReadOnly: boolean): AstraError {
  const lacksQueue = !isReadOnly && needsOf(commands).includes("receive");
  return lacksQueue
    ? usageError(
        "the queue is not known",
        "Add --queue arn:aws:sqs:REGION:ACCOUNT:NAME, or set notifications.queue_url.",
      )
    : usageError(`${commands.join(", ")} asks nothing of a bucket`, "Name a command that works on a bucket, or none.");
}

/** An address as SQS gives it tells the ARN; one of another server does not. */
const QUEUE_URL = /^https:\/\/sqs\.([\w-]+)\.amazonaws\.com(\.cn)?\/(\d{12})\/([\w-]+(?:\.fifo)?)$/;

/** @returns ARN; `null` where there is none */
function queueOf(call: Call, config: Config): string | null {
  const named = call.text("queue");
  if (named !== undefined) {
    if (/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]+(?:\.fifo)?$/.test(named)) return named;
    throw usageError(
      `${JSON.stringify(named)} is no ARN of an SQS queue`,
      "Give --queue arn:aws:sqs:REGION:ACCOUNT:NAME.",
    );
  }
  const [, region = "", isChina, account, name] = QUEUE_URL.exec(config.notifications.queue_url ?? "") ?? [];
  if (name === undefined) return null;
  const partition = isChina ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}

function refuseOtherPartitions(partition: string, arns: readonly (string | null)[]): void {
  for (const arn of arns) {
    const of = arn?.split(":")[1] ?? partition;
    if (of !== partition)
      throw usageError(
        `${arn} is of the partition ${of}, not of ${partition}`,
        `Add --partition ${of}, or name another one.`,
      );
  }
}

/** @throws AstraError ASTRA_USAGE_INVALID for a name that no command has */
function commandsOf(call: Call): readonly string[] {
  const named = call.list("command");
  const known = Object.keys(COMMAND_NEEDS);
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw usageError(`there is no command ${JSON.stringify(unknown)}`, `Name one of ${known.join(", ")}.`);
  if (named.length > 0) return named;
  return call.has("readOnly") ? READ_ONLY_COMMANDS : known.filter((name) => (COMMAND_NEEDS[name] ?? []).length > 0);
}

/** What the options and the configuration say of the bucket. */
function traitsOf(
  call: Call,
  config: Config,
  { kmsKey, queue }: { readonly kmsKey: string | null; readonly queue: string | null },
): ReadonlySet<BucketTrait> {
  const drops = call.has("dropOwnNoncurrent") || config.engine.drop_own_noncurrent;
  const isLocked = call.has("objectLock");
  const has: Readonly<Record<BucketTrait, boolean>> = {
    versioned: call.has("versioned") || isLocked || drops,
    "object-lock": isLocked,
    acl: call.has("acl"),
    "drop-own-noncurrent": drops,
    kms: kmsKey !== null,
    queue: queue !== null,
  };
  return new Set(BUCKET_TRAITS.filter((trait) => has[trait]));
}

async function showAcls(call: Call, config: Config): Promise<number> {
  const { aclCommands, aclsOf } = await import("../../permissions.ts");
  const { topic, dead_letter_topic: deadLetterTopic, group, create_topics: createsTopics, kafka } = config.log;
  const role = ROLES.find((each) => each === call.text("role")) ?? "engine";
  const principal = call.text("principal") ?? `User:${kafka?.sasl?.username ?? "astra"}`;
  if (!/^[^\s:]+:\S+$/.test(principal))
    throw usageError(`${JSON.stringify(principal)} is no principal`, "Give --principal User:NAME.");
  const acls = aclsOf(role, { topic, deadLetterTopic, group, createsTopics });
  const commands = aclCommands(acls, principal, kafka?.brokers.join(",") ?? "HOST:PORT");
  const { aclsText } = await import("../output/acls-text.ts");
  await call.terminal.show({
    json: { ok: true, provider: "kafka", role, principal, createTopics: createsTopics, acls, commands },
    text: () => aclsText({ role, acls, commands }),
  });
  return EXIT.done;
}
