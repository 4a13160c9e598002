import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliResult, astra, oneLine, record, workFolder } from "./cli.ts";

const KMS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  folder = await workFolder();
});
afterAll(() => folder?.[Symbol.asyncDispose]());

function policy(...args: readonly string[]): Promise<CliResult> {
  return astra(["iam", "policy", ...args], { cwd: folder.path });
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string;
}

async function statements(...args: readonly string[]): Promise<readonly Statement[]> {
  const result = await policy("--bucket", "data", ...args);
  expect(result, result.stderr).toMatchObject({ status: 0, stderr: "" });
  const document: unknown = JSON.parse(result.stdout);
  expect(document).toMatchObject({ Version: "2012-10-17" });
  return record(document)["Statement"] as readonly Statement[];
}

describe("a policy", () => {
  test("is a document that can be handed on as it stands", async () => {
    expect(await statements("--command", "list")).toEqual([
      { Sid: "ListObjects", Effect: "Allow", Action: ["s3:ListBucket"], Resource: "arn:aws:s3:::data" },
    ]);
    const whole = await statements();
    expect(whole.map(({ Sid }) => Sid)).toEqual([
      "ListObjects",
      "ReadBucketSettings",
      "ReadObjects",
      "WriteObjects",
      "RestoreArchivedObjects",
    ]);
    for (const { Effect, Action, Resource } of whole) {
      expect(Effect).toBe("Allow");
      expect(Resource).toMatch(/^arn:aws:s3:::data(?:\/\*)?$/);
      for (const action of Action) expect(action).toMatch(/^s3:[A-Z]\w+$/);
    }
    expect(whole.flatMap(({ Action }) => Action)).not.toContain("s3:DeleteObject");
  });

  test("that only reads has nothing that changes anything, whatever the bucket is", async () => {
    const traits = ["--object-lock", "--acl", "--drop-own-noncurrent", "--kms-key", KMS_KEY];
    const actions = (await statements("--read-only", ...traits)).flatMap(({ Action }) => Action);
    expect(actions).toContain("s3:GetObjectRetention");
    expect(actions).toContain("kms:Decrypt");
    expect(actions.filter((action) => !/^(?:s3:(?:Get|List)\w+|kms:Decrypt)$/.test(action))).toEqual([]);
  });

  test("names the key, which may be used through S3 alone", async () => {
    const key = (await statements("--kms-key", KMS_KEY)).find(({ Sid }) => Sid === "UseKmsKey");
    expect(key).toEqual({
      Sid: "UseKmsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: KMS_KEY,
      Condition: { StringLike: { "kms:ViaService": "s3.*.amazonaws.com" } },
    });
  });

  test("takes key and removal of versions from the configuration too", async () => {
    const lines = [
      "bucket: data",
      "engine: { drop_own_noncurrent: true }",
      `s3: { encryption: { algorithm: "aws:kms", kms_key_id: "${KMS_KEY}" } }`,
    ];
    await writeFile(join(folder.path, "own.yaml"), `${lines.join("\n")}\n`);
    const sids = (await statements("--config", "own.yaml")).map(({ Sid }) => Sid);
    expect(sids).toEqual(expect.arrayContaining(["RemoveReplacedVersions", "UseKmsKey"]));
  });

  test("names the queue of the bucket's notifications, by its ARN or by its address", async () => {
    const queue = "arn:aws:sqs:eu-west-1:123456789012:changes";
    const expected = {
      Sid: "ReceiveNotifications",
      Effect: "Allow",
      Action: ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
      Resource: queue,
    };
    expect(await statements("--command", "ingest notifications", "--queue", queue)).toEqual([expected]);
    const address = "https://sqs.eu-west-1.amazonaws.com/123456789012/changes";
    await writeFile(join(folder.path, "queue.yaml"), `notifications: { queue_url: "${address}" }\n`);
    expect(await statements("--config", "queue.yaml")).toContainEqual(expected);
    expect((await statements()).map(({ Sid }) => Sid)).not.toContain("ReceiveNotifications");
    expect((await statements("--read-only", "--queue", queue)).map(({ Sid }) => Sid)).not.toContain(
      "ReceiveNotifications",
    );
  });

  test("of a bucket of logs, inventories or trails lets them be listed and read", async () => {
    for (const command of ["ingest access-logs", "ingest cloudtrail", "inventory import"]) {
      const actions = (await statements("--command", command)).flatMap(({ Action }) => Action);
      expect(actions).toEqual(["s3:ListBucket", "s3:GetObject"]);
    }
  });

  test.each([
    ["aws-us-gov", "amazonaws.com"],
    ["aws-cn", "amazonaws.com.cn"],
  ])("of the partition %s has its ARNs", async (partition, domain) => {
    const key = KMS_KEY.replace("arn:aws:", `arn:${partition}:`);
    const all = await statements("--partition", partition, "--kms-key", key);
    for (const { Resource } of all) expect(Resource.startsWith(`arn:${partition}:`)).toBe(true);
    expect(JSON.stringify(all)).toContain(`s3.*.${domain}"`);
  });

  test("as one line of JSON", async () => {
    expect(
      oneLine(await policy("--bucket", "data", "--command", "plan", "--command", "explain", "--json")),
    ).toMatchObject({
      ok: true,
      provider: "aws",
      bucket: "data",
      commands: ["plan", "explain"],
      readOnly: false,
      policy: { Version: "2012-10-17" },
    });
  });

  test.each([
    [["--bucket", "data", "--command", "pln"], 'there is no command "pln"'],
    [["--bucket", "data", "--command", "runs"], "runs asks nothing of a bucket"],
    [["--bucket", "data", "--kms-key", "alias/mine"], '"alias/mine" is no ARN of a KMS key'],
    [["--bucket", "data", "--kms-key", KMS_KEY, "--partition", "aws-cn"], "is of the partition aws, not of aws-cn"],
    [["--bucket", "data", "--queue", "changes"], '"changes" is no ARN of an SQS queue'],
    [["--bucket", "data", "--command", "ingest notifications"], "the queue is not known"],
    [["--bucket", "data", "--provider", "gcs"], "Allowed choices are aws"],
    [["--bucket", "data", "--role", "producer"], "--role is about Kafka"],
    [["--kafka", "--read-only"], "--read-only is not about Kafka"],
    [["--kafka", "--principal", "ann"], '"ann" is no principal'],
  ])("%j is refused", async (args, says) => {
    const result = await policy(...args);
    expect(result).toMatchObject({ status: 64, stdout: "" });
    expect(result.stderr).toContain(says);
    expect(result.stderr).toMatch(/^ {2}fix: {3}\S/m);
  });

  test("needs a bucket", async () => {
    const result = await policy();
    expect(result).toMatchObject({ status: 64, stdout: "" });
    expect(result.stderr).toContain("--bucket NAME");
  });
});

