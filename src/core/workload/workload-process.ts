/**
 * The processes of generated workloads, each stated in full. Sizes are lognormal: median × e^(spread × z), z standard
 * normal. `Poisson(m)` reads a day are drawn anew each day. n objects of a process are created evenly over D days, object i
 * on day ⌊i·D/n⌋, unless said otherwise. No figure is fitted to a customer's data: they are round numbers of the right
 * size, to be read as assumptions.
 *
 * | process    | share | size: median, spread | created, deleted | reads on the day of age a |
 * |------------|-------|----------------------|------------------|---------------------------|
 * | logs       | 35 %  | 64 MiB, 1.0  | evenly; after 365 days | Poisson(4) while a < 3, then Poisson(0.004) |
 * | backups    | 20 %  | 2 GiB, 0.5   | nightly; after 35 days, those of a Sunday 91, of a month's first day 365 | a drill, which a database has on one day in 90, reads last night's backup once; else Poisson(0.0005) while a < 8 |
 * | reports    | 10 %  | 8 MiB, 0.8   | on the last day of each month | Poisson(3) while a < 7; then Poisson(0.5 · 2^(-a/180)) on the last two and first three days of a month, else Poisson(0.005) |
 * | training   | 10 %  | 512 MiB, 0.4 | sets of 200 files, a set on one day, the sets evenly; a third of the sets after 270 days | Poisson(2) on every file of a set while a < 5 and in bursts of 5 days, which begin on one day in 45; else none |
 * | uploads    | 20 %  | 4 MiB, 1.6   | evenly; one in 2,000 a day | Poisson(p · (1+a)^-1.3), p lognormal with mean 3 and spread 1 |
 * | compliance | 5 %   | 32 MiB, 0.7  | evenly; never | Poisson(0.0003) |
 */
import { type Places, gaussianOf, poissonAt, uniformAt } from "./sampling.ts";
import { GB_BYTES, MIB } from "../units.ts";
import { type WorkloadSpan, isMonthStart, isSunday } from "./workload-span.ts";

/** Names of the processes, in the order in which objects are numbered. */
export const PROCESS_NAMES = ["logs", "backups", "reports", "training", "uploads", "compliance"] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

/** What a process knows of an object when it draws its reads; days count from the span's first. */
export interface ProcessObject {
  readonly createdDay: number;
  /** Draws of the object itself. */
  readonly places: Places;
  /** Draws shared by its group. */
  readonly groupPlaces: Places;
  /** Mean reads on the first day, where the process gives each object its own. */
  readonly popularity: number;
}

/** A stated process. */
export interface Process {
  /** Share of all objects where every process takes part. */
  readonly share: number;
  readonly medianBytes: number;
  /** σ of ln(size). */
  readonly spread: number;
  /** Number of groups among `count` objects. */
  readonly groups: (count: number) => number;
  /** Group of object `index`. */
  readonly groupOf: (index: number, groups: number) => number;
  /** Name of a group: what comes before the first `/` of a key. */
  readonly groupName: (group: number) => string;
  /** Rest of the key; `date` is `2025-03-31`. */
  readonly fileName: (index: number, date: string) => string;
  /** Never falls as `index` rises. */
  readonly createdDay: (index: number, count: number, span: WorkloadSpan) => number;
  /** Days the object is there, its first included; `Infinity` where it is never deleted. */
  readonly lifeDays: (object: ProcessObject, span: WorkloadSpan) => number;
  readonly reads: (object: ProcessObject, day: number, span: WorkloadSpan) => number;
}

/** Places of draws that belong to no day. */
export const DRAW = { sizeFirst: -2, sizeSecond: -3, popularityFirst: -4, popularitySecond: -5, life: -6 } as const;

const SET_FILES = 200;
const BURST_DAYS = 5;
const BURST_CHANCE = 1 / 45;
const DRILL_CHANCE = 1 / 90;
const DAILY_DELETION = 1 / 2000;
const POPULARITY_MEAN = 3;

