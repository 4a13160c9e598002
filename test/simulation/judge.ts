/** Holds a world to its rules: some at every step, the others when everything has ended. */
import { isAstraError, toAstraError } from "../../src/core/errors.ts";
import { capsKept } from "./move-checks.ts";
import { type Task, type Worker, faultText } from "./worker.ts";
import type { World } from "./world.ts";

/** Ends that the dangers of a world explain. */
const EXPLAINED = [
  "ASTRA_STORE_UNREACHABLE",
  "ASTRA_STORE_THROTTLED",
  "ASTRA_PLAN_APPLIED",
  "ASTRA_PLAN_INVALID",
  "ASTRA_LEASE_LOST",
  "ASTRA_INTERRUPTED",
  "ASTRA_BRAKE_ON",
  "ASTRA_BUCKET_BUSY",
  "ASTRA_RUN_STOPPED",
] as const;

export class Judge {
  /** What went against the rules. */
  readonly findings: string[] = [];
  readonly #checks: readonly Check[];
  #watchedStep = -1;

  constructor(checks: readonly Check[]) {
    this.#checks = checks;
  }

  blame(finding: string): void {
    this.findings.push(finding);
  }

  /** A verb came to its end. */
  ended(world: World, worker: Worker, task: Task): void {
    const text = faultText(task.fault);
    world.tell(`${worker.process.name}: ${task.name} ${text === null ? "ends" : `ends with ${text}`}`);
    if (text === null || isAstraError(toAstraError(task.fault), ...EXPLAINED)) return;
    this.blame(`${task.name} ended with ${text}`);
  }

  /** Before each step. */
  async watch(world: World): Promise<void> {
    if (world.scheduler.lastLabel !== "state.beginMoves" || world.scheduler.steps === this.#watchedStep) return;
    this.#watchedStep = world.scheduler.steps;
    for (const finding of await capsKept(world)) this.blame(finding);
  }

  async judge(world: World): Promise<void> {
    for (const check of this.#checks) {
      try {
        for (const finding of await check(world)) this.blame(finding);
      } catch (error) {
        // A world so broken that a rule cannot even look: an object that should be there is not.
        this.blame(`${check.name} could not look: ${toAstraError(error).message}`);
      }
    }
  }
}

/** A rule of the end: what it finds against it. */
export type Check = (world: World) => Promise<readonly string[]> | readonly string[];
