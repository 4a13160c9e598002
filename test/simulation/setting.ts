/** The world a seed chooses: its bucket, its objects, the limits of the engine. */
import { type Config, configSchema } from "../../src/config/schema.ts";
import type { Scheduler } from "./scheduler.ts";

export const BUCKET = "data";
const MIB = 1024 ** 2;
/** More than any object here has. */
const MOST_MIB = 10_000;
export const DEAD_LETTER_SUFFIX = ".dlq";

export interface BucketKind {
  readonly versioning: boolean;
  readonly objectLock: boolean;
  readonly hasAcls: boolean;
}

/** How the world of one seed is made. */
export interface Setting {
  readonly kind: BucketKind;
  readonly keys: readonly string[];
  readonly ingestedKeys: readonly string[];
  readonly consumers: number;
  readonly engines: number;
  readonly phases: number;
  /** A byte of a body stands for so many bytes, so that small bodies are worth moving and are copied in parts. */
  readonly byteScale: number;
  /** Bodies have at most so many bytes, before scaling. */
  readonly mostBytes: number;
  readonly maxCopyBytes: number;
  readonly areCopiesInParts: boolean;
  /** Whether what a copy replaces can be made a condition of it; where not, nothing is copied in parts. */
  readonly isDestinationConditional: boolean;
  readonly config: Config;
}

const KINDS: readonly BucketKind[] = [
  { versioning: false, objectLock: false, hasAcls: false },
  { versioning: false, objectLock: false, hasAcls: true },
  { versioning: true, objectLock: false, hasAcls: false },
  { versioning: true, objectLock: false, hasAcls: true },
  { versioning: true, objectLock: true, hasAcls: false },
];

const FOLDERS = ["a/", "b/", "backup_", "monthly_", "wéird key/ +"];

export function chooseSetting(chance: Scheduler, folder: string): Setting {
  const kind = chance.pick(KINDS);
  const count = 4 + chance.below(7);
  const keys = Array.from({ length: count }, (_, n) => `${chance.pick(FOLDERS)}${n}`);
  const ingested = Array.from({ length: chance.below(3) }, (_, n) => `in/${n}`);
  const isDestinationConditional = chance.chance(0.7);
  const maxCopyMib = isDestinationConditional ? chance.pick([100, 150, MOST_MIB]) : MOST_MIB;
  const consumers = 1 + chance.below(3);
  return {
    kind,
    keys,
    // Without a condition on writes, a worker that stood still may put an older body over a newer one: no client can help it.
    ingestedKeys: isDestinationConditional || consumers === 1 ? ingested : [],
    consumers,
    engines: 1 + chance.below(2),
    phases: 2 + chance.below(3),
    byteScale: chance.chance(0.75) ? MIB : 1,
    mostBytes: 400,
    maxCopyBytes: maxCopyMib * MIB,
    areCopiesInParts: maxCopyMib < MOST_MIB,
    isDestinationConditional,
    config: chooseConfig(chance, folder),
  };
}

function chooseConfig(chance: Scheduler, folder: string): Config {
  const isTight = chance.chance(0.3);
  return configSchema.parse({
    bucket: BUCKET,
    log: { path: `${folder}/log.db`, partitions: 1 + chance.below(3) },
    state: { path: `${folder}/state.db` },
    engine: {
      strategy: "matrix",
      classes: { cold: chance.pick(["GLACIER", "GLACIER_IR"]) },
      concurrency: 1 + chance.below(4),
      excluded_principals: ["crawler"],
      drop_own_noncurrent: chance.chance(0.5),
      restore_days: 1 + chance.below(3),
    },
    brakes: {
      canary: { enabled: chance.chance(0.3), at_least: 1 + chance.below(3), accept_loss: true },
      error_rate_percent: 50,
      ...(isTight && {
        fee_per_run_usd: chance.random.next() * 0.02,
        fee_per_day_usd: chance.random.next() * 0.05,
        objects_per_run: 1 + chance.below(8),
      }),
    },
  });
}