/** The process by its name. */
export const PROCESSES: Readonly<Record<ProcessName, Process>> = {
  logs: {
    share: 0.35,
    medianBytes: 64 * MIB,
    spread: 1,
    ...namedGroups("logs", ["api", "web", "auth", "billing", "search", "queue", "mail", "edge"]),
    fileName: (index, date) => `${date.replaceAll("-", "/")}/${numbered(index)}.log.gz`,
    createdDay: evenly,
    lifeDays: () => 365,
    reads: ({ createdDay, places }, day) => poissonAt(day - createdDay < 3 ? 4 : 0.004, places, day),
  },
  backups: {
    share: 0.2,
    medianBytes: 2 * GB_BYTES,
    spread: 0.5,
    ...namedGroups("backups", ["orders", "users", "catalog", "finance", "mail", "wiki"]),
    fileName: (index, date) => `backup_${date}_${numbered(index)}.tar.zst`,
    createdDay: evenly,
    lifeDays: ({ createdDay }, span) => (isMonthStart(span, createdDay) ? 365 : isSunday(span, createdDay) ? 91 : 35),
    reads({ createdDay, places, groupPlaces }, day) {
      const age = day - createdDay;
      if (age === 1 && uniformAt(groupPlaces, day) < DRILL_CHANCE) return 1;
      return age < 8 ? poissonAt(0.0005, places, day) : 0;
    },
  },
  reports: {
    share: 0.1,
    medianBytes: 8 * MIB,
    spread: 0.8,
    ...namedGroups("reports", ["finance", "sales", "operations", "people", "board"]),
    fileName: (index, date) => `monthly_${date.slice(0, 7)}_${numbered(index)}.pdf`,
    createdDay: atMonthEnds,
    lifeDays: () => Infinity,
    reads({ createdDay, places }, day, span) {
      const age = day - createdDay;
      const later = span.isAroundMonthEnd[day] === 1 ? 0.5 * 2 ** (-age / 180) : 0.005;
      return poissonAt(age < 7 ? 3 : later, places, day);
    },
  },
  training: {
    share: 0.1,
    medianBytes: 512 * MIB,
    spread: 0.4,
    groups: (count) => Math.max(1, Math.ceil(count / SET_FILES)),
    groupOf: (index) => Math.floor(index / SET_FILES),
    groupName: (group) => `training-${String(group).padStart(4, "0")}`,
    fileName: (index) => `part-${String(index % SET_FILES).padStart(5, "0")}.parquet`,
    createdDay(index, count, span) {
      const set = Math.floor(index / SET_FILES);
      return evenly(set, Math.ceil(count / SET_FILES), span);
    },
    lifeDays: ({ groupPlaces }) => (uniformAt(groupPlaces, DRAW.life) < 1 / 3 ? 270 : Infinity),
    reads: (object, day) => (isBurst(object, day) ? poissonAt(2, object.places, day) : 0),
  },
  uploads: {
    share: 0.2,
    medianBytes: 4 * MIB,
    spread: 1.6,
    ...namedGroups("uploads", ["web", "mobile", "partners", "support"]),
    fileName: (index, date) => `${date}/${numbered(index)}.bin`,
    createdDay: evenly,
    lifeDays: ({ places }) => Math.ceil(Math.log(1 - uniformAt(places, DRAW.life)) / Math.log(1 - DAILY_DELETION)) || 1,
    reads: ({ createdDay, places, popularity }, day) =>
      poissonAt(popularity * (1 + day - createdDay) ** -1.3, places, day),
  },
  compliance: {
    share: 0.05,
    medianBytes: 32 * MIB,
    spread: 0.7,
    ...namedGroups("compliance", ["invoices", "contracts", "audit"]),
    fileName: (index, date) => `${date.slice(0, 4)}/legal-hold-${numbered(index)}.pdf`,
    createdDay: evenly,
    lifeDays: () => Infinity,
    reads: ({ places }, day) => poissonAt(0.0003, places, day),
  },
};

/** p of the uploads: lognormal with spread 1, its median lowered so that the mean is 3. */
export function popularityOf(places: Places): number {
  const z = gaussianOf(uniformAt(places, DRAW.popularityFirst), uniformAt(places, DRAW.popularitySecond));
  return POPULARITY_MEAN * Math.exp(z - 1 / 2);
}

/** Size by the process's lognormal law, in whole bytes, at least 1. */
export function sizeOf({ medianBytes, spread }: Process, places: Places): number {
  const z = gaussianOf(uniformAt(places, DRAW.sizeFirst), uniformAt(places, DRAW.sizeSecond));
  return Math.max(1, Math.round(medianBytes * Math.exp(spread * z)));
}

function evenly(index: number, count: number, { days }: WorkloadSpan): number {
  return Math.floor((index * days) / count);
}

/** Evenly over the month ends; on the last day where the span has none. */
function atMonthEnds(index: number, count: number, { monthEnds, days }: WorkloadSpan): number {
  return monthEnds[Math.floor((index * monthEnds.length) / count)] ?? days - 1;
}

/** In the set's first days, or in one of the bursts that may begin on any day. */
function isBurst({ createdDay, groupPlaces }: ProcessObject, day: number): boolean {
  if (day - createdDay < BURST_DAYS) return true;
  for (let begin = day; begin > day - BURST_DAYS; begin -= 1) {
    if (uniformAt(groupPlaces, begin) < BURST_CHANCE) return true;
  }
  return false;
}

function namedGroups(prefix: string, names: readonly string[]): Pick<Process, "groups" | "groupOf" | "groupName"> {
  return {
    groups: () => names.length,
    groupOf: (index) => index % names.length,
    groupName: (group) => `${prefix}-${names[group] ?? ""}`,
  };
}

function numbered(index: number): string {
  return String(index).padStart(7, "0");
}
