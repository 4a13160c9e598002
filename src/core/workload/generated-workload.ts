/**
 * A generated workload: any object and any day of it is a pure function of the seed. So it can be told by object (for
 * traces, holding one object at a time) or by day (for events, holding the objects that live), and is the same both ways.
 */
import { type Places, derivedPlaces, seedPlaces } from "./sampling.ts";
import {
  PROCESSES,
  PROCESS_NAMES,
  type ProcessName,
  type ProcessObject,
  popularityOf,
  sizeOf,
} from "./workload-process.ts";
import { type WorkloadSpan, dateOf, workloadSpan } from "./workload-span.ts";

/** What to generate. */
export interface GeneratedWorkloadOptions {
  readonly objects: number;
  readonly days: number;
  /** Day 0 as days since 1970-01-01 UTC. */
  readonly startDay: number;
  /** Any safe integer. */
  readonly seed: number;
  /** Processes that take part, with their shares made to sum to one; all where absent. */
  readonly processes?: readonly ProcessName[];
}

/** One process's part of a workload. */
export interface WorkloadPart {
  readonly process: ProcessName;
  readonly count: number;
  /** Number of its first object among all. */
  readonly firstId: number;
  readonly places: Places;
}

/** A workload to be told. */
export interface GeneratedWorkload {
  readonly span: WorkloadSpan;
  readonly parts: readonly WorkloadPart[];
}

/** One object of a workload; days count from the workload's first. */
export interface GeneratedObject extends ProcessObject {
  readonly id: number;
  readonly process: ProcessName;
  /** `group/…`. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Last day it is there, inclusive, within the workload. */
  readonly endDay: number;
  /** Deleted after `endDay`, before the workload ends. */
  readonly isDeleted: boolean;
}

/** Reads of one object on one day. */
export interface GeneratedReads {
  readonly object: GeneratedObject;
  readonly reads: number;
}

/** What happens on one day. */
export interface GeneratedDay {
  readonly day: number;
  readonly created: readonly GeneratedObject[];
  readonly reads: readonly GeneratedReads[];
  readonly deleted: readonly GeneratedObject[];
}

/** Shares out the objects among the processes: to the nearest whole number, the sum kept. */
export function generatedWorkload(options: GeneratedWorkloadOptions): GeneratedWorkload {
  const names = PROCESS_NAMES.filter((name) => options.processes?.includes(name) ?? true);
  const total = names.reduce((sum, name) => sum + PROCESSES[name].share, 0);
  const places = seedPlaces(options.seed);
  const parts: WorkloadPart[] = [];
  let share = 0;
  let firstId = 0;
  for (const name of names) {
    share += PROCESSES[name].share;
    const next = Math.round((share / total) * options.objects);
    // By its place among all processes, so that leaving one out changes no draw of the others.
    const ownPlaces = derivedPlaces(places, PROCESS_NAMES.indexOf(name));
    parts.push({ process: name, count: next - firstId, firstId, places: ownPlaces });
    firstId = next;
  }
  return { span: workloadSpan(options.startDay, options.days), parts };
}

/** Object `index` of a part. */
export function generatedObject(part: WorkloadPart, index: number, span: WorkloadSpan): GeneratedObject {
  const law = PROCESSES[part.process];
  const group = law.groupOf(index, law.groups(part.count));
  const places = derivedPlaces(derivedPlaces(part.places, 0), index);
  const groupPlaces = derivedPlaces(derivedPlaces(part.places, 1), group);
  const createdDay = law.createdDay(index, part.count, span);
  const popularity = part.process === "uploads" ? popularityOf(places) : 0;
  const drawn: ProcessObject = { createdDay, places, groupPlaces, popularity };
  const lastDay = createdDay + law.lifeDays(drawn, span) - 1;
  return {
    ...drawn,
    id: part.firstId + index,
    process: part.process,
    key: `${law.groupName(group)}/${law.fileName(index, dateOf(span, createdDay))}`,
    sizeBytes: sizeOf(law, places),
    endDay: Math.min(lastDay, span.days - 1),
    isDeleted: lastDay < span.days - 1,
  };
}

/** Every object, by process and then by day of creation. */
export function* generatedObjects({ span, parts }: GeneratedWorkload): Generator<GeneratedObject> {
  for (const part of parts) {
    for (let index = 0; index < part.count; index += 1) yield generatedObject(part, index, span);
  }
}

/** Reads of an object on a day of its life. */
export function generatedReads(object: GeneratedObject, day: number, span: WorkloadSpan): number {
  return PROCESSES[object.process].reads(object, day, span);
}

/** The workload day by day; holds the objects that live. */
export function* generatedDays({ span, parts }: GeneratedWorkload): Generator<GeneratedDay> {
  const waiting = parts.map((part) => ({ part, index: 0 }));
  let live: GeneratedObject[] = [];
  for (let day = 0; day < span.days; day += 1) {
    const created: GeneratedObject[] = [];
    for (const cursor of waiting) {
      const { part } = cursor;
      const law = PROCESSES[part.process];
      while (cursor.index < part.count && law.createdDay(cursor.index, part.count, span) === day) {
        created.push(generatedObject(part, cursor.index, span));
        cursor.index += 1;
      }
    }
    for (const object of created) live.push(object);
    const reads: GeneratedReads[] = [];
    const deleted: GeneratedObject[] = [];
    for (const object of live) {
      const count = generatedReads(object, day, span);
      if (count > 0) reads.push({ object, reads: count });
      if (object.isDeleted && object.endDay === day) deleted.push(object);
    }
    if (deleted.length > 0) live = live.filter((object) => !(object.isDeleted && object.endDay === day));
    yield { day, created, reads, deleted };
  }
}
