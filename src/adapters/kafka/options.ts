/** How to reach a Kafka cluster, and what that means for the client library. */
import type { BaseOptions } from "@platformatic/kafka";

import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";

interface SaslOptions {
  readonly mechanism: "SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN";
  readonly username: string;
  readonly password: string;
}

export interface KafkaLogOptions {
  /** `host:port` of one or more brokers; the rest of the cluster is found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: SaslOptions;
  /** `true` trusts the system's authorities, `ca` (PEM) just that one. */
  readonly tls?: { readonly ca?: string } | boolean;
  readonly compression: "none" | "lz4" | "zstd" | "gzip";
  /** Copies of a topic's partitions; the brokers' own default where undefined. */
  readonly replicationFactor?: number;
  /** Per connection attempt, 4,000 by default. */
  readonly connectTimeoutMs?: number;
  /** How long work that has begun waits for brokers to come back, 30,000 by default. */
  readonly patienceMs?: number;
  /** A group member that is silent for this long is dead, 10,000 by default; brokers accept 6,000 and more. */
  readonly sessionTimeoutMs?: number;
}

export interface KafkaLogDeps {
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** Options, with every default filled in, and what the parts of the adapter share. */
export interface KafkaContext {
  readonly options: KafkaLogOptions;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly patienceMs: number;
  readonly sessionTimeoutMs: number;
}

const RETRY_STEP_MS = 500;

export function kafkaContext(options: KafkaLogOptions, deps: KafkaLogDeps): KafkaContext {
  return {
    options,
    clock: deps.clock,
    logger: deps.logger,
    patienceMs: options.patienceMs ?? 30_000,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
  };
}

/** Which kind of client the settings are for. */
export type ClientRole = "ask" | "work";

/**
 * Settings of one client. `ask` fails at the first error (its caller decides about another try), `work` keeps trying
 * for the context's patience.
 */
export function clientOptions(context: KafkaContext, role: ClientRole): BaseOptions {
  const { options, patienceMs } = context;
  const tls = tlsOptions(options.tls);
  return {
    clientId: options.clientId,
    bootstrapBrokers: [...options.brokers],
    connectTimeout: options.connectTimeoutMs ?? 4_000,
    requestTimeout: 30_000,
    timeout: 20_000,
    // Idempotent producers take 0 and 1 to mean "for ever".
    retries: role === "ask" ? 0 : Math.max(2, Math.ceil(patienceMs / RETRY_STEP_MS)),
    retryDelay: (_client, _operation, attempt) => Math.min(RETRY_STEP_MS, 50 * 2 ** attempt),
    autocreateTopics: false,
    strict: true,
    ...(options.sasl && { sasl: { ...options.sasl } }),
    ...(tls && { tls }),
  };
}

function tlsOptions(tls: KafkaLogOptions["tls"]): { ca?: string } | undefined {
  if (tls === undefined || tls === false) return undefined;
  if (tls === true || tls.ca === undefined) return {};
  return { ca: tls.ca };
}
