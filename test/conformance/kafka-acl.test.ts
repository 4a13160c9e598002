/** The ACLs that `astra iam policy --kafka` prints, on a broker with an authorizer: they are enough, and none is too many. */
import { Admin, AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LogRole, aclCommands, aclsOf } from "../../src/adapters/kafka/acls.ts";
import { openKafkaLog } from "../../src/adapters/kafka/event-log.ts";
import { isAstraError } from "../../src/core/errors.ts";
import type { EventLog } from "../../src/ports/event-log.ts";
import { type KafkaCluster, startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { kafkaOptions, wallClock } from "../support/kafka.ts";
import { consume, numbered, readAll } from "./event-log-tools.ts";

const kafka = await ensureKafka();
const missing = "missing" in kafka ? kafka.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;

/** Names of one user's own, so that no user lives on what another has made. */
interface Names {
  readonly user: string;
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly group: string;
}

function namesOf(user: string): Names {
  return { user, topic: `${user}-events`, deadLetterTopic: `${user}-events.dlq`, group: `${user}-group` };
}

const password = (user: string): string => `secret of ${user}`.replaceAll(" ", "-");
const ACLS = aclsOf("engine", { ...namesOf("any"), createsTopics: true });
const LESS = ACLS.map((_, index) => `less-${index}`);
const USERS = ["whole", "owner", "producer", "consumer", ...LESS];

/** What Astra does, by name, in the order of a first run. */
const STEPS: Readonly<Record<string, (log: EventLog, names: Names) => Promise<unknown>>> = {
  "create the topic": (log, { topic }) => log.ensureTopic(topic, 1),
  "create the topic of dead letters": (log, { deadLetterTopic }) => log.ensureTopic(deadLetterTopic, 1),
  append: (log, { topic }) => log.append(topic, numbered(3)),
  consume: async (log, { topic, group }) => {
    await using worker = await log.join({ topic, group });
    await consume(worker, 3);
  },
  "tell the lag": async (log, { topic, group }) => {
    const lag = await log.lag(topic, group);
    expect(lag.map((each) => each.lag)).toEqual([0n]);
  },
  "put away a dead letter": (log, { deadLetterTopic }) => log.append(deadLetterTopic, numbered(1)),
  "list dead letters": async (log, { deadLetterTopic }) => {
    expect(await readAll(log, deadLetterTopic, 0)).toHaveLength(1);
  },
};

/** What fails first without an ACL, by operation and resource. */
const FIRST_FAILURE: Readonly<Record<string, string>> = {
  "Create any-events": "create the topic",
  "Create any-events.dlq": "create the topic of dead letters",
  "Read any-events": "consume",
  "Write any-events": "append",
  "Read any-events.dlq": "list dead letters",
  "Write any-events.dlq": "put away a dead letter",
  "Read any-group": "consume",
};

describe.skipIf(missing !== undefined)(`kafka with an authorizer${note}`, () => {
  let cluster: KafkaCluster;
  let admin: Admin;
  const open: EventLog[] = [];

  beforeAll(async () => {
    const restricted = USERS.map((username) => ({ username, password: password(username) }));
    cluster = await startKafka({ secure: true, restricted });
    const { brokers, sasl, tls } = kafkaOptions(cluster);
    admin = new Admin({
      clientId: "admin",
      bootstrapBrokers: [...brokers],
      ...(sasl && { sasl: { ...sasl } }),
      ...(typeof tls === "object" && { tls }),
    });
  });
  afterAll(async () => {
    await Promise.allSettled(open.map((log) => log.close()));
    await admin?.close();
    await cluster?.stop();
  });

  function logOf(username: string): EventLog {
    const sasl = { mechanism: "SCRAM-SHA-512", username, password: password(username) } as const;
    const log = openKafkaLog(kafkaOptions(cluster, { sasl, patienceMs: 4_000 }), { clock: wallClock });
    open.push(log);
    return log;
  }

  /** Grants just what the printed commands say. @param without index of an ACL to leave out */
  async function grant(role: LogRole, names: Names, createsTopics: boolean, without = -1): Promise<void> {
    const acls = aclsOf(role, { ...names, createsTopics }).filter((_, index) => index !== without);
    const creations = aclCommands(acls, `User:${names.user}`, "HOST:PORT").flatMap(parsed);
    await admin.createAcls({ creations });
  }

  /** Runs the named steps. @returns the first that failed, and how */
  async function firstFailure(names: Names, steps: readonly string[]) {
    const log = logOf(names.user);
    for (const step of steps) {
      try {
        await STEPS[step]?.(log, names);
      } catch (error) {
        if (!isAstraError(error)) throw error;
        return { step, code: error.code, message: error.message, fix: error.fix };
      }
    }
    return null;
  }

  test("with exactly these a user creates, appends, reads, commits, tells the lag and works on dead letters", async () => {
    await grant("engine", namesOf("whole"), true);
    expect(await firstFailure(namesOf("whole"), Object.keys(STEPS))).toBeNull();
  });

  test.each(ACLS.map((acl, index) => [`${acl.operation} ${acl.name}`, index] as const))(
    "without %s the step that needs it is refused, and the refusal says what to do",
    async (acl, index) => {
      const names = namesOf(`less-${index}`);
      await grant("engine", names, true, index);
      expect(await firstFailure(names, Object.keys(STEPS))).toMatchObject({
        step: FIRST_FAILURE[acl],
        code: "ASTRA_LOG_FORBIDDEN",
        message: expect.stringContaining(`User:${names.user}`),
        fix: expect.stringContaining("astra iam policy --kafka"),
      });
    },
  );

  test("a producer and a consumer share a topic that another has created, and neither can do the other's work", async () => {
    const owner = namesOf("owner");
    await grant("engine", owner, true);
    expect(await firstFailure(owner, Object.keys(STEPS).slice(0, 2))).toBeNull();
    const [producer, consumer] = [
      { ...owner, user: "producer" },
      { ...owner, user: "consumer" },
    ];
    await grant("producer", producer, false);
    await grant("consumer", consumer, false);
    expect(await firstFailure(producer, ["append"])).toBeNull();
    expect(await firstFailure(consumer, ["consume", "tell the lag", "put away a dead letter"])).toBeNull();
    const refused = { code: "ASTRA_LOG_FORBIDDEN" };
    expect(await firstFailure(producer, ["consume"])).toMatchObject(refused);
    expect(await firstFailure(producer, ["create the topic"])).toMatchObject(refused);
    expect(await firstFailure(consumer, ["append"])).toMatchObject(refused);
    expect(await firstFailure(consumer, ["list dead letters"])).toMatchObject(refused);
  });
});

type Created = Parameters<Admin["createAcls"]>[0]["creations"][number];

/** A printed command, read as `kafka-acls.sh` reads it. */
function parsed(command: string): readonly Created[] {
  const [, principal] = /--allow-principal (\S+)/.exec(command) ?? [];
  const [, kind, resourceName] = /--(topic|group) (\S+)$/.exec(command) ?? [];
  if (principal === undefined || resourceName === undefined) throw new Error(`not understood: ${command}`);
  const operations = [...command.matchAll(/--operation (\w+)/g)].map(([, name = ""]) => name);
  return operations.map((operation) => ({
    resourceType: kind === "topic" ? ResourceTypes.TOPIC : ResourceTypes.GROUP,
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal,
    host: "*",
    operation: operationNamed(operation),
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

function operationNamed(name: string): Created["operation"] {
  if (name === "Create") return AclOperations.CREATE;
  if (name === "Read") return AclOperations.READ;
  if (name === "Write") return AclOperations.WRITE;
  throw new Error(`not an operation of ours: ${name}`);
}
