/** The only place that names concrete classes. Each is imported when it is first used. */
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { duckdbInventories } from "../adapters/duckdb/inventories.ts";
import { processPresence } from "../adapters/system/process-presence.ts";
import { systemRandom } from "../adapters/system/system-random.ts";
import { WallClock } from "../adapters/system/wall-clock.ts";
import { systemBodySources } from "../adapters/system/body-sources.ts";
import { builtInPriceBook, pricesInForce } from "../config/price-books.ts";
import { readNamedFile } from "../config/load.ts";
import { parsePolicies } from "../config/policy-file.ts";
import type { Config } from "../config/schema.ts";
import { AstraError, toAstraError } from "../core/errors.ts";
import { localActor } from "../core/permission.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import type { BatchEngine } from "../ports/batch-engine.ts";
import type { BillingFiles } from "../ports/billing-files.ts";
import type { Clock, Random } from "../ports/clock.ts";
import type { EventLog } from "../ports/event-log.ts";
import type { Logger } from "../ports/logger.ts";
import type { ObjectStores } from "../ports/object-store.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { TraceFiles } from "../ports/trace-files.ts";
import type { Context } from "../services/context.ts";
import { lazyPort } from "./lazy.ts";
import { type DiagnosticsLevel, lazyLogger } from "./lazy-logger.ts";
import { s3OptionsOf } from "./s3-options.ts";
import { configuredSecrets } from "./secrets.ts";

export interface ContextOverrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly signal?: AbortSignal;
  readonly prices?: PriceBook;
  readonly policies?: readonly PolicyRule[];
  /** Log and state are thrown away at the end (the demo): no write waits for the disk. */
  readonly isThrowaway?: boolean;
  readonly logLevel?: DiagnosticsLevel;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A context whose ports are opened on first use and closed by disposing it. */
export async function openContext(
  config: Config,
  overrides: ContextOverrides = {},
): Promise<Context & AsyncDisposable> {
  const clock = overrides.clock ?? new WallClock();
  const random = overrides.random ?? systemRandom();
  const environment = overrides.environment ?? process.env;
  const logger = lazyLogger(overrides.logLevel ?? "warn", configuredSecrets(config, environment));
  const log = lazyPort<EventLog>(() => openLog(config, clock, logger.port, overrides.isThrowaway ?? false), ["read"]);
  const state = lazyPort<StateStore>(
    () => openState(config, overrides.isThrowaway ?? false),
    ["plannedMoves", "objects", "journalOfRun", "openJournal", "auditTrail"],
  );
  const stores = lazyPort<ObjectStores>(() => openStores(config, environment, clock, random));
  const presence = processPresence();
  const inventoryFolder = join(dirname(config.state.path), "inventories");
  const inventories = duckdbInventories({ folder: inventoryFolder }, { presence, clock });
  const batch = lazyPort<BatchEngine & AsyncDisposable>(() => openBatch(config), ["decide", "moves"]);
  const bodies = systemBodySources(bodyOptions(config), { stores: stores.port });
  let prices = overrides.prices;
  let policies = overrides.policies;
  return {
    actor: localActor(userName(environment)),
    config,
    clock,
    random,
    presence,
    logger: logger.port,
    get policies() {
      return (policies ??= policiesOf(config));
    },
    get prices() {
      return (prices ??= pricesInForce(config));
    },
    log: log.port,
    state: state.port,
    stores: stores.port,
    bodies,
    inventories,
    batch: batch.port,
    signal: overrides.signal ?? new AbortController().signal,
    async [Symbol.asyncDispose]() {
      const ports = [bodies, batch, stores, log, state, logger];
      const closed = await Promise.allSettled(
        ports.map((port) => ("close" in port ? port.close() : port[Symbol.asyncDispose]())),
      );
      const fault = closed.find((result) => result.status === "rejected");
      if (fault) throw toAstraError(fault.reason);
    },
  };
}

function userName(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment["USER"] ?? environment["USERNAME"];
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that no user has.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

function bodyOptions(config: Config): Parameters<typeof systemBodySources>[0] {
  const { file_roots: fileRoots, allowed_private_hosts: allowedPrivateHosts } = config.ingest;
  const buckets = [...Object.keys(config.buckets), ...(config.bucket === undefined ? [] : [config.bucket])];
  return { fileRoots, allowedPrivateHosts, buckets };
}

/** @throws AstraError ASTRA_CONFIG_UNREADABLE, ASTRA_POLICY_INVALID */
function policiesOf({ policies: file }: Config): readonly PolicyRule[] {
  return file === undefined ? [] : parsePolicies(file, readNamedFile(file, "`policies`"));
}

async function openLog(config: Config, clock: Clock, logger: Logger, isThrowaway: boolean): Promise<EventLog> {
  const { kind, path, kafka } = config.log;
  if (kind === "sqlite") {
    const { openSqliteLog } = await import("../adapters/sqlite/event-log.ts");
    return openSqliteLog({ path, isThrowaway }, { clock });
  }
  if (!kafka) throw new AstraError("ASTRA_CONFIG_MISSING", "log.kind is kafka, but log.kafka.brokers is not set");
  const { openKafkaLog } = await import("../adapters/kafka/event-log.ts");
  const { brokers, sasl, tls, ca_file, compression, replication_factor } = kafka;
  return openKafkaLog(
    {
      brokers,
      clientId: "astra",
      tls: tls && ca_file !== undefined ? { ca: readNamedFile(ca_file, "`log.kafka.ca_file`") } : tls,
      compression,
      ...(sasl && { sasl }),
      ...(replication_factor !== undefined && { replicationFactor: replication_factor }),
    },
    { clock, logger },
  );
}

async function openState(config: Config, isThrowaway: boolean): Promise<StateStore> {
  const { openSqliteState } = await import("../adapters/sqlite/state-store.ts");
  return openSqliteState({ path: config.state.path, isThrowaway });
}

/** Plans decided in batch stand in a folder beside the state. */
async function openBatch({ state }: Config): Promise<BatchEngine & AsyncDisposable> {
  const { duckdbBatchEngine } = await import("../adapters/duckdb/batch-engine.ts");
  return duckdbBatchEngine({ plansFolder: join(dirname(state.path), "plans") });
}

/** Signatures and credentials live in wall time, whatever clock the context has. */
async function openStores(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  random: Random,
): Promise<ObjectStores> {
  const { s3Stores } = await import("../adapters/s3/object-store.ts");
  return s3Stores((bucket) => s3OptionsOf(config, bucket, environment), {
    clock,
    random,
    signingClock: new WallClock(),
  });
}

/** Tables of traces in files of this machine. */
export async function openTraceFiles(): Promise<TraceFiles> {
  const { localTraceFiles } = await import("../adapters/trace-files/local-trace-files.ts");
  return localTraceFiles();
}

/** A provider's bill in files of this machine. */
export async function openBillingFiles(): Promise<BillingFiles> {
  const { localBillingFiles } = await import("../adapters/billing/billing-files.ts");
  return localBillingFiles();
}

export interface SandboxSettings {
  readonly host: string;
  readonly port: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly byteScale: number;
  readonly buckets: readonly string[];
}

/** A stand-alone sandbox: wall time that can be moved forward. @throws AstraError ASTRA_SANDBOX_PORT */
export async function openSandbox(
  settings: SandboxSettings,
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const { startSandbox } = await import("../sandbox/server.ts");
  const { OffsetClock } = await import("../adapters/system/offset-clock.ts");
  return startSandbox({ ...settings, clock: new OffsetClock(), prices: builtInPriceBook() });
}
