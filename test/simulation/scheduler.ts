/**
 * Decides what happens next. Every call of a process that others could notice waits here as a step; when nothing moves
 * by itself any more, one step is chosen by the seed and carried out alone. So a seed fixes the order of everything.
 */
import type { Random } from "../../src/ports/clock.ts";
import { type ProcessHost, type SimulatedProcess, type Timer, currentProcess } from "./simulated-process.ts";

/** Something a process waits to do. */
export interface Step {
  readonly process: SimulatedProcess;
  readonly label: string;
  /** Object it is about, if any. */
  readonly key: string | null;
  readonly perform: () => Promise<void>;
  /** Carries the step out although nobody will learn of it: a request that was on its way when its sender died. */
  readonly performUnheard: () => Promise<void>;
}

interface Alarm extends Timer {
  readonly process: SimulatedProcess;
  readonly order: number;
  dueMs: number;
  readonly every: number | undefined;
  readonly run: () => void;
  /** A wait that the process's work depends on, in place of a heartbeat or an idle look. */
  readonly isSleep: boolean;
}

export interface DriveOptions {
  /** Asked before every step. */
  readonly until: () => boolean;
  /** Called before every step; may kill processes, change the store, move the clock. */
  readonly before?: () => Promise<void>;
  readonly mostSteps: number;
}

/** Idle looks for records are waited for this long; they slow down to two seconds. */
const IDLE_LOOK_MS = 2500;
/** No wait of a process inside one piece of work is longer. */
const LONGEST_SLEEP_MS = 120_000;
/** A step takes up to so much time. */
const STEP_MS = 40;

export class Scheduler implements ProcessHost {
  readonly random: Random;
  /** Steps carried out so far. */
  steps = 0;
  /** The last step. */
  lastLabel = "";
  /** Told every step and every other event of the story. */
  readonly #tell: (line: string) => void;
  readonly #waiting: Step[] = [];
  readonly #alarms = new Set<Alarm>();
  #nowMs: number;
  #leaptMs = 0;
  #order = 0;

  constructor(startMs: number, random: Random, tell: (line: string) => void) {
    this.#nowMs = startMs;
    this.random = random;
    this.#tell = tell;
  }

  now(): number {
    return this.#nowMs;
  }

  id(): string {
    return this.random.id();
  }

  /** A whole number in [0, below). */
  below(limit: number): number {
    return Math.floor(this.random.next() * limit);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.random.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** Moves the clock forward; timers that fall due ring at the next turn, as after a suspended machine wakes up. */
  advance(ms: number): void {
    this.#nowMs += ms;
    this.#leaptMs += ms;
  }

  /** Time as processes spend it: without the leaps, in which all of them stand still. */
  spentMs(): number {
    return this.#nowMs - this.#leaptMs;
  }

  addTimer(process: SimulatedProcess, dueMs: number, run: () => void, every?: number): Timer {
    return this.#addAlarm({ process, dueMs, run, every, isSleep: false });
  }

  /** Resolves when the clock has reached `dueMs`, or when the signal aborts. */
  sleepUntil(dueMs: number, signal?: AbortSignal): Promise<void> {
    const process = ownProcess();
    return new Promise((resolve) => {
      const wake = (): void => {
        alarm.cancel();
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const alarm = this.#addAlarm({ process, dueMs, run: wake, every: undefined, isSleep: true });
      if (signal?.aborted) wake();
      else signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Waits for its turn, then does `work` while nothing else moves. A process that has died waits for ever. */
  step<T>(label: string, work: () => Promise<T> | T, key: string | null = null): Promise<T> {
    const process = ownProcess();
    return new Promise((resolve, reject) => {
      if (!process.isAlive) return;
      const attempt = async (): Promise<T> => process.run(work);
      this.#waiting.push({
        process,
        label,
        key,
        perform: () => attempt().then(resolve, reject),
        performUnheard: async () => {
          await attempt().catch(() => undefined);
        },
      });
    });
  }

  /** Objects that processes are about to do something with. */
  keysInUse(): readonly string[] {
    return this.#waiting.flatMap(({ key }) => key ?? []);
  }

  /** Ends a process at once. @returns what it was waiting to do */
  kill(process: SimulatedProcess): Step[] {
    process.isAlive = false;
    for (const alarm of this.#alarms) if (alarm.process === process) this.#alarms.delete(alarm);
    const dropped = this.#waiting.filter((step) => step.process === process);
    const left = this.#waiting.filter((step) => step.process !== process);
    this.#waiting.splice(0, this.#waiting.length, ...left);
    return dropped;
  }

  /** Goes on until `until` says so, until nothing is left to do, or until the steps are used up. */
  async drive({ until, before, mostSteps }: DriveOptions): Promise<"reached" | "idle" | "exhausted"> {
    let activeMs = this.#nowMs;
    const last = this.steps + mostSteps;
    for (;;) {
      await settle();
      if (until()) return "reached";
      if (this.steps >= last) return "exhausted";
      await before?.();
      if (this.#ring()) continue;
      const step = this.#waiting[this.below(this.#waiting.length)];
      if (step) {
        this.#waiting.splice(this.#waiting.indexOf(step), 1);
        await this.#perform(step);
        activeMs = this.#nowMs;
        continue;
      }
      const next = this.#nextAlarm(activeMs);
      if (!next) return "idle";
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    }
  }

  /** Everything that can run without a step or a timer has run. */
  async #perform(step: Step): Promise<void> {
    this.steps += 1;
    this.lastLabel = step.label;
    this.#nowMs += this.below(STEP_MS);
    this.#tell(`${step.process.name}: ${step.label}`);
    await step.perform();
  }

  #addAlarm(of: Omit<Alarm, "order" | "cancel">): Alarm {
    const alarm: Alarm = {
      ...of,
      dueMs: Math.ceil(of.dueMs),
      order: ++this.#order,
      cancel: () => void this.#alarms.delete(alarm),
    };
    if (of.process.isAlive) this.#alarms.add(alarm);
    return alarm;
  }

  /** Rings the alarm that has been due the longest. */
  #ring(): boolean {
    const due = this.#earliest((alarm) => alarm.dueMs <= this.#nowMs);
    if (!due) return false;
    this.#alarms.delete(due);
    if (due.every !== undefined) {
      due.dueMs = Math.ceil(this.#nowMs + due.every);
      this.#alarms.add(due);
    }
    due.process.run(due.run);
    return true;
  }

  /** Heartbeats and idle looks alone do not keep the world going. */
  #nextAlarm(activeMs: number): Alarm | undefined {
    const limit = (alarm: Alarm): number => activeMs + (alarm.isSleep ? LONGEST_SLEEP_MS : IDLE_LOOK_MS);
    const hasSleep = [...this.#alarms].some((alarm) => alarm.isSleep && alarm.dueMs <= limit(alarm));
    return this.#earliest((alarm) => hasSleep || alarm.dueMs <= limit(alarm));
  }

  #earliest(isWanted: (alarm: Alarm) => boolean): Alarm | undefined {
    let found: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (!isWanted(alarm)) continue;
      if (!found || alarm.dueMs < found.dueMs || (alarm.dueMs === found.dueMs && alarm.order < found.order))
        found = alarm;
    }
    return found;
  }
}

function ownProcess(): SimulatedProcess {
  const process = currentProcess();
  if (!process) throw new TypeError("only a process of the simulation can take a step");
  return process;
}

const immediate = globalThis.setImmediate;

/** Resolves when every promise that could go on by itself has done so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => immediate(resolve));
}
