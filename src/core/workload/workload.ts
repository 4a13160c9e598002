/**
 * The demo's workload, stated and seeded: what a mid-sized company writes into a bucket and reads from it, day by day.
 * Its draws come from one stream, so its days come in order only; generated-workload.ts has no such limit.
 * Processes (shares of all objects; sizes are medians of a lognormal):
 *
 * | kind     | share | created            | size    | reads                                                     |
 * |----------|-------|--------------------|---------|-----------------------------------------------------------|
 * | logs     | 30 %  | evenly             | 128 MiB | hot for three days, then once in a while                  |
 * | backups  | 20 %  | nightly            | 2 GiB   | a restore drill for one in fifty                          |
 * | reports  | 8 %   | month ends         | 8 MiB   | daily in their first week, at the next month ends         |
 * | media    | 25 %  | evenly             | 256 MiB | popularity decays as a power of the age                   |
 * | datasets | 8 %   | first quarter      | 1 GiB   | read at first, then quiet, then hot again for three weeks |
 * | thumbs   | 5 %   | evenly             | 64 KiB  | now and then: too small for any cheaper class             |
 * | legal    | 4 %   | first half         | 32 MiB  | none; under a legal hold                                  |
 */
import { gaussian, poisson } from "./sampling.ts";
import { GB_BYTES, MIB, KIB, MS_PER_DAY } from "../units.ts";

export interface WorkloadOptions {
  readonly objects: number;
  readonly days: number;
  /** Midnight of day 0, epoch ms UTC. */
  readonly startMs: number;
  /** Uniform in [0, 1), seeded by the caller. */
  readonly random: () => number;
}

/** One object to be written on its day. */
export interface WorkloadObject {
  readonly key: string;
  readonly kind: WorkloadKind;
  readonly day: number;
  readonly sizeBytes: number;
  readonly legalHold: boolean;
}

/** Reads of one object on one day. */
export interface WorkloadReads {
  readonly object: WorkloadObject;
  readonly reads: number;
}

/** What is written and read on one day. */
export interface WorkloadDay {
  readonly day: number;
  readonly created: readonly WorkloadObject[];
  readonly reads: readonly WorkloadReads[];
}

const KINDS = ["logs", "backups", "reports", "media", "datasets", "thumbs", "legal"] as const;
export type WorkloadKind = (typeof KINDS)[number];

interface KindSpec {
  readonly share: number;
  readonly medianBytes: number;
  /** σ of ln(size). */
  readonly spread: number;
}

const SPECS: Readonly<Record<WorkloadKind, KindSpec>> = {
  logs: { share: 0.3, medianBytes: 128 * MIB, spread: 0.6 },
  backups: { share: 0.2, medianBytes: 2 * GB_BYTES, spread: 0.4 },
  reports: { share: 0.08, medianBytes: 8 * MIB, spread: 0.8 },
  media: { share: 0.25, medianBytes: 256 * MIB, spread: 0.9 },
  datasets: { share: 0.08, medianBytes: GB_BYTES, spread: 0.5 },
  thumbs: { share: 0.05, medianBytes: 64 * KIB, spread: 0.1 },
  legal: { share: 0.04, medianBytes: 32 * MIB, spread: 0.5 },
};

/** Every object of the workload, by day of creation. */
export function workloadObjects(options: WorkloadOptions): WorkloadObject[] {
  const objects: WorkloadObject[] = [];
  for (const kind of KINDS) {
    const count = kind === "legal" ? options.objects - objects.length : Math.round(SPECS[kind].share * options.objects);
    for (let index = 0; index < count; index += 1) {
      const day = creationDay(kind, index, count, options.days);
      const sizeBytes = Math.round(SPECS[kind].medianBytes * Math.exp(SPECS[kind].spread * gaussian(options.random)));
      objects.push({
        kind,
        day,
        sizeBytes,
        key: keyOf(kind, index, options.startMs + day * MS_PER_DAY),
        legalHold: kind === "legal",
      });
    }
  }
  return objects.toSorted((a, b) => a.day - b.day || (a.key < b.key ? -1 : 1));
}

function creationDay(kind: WorkloadKind, index: number, count: number, days: number): number {
  const evenly = Math.floor((index * days) / count);
  if (kind === "reports") return Math.min(days - 1, Math.floor(evenly / 30) * 30 + 29);
  if (kind === "datasets") return Math.floor(evenly / 4);
  if (kind === "legal") return Math.floor(evenly / 2);
  return evenly;
}

function keyOf(kind: WorkloadKind, index: number, createdMs: number): string {
  const date = new Date(createdMs).toISOString().slice(0, 10);
  const number = String(index).padStart(5, "0");
  switch (kind) {
    case "logs":
      return `logs/${date.replaceAll("-", "/")}/app-${number}.log.gz`;
    case "backups":
      return `backups/backup_${date}_${number}.tar.zst`;
    case "reports":
      return `reports/monthly_${date.slice(0, 7)}_${number}.pdf`;
    case "media":
      return `media/${number}.mp4`;
    case "datasets":
      return `datasets/run-${number}.parquet`;
    case "thumbs":
      return `thumbs/${number}.jpg`;
    case "legal":
      return `legal/legal-hold-${number}.pdf`;
  }
}

/** The days of the workload in order. */
export function* workloadDays(options: WorkloadOptions): Generator<WorkloadDay> {
  const waiting = workloadObjects(options);
  const live: WorkloadObject[] = [];
  let next = 0;
  for (let day = 0; day < options.days; day += 1) {
    const first = next;
    while (next < waiting.length && waiting[next]?.day === day) next += 1;
    const created = waiting.slice(first, next);
    live.push(...created);
    const reads: WorkloadReads[] = [];
    for (const object of live) {
      const count = poisson(
        expectedReads(object, day - object.day, options.startMs + day * MS_PER_DAY),
        options.random,
      );
      if (count > 0) reads.push({ object, reads: count });
    }
    yield { day, created, reads };
  }
}

/** Quiet time of a dataset before it turns hot again, and for how long it does. */
const DATASET_QUIET_DAYS = 220;
const DATASET_BURST_DAYS = 21;

/** Mean reads of an object on the day `age` days after its creation. */
function expectedReads(object: WorkloadObject, age: number, dayMs: number): number {
  switch (object.kind) {
    case "logs":
      return age < 3 ? 4 : 0.004;
    case "backups":
      return age === 20 && object.sizeBytes % 50 === 0 ? 1 : 0;
    case "reports":
      return age < 7 ? 3 : new Date(dayMs).getUTCDate() >= 28 ? 0.3 : 0.01;
    case "media":
      return 6 * (1 + age) ** -1.3;
    case "datasets":
      return age < 14 || (age >= DATASET_QUIET_DAYS && age < DATASET_QUIET_DAYS + DATASET_BURST_DAYS) ? 3 : 0;
    case "thumbs":
      return 0.05;
    case "legal":
      return 0;
  }
}