describe("Kafka's ACLs", () => {
  const configured = [
    "log:",
    "  kind: kafka",
    "  topic: events",
    "  dead_letter_topic: events.dead",
    "  group: movers",
    "  create_topics: false",
    '  kafka: { brokers: ["one:9092", "two:9092"], sasl: { username: ann, password: x-secret-x } }',
  ];

  async function granted(...args: readonly string[]): Promise<readonly string[]> {
    await writeFile(join(folder.path, "kafka.yaml"), `${configured.join("\n")}\n`);
    const shown = oneLine(await policy("--kafka", "--config", "kafka.yaml", "--json", ...args));
    return (shown["acls"] as Record<string, string>[]).map(
      ({ operation, resource, name }) => `${operation} ${resource} ${name}`,
    );
  }

  test("of each role, by the names of the configuration", async () => {
    expect(await granted("--role", "producer")).toEqual(["Write topic events"]);
    expect(await granted("--role", "consumer")).toEqual([
      "Read topic events",
      "Write topic events.dead",
      "Read group movers",
    ]);
    expect(await granted()).toEqual([
      "Read topic events",
      "Write topic events",
      "Read topic events.dead",
      "Write topic events.dead",
      "Read group movers",
    ]);
  });

  test("as lines that a shell runs as they stand", async () => {
    await writeFile(join(folder.path, "kafka.yaml"), `${configured.join("\n")}\n`);
    const { stdout } = await policy("--kafka", "--config", "kafka.yaml", "--principal", "User:o'neill");
    const lines = stdout.trimEnd().split("\n");
    const commands = lines.filter((line) => !line.startsWith("#"));
    expect(commands).toHaveLength(3);
    for (const line of commands) {
      const shell = await astra(["-c", `kafka-acls.sh() { printf '%s\\n' "$@"; }; ${line}`], { command: ["bash"] });
      expect(shell.status, shell.stderr).toBe(0);
      const words = shell.stdout.trimEnd().split("\n");
      expect(words).toEqual(expect.arrayContaining(["--add", "User:o'neill", "one:9092,two:9092"]));
    }
    expect(stdout).not.toContain("x-secret-x");
  });

  test("with creation of topics where Astra may", async () => {
    const result = oneLine(await policy("--kafka", "--role", "producer", "--json"));
    expect(result).toMatchObject({ createTopics: true, principal: "User:astra" });
    expect(result["acls"]).toMatchObject([{ operation: "Create" }, { operation: "Write" }]);
  });
});
