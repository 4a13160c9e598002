/**
 * Processes of one simulation, told apart by their asynchronous context. What production code asks of time and chance
 * (`Date.now`, timers, `randomUUID`) is answered by the simulation while one of its processes asks, and by the machine
 * otherwise: production code runs as it is.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/** What a process may ask of its world. */
export interface ProcessHost {
  now(): number;
  id(): string;
  /** @param every repeated so often, ms, where it is an interval */
  addTimer(process: SimulatedProcess, dueMs: number, run: () => void, every?: number): Timer;
}

export interface Timer {
  cancel(): void;
}

/** One process: it lives until it is crashed, and nothing of it goes on after that. */
export class SimulatedProcess {
  readonly name: string;
  readonly host: ProcessHost;
  isAlive = true;

  constructor(name: string, host: ProcessHost) {
    this.name = name;
    this.host = host;
  }

  /** Runs `work` as this process. */
  run<T>(work: () => T): T {
    return current.run(this, work);
  }
}

const current = new AsyncLocalStorage<SimulatedProcess>();

/** The process that asks, if any. */
export function currentProcess(): SimulatedProcess | undefined {
  return current.getStore();
}

/** Runs `work` as the machine itself: its timers are real. */
export function outsideProcesses<T>(work: () => T): T {
  return current.exit(work);
}

const real = {
  now: Date.now,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  randomUUID: crypto.randomUUID,
};

/** What `setTimeout` gives back. */
class TimerHandle {
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

type Callback = (...args: unknown[]) => void;

let installations = 0;

/** Puts the simulation's answers in place; the returned function takes them away again. */
export function installSimulatedTime(): () => void {
  installations += 1;
  if (installations === 1) replaceGlobals();
  return () => {
    installations -= 1;
    if (installations === 0) restoreGlobals();
  };
}

function replaceGlobals(): void {
  Date.now = () => currentProcess()?.host.now() ?? real.now();
  const timeout = (callback: Callback, ms = 0, ...args: unknown[]): unknown => {
    const process = currentProcess();
    if (!process) return real.setTimeout(callback, ms, ...args);
    return new TimerHandle(process.host.addTimer(process, process.host.now() + ms, () => callback(...args)));
  };
  const interval = (callback: Callback, ms = 0, ...args: unknown[]): unknown => {
    const process = currentProcess();
    if (!process) return real.setInterval(callback, ms, ...args);
    return new TimerHandle(process.host.addTimer(process, process.host.now() + ms, () => callback(...args), ms));
  };
  const cancel =
    (otherwise: (handle: never) => void) =>
    (handle: unknown): void => {
      if (handle instanceof TimerHandle) handle.cancel();
      // What the simulation did not give out came from the machine.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      else otherwise(handle as never);
    };
  Object.assign(globalThis, {
    setTimeout: timeout,
    setInterval: interval,
    clearTimeout: cancel(real.clearTimeout),
    clearInterval: cancel(real.clearInterval),
  });
  const randomUUID: unknown = (...args: Parameters<typeof real.randomUUID>) =>
    currentProcess()?.host.id() ?? real.randomUUID(...args);
  Object.assign(crypto, { randomUUID });
  syncBuiltinESMExports();
}

function restoreGlobals(): void {
  const { now, randomUUID, ...timers } = real;
  Date.now = now;
  Object.assign(globalThis, timers);
  Object.assign(crypto, { randomUUID });
  syncBuiltinESMExports();
}
