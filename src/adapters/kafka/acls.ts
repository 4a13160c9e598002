/**
 * The ACLs that Astra's work on Kafka takes. Each client request needs what the broker's authorizer asks for it
 * (Apache Kafka documentation, "Authorization and ACLs", operations and resources on protocols). `Describe` comes with
 * `Read` and `Write`; an idempotent producer needs no `IdempotentWrite` on the cluster since Kafka 2.8 (KIP-679).
 */
/** `engine`: both in one user, and the work on dead letters (`astra dlq`). */
export type LogRole = "producer" | "consumer" | "engine";

export interface LogAccess {
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly group: string;
  /** Whether Astra creates missing topics itself. */
  readonly createsTopics: boolean;
}

export interface Acl {
  readonly resource: "topic" | "group";
  readonly name: string;
  readonly operation: "Create" | "Read" | "Write";
  /** What stops working without it. */
  readonly purpose: string;
}

/** Each once; nothing more is needed, and nothing less is enough. */
export function aclsOf(role: LogRole, access: LogAccess): readonly Acl[] {
  const { topic, deadLetterTopic, group, createsTopics } = access;
  const onTopic = (name: string, operation: Acl["operation"], purpose: string): Acl => ({
    resource: "topic",
    name,
    operation,
    purpose,
  });
  const produces = role !== "consumer";
  const consumes = role !== "producer";
  return [
    ...(createsTopics ? [onTopic(topic, "Create", "create the topic where it is missing")] : []),
    ...(createsTopics && consumes
      ? [onTopic(deadLetterTopic, "Create", "create the topic of dead letters where it is missing")]
      : []),
    ...(consumes ? [onTopic(topic, "Read", "read events and commit positions")] : []),
    ...(produces ? [onTopic(topic, "Write", "append events")] : []),
    ...(produces && consumes ? [onTopic(deadLetterTopic, "Read", "list, show and retry dead letters")] : []),
    ...(consumes ? [onTopic(deadLetterTopic, "Write", "put away events that can't be worked on")] : []),
    ...(consumes
      ? [
          {
            resource: "group",
            name: group,
            operation: "Read",
            purpose: "join the group, commit, tell the lag",
          } as const,
        ]
      : []),
  ];
}

/** The command of Kafka's own tool that grants some ACLs of one resource. */
export function aclCommands(acls: readonly Acl[], principal: string, bootstrap: string): readonly string[] {
  const resources = new Map<string, Acl[]>();
  for (const acl of acls) {
    const id = `--${acl.resource} ${shellWord(acl.name)}`;
    resources.set(id, [...(resources.get(id) ?? []), acl]);
  }
  return [...resources].map(([resource, granted]) => {
    const operations = granted.map(({ operation }) => `--operation ${operation}`).join(" ");
    return `kafka-acls.sh --bootstrap-server ${shellWord(bootstrap)} --command-config admin.properties --add --allow-principal ${shellWord(principal)} ${operations} ${resource}`;
  });
}

/** As one word of a POSIX shell, whatever characters it has. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
