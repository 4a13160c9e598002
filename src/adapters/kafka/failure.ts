/** Turns what the client library throws into errors a user can act on. */
import { AstraError, type ErrorCode } from "../../core/errors.ts";
import type { KafkaContext } from "./options.ts";

/** Broker answers, by their protocol names, that tell us that a partition is not ours any more. */
const LOST_OWNERSHIP: ReadonlySet<string> = new Set([
  "UNKNOWN_MEMBER_ID",
  "ILLEGAL_GENERATION",
  "REBALANCE_IN_PROGRESS",
  "FENCED_INSTANCE_ID",
]);

const AUTHENTICATION: ReadonlySet<string> = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "UNSUPPORTED_SASL_MECHANISM",
  "ILLEGAL_SASL_STATE",
]);

const MISSING_TOPIC: ReadonlySet<string> = new Set(["UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_ID"]);

const UNTRUSTED: ReadonlySet<string> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** What an authorizer says no to, by the broker's answer: resource, and how `astra iam policy` names it. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: "the topic",
  GROUP_AUTHORIZATION_FAILED: "the consumer group",
  CLUSTER_AUTHORIZATION_FAILED: "the cluster",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "the transactional id",
};

// Texts of the library, which has no codes for these.
const BROKER_WANTS_TLS = "Broker requires TLS.";
const BROKER_LACKS_TLS = "TLS handshake failed.";

/** The error itself, its causes and its parts, outermost first. */
function* chain(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 8) return;
  yield error;
  if (error instanceof AggregateError) {
    for (const part of error.errors) yield* chain(part, depth + 1);
  }
  yield* chain(error.cause, depth + 1);
}

function text(error: Error, field: string): string | undefined {
  const value: unknown = Reflect.get(error, field);
  return typeof value === "string" ? value : undefined;
}

/** Names of the broker's answers inside an error, such as `MESSAGE_TOO_LARGE`. */
export function answersIn(error: unknown): Set<string> {
  const ids = new Set<string>();
  for (const each of chain(error)) {
    const id = text(each, "apiId");
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

function overlaps(found: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const each of found) if (wanted.has(each)) return true;
  return false;
}

export function meansLostOwnership(error: unknown): boolean {
  return overlaps(answersIn(error), LOST_OWNERSHIP);
}

export function meansMissingTopic(error: unknown): boolean {
  if (overlaps(answersIn(error), MISSING_TOPIC)) return true;
  // The library hides the broker's answer behind an error of its own.
  return [...chain(error)].some((each) => each.message.startsWith("Unknown topic"));
}

/** A later try may succeed: the network, a moved leader, a coordinator that is still loading. */
export function meansPassing(error: unknown): boolean {
  if ([...answersIn(error)].some((each) => each in FORBIDDEN)) return false;
  let passing = false;
  for (const each of chain(error)) {
    const canRetry: unknown = Reflect.get(each, "canRetry");
    if (canRetry === true) passing = true;
    if (text(each, "code") === "PLT_KFK_AUTHENTICATION") return false;
  }
  return passing;
}

/** What was being done, for the message. */
export interface Doing {
  /** `append to topic data-events`. */
  readonly what: string;
  readonly topic?: string;
}

/** Any error of the library as the port's error; an AstraError stays as it is. */
export function toLogError(error: unknown, context: KafkaContext, doing: Doing): AstraError {
  if (error instanceof AstraError) return error;
  const answers = answersIn(error);
  const links = [...chain(error)];
  const codes = new Set(links.flatMap((each) => text(each, "code") ?? []));
  const where = context.options.brokers.join(", ");
  const made = (code: ErrorCode, message: string, more: { fix?: string; retryable?: boolean } = {}): AstraError =>
    new AstraError(code, message, { where: doing.topic ?? where, cause: error, ...more });

  if (overlaps(answers, AUTHENTICATION) || codes.has("PLT_KFK_AUTHENTICATION")) {
    const user = context.options.sasl?.username;
    const who = user === undefined ? "this client" : `user ${user}`;
    return made("ASTRA_LOG_AUTHENTICATION", `Kafka at ${where} refused ${who}.`);
  }
  if (meansMissingTopic(error)) {
    return made("ASTRA_LOG_TOPIC_MISSING", `Topic ${doing.topic ?? "asked for"} does not exist on Kafka at ${where}.`);
  }
  if (overlaps(codes, UNTRUSTED)) {
    return made("ASTRA_LOG_UNREACHABLE", `The certificate of Kafka at ${where} is not trusted.`, {
      fix: "Name the authority that signed it in `log.kafka.ca_file`.",
    });
  }
  if (links.some((each) => each.message === BROKER_WANTS_TLS)) {
    return made("ASTRA_LOG_UNREACHABLE", `Kafka at ${where} takes encrypted connections only.`, {
      fix: "Set `log.kafka.tls: true`.",
    });
  }
  if (links.some((each) => each.message.startsWith(BROKER_LACKS_TLS))) {
    return made("ASTRA_LOG_UNREACHABLE", `Kafka at ${where} does not take encrypted connections.`, {
      fix: "Remove `log.kafka.tls`, or name the port that is encrypted.",
    });
  }
  const answer = [...answers][0];
  if (answer === "MESSAGE_TOO_LARGE" || answer === "RECORD_LIST_TOO_LARGE") {
    return made("ASTRA_LOG_REFUSED", `Could not ${doing.what}: a record is larger than the brokers take.`, {
      fix: "Send smaller events, or raise the topic's `max.message.bytes`.",
    });
  }
  const forbidden = [...answers].find((each) => each in FORBIDDEN);
  if (forbidden !== undefined) {
    const who = context.options.sasl?.username ?? "ANONYMOUS";
    const message = `Could not ${doing.what}: Kafka's ACLs do not let User:${who} do it on ${FORBIDDEN[forbidden]} (${forbidden}).`;
    return made("ASTRA_LOG_FORBIDDEN", message, {
      fix: `Give User:${who} the ACLs that \`astra iam policy --kafka\` prints.`,
    });
  }
  if (answer !== undefined) {
    return made("ASTRA_LOG_REFUSED", `Could not ${doing.what}: the broker answered ${answer}.`, {
      retryable: meansPassing(error),
    });
  }
  if (codes.has("PLT_KFK_NETWORK") || codes.has("PLT_KFK_TIMEOUT")) {
    return made("ASTRA_LOG_UNREACHABLE", `Could not ${doing.what}: no Kafka broker answers at ${where}.`, {
      retryable: true,
    });
  }
  return made("ASTRA_LOG_REFUSED", `Could not ${doing.what}: ${lastMessage(links, error)}`);
}

function lastMessage(links: readonly Error[], error: unknown): string {
  return links.at(-1)?.message ?? String(error);
}
