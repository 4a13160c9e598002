/** What may go wrong in one simulation: each seed turns some dangers on, each with a rate of its own. */
import type { Scheduler } from "./scheduler.ts";

/** Chance of each danger at each step, or for each request or event; 0 where it is off. */
export interface Hazards {
  /** Owners at work between two steps. */
  readonly overwrite: number;
  readonly rewrite: number;
  readonly send: number;
  readonly remove: number;
  readonly retag: number;
  readonly hold: number;
  readonly access: number;
  /** The network and the server, for each request. */
  readonly cut: number;
  readonly lost: number;
  readonly slowdown: number;
  readonly internalError: number;
  /** A process dies, at each step. */
  readonly crash: number;
  /** A process is told to end, at each step. */
  readonly terminate: number;
  /** The clock jumps, at each step. */
  readonly clockJump: number;
  /** Operators: kill switch, pause, stop, at each step. */
  readonly brake: number;
  readonly order: number;
  /** The stream, for each event. */
  readonly duplicate: number;
  readonly late: number;
  readonly poison: number;
}

const STEPWISE = 0.03;

/** Half of all dangers, and now and then none. */
export function chooseHazards(chance: Scheduler): Hazards {
  const isCalm = chance.chance(0.05);
  const some = (most: number): number => (isCalm || chance.chance(0.5) ? 0 : most * chance.random.next() ** 2);
  return {
    overwrite: some(STEPWISE),
    rewrite: some(STEPWISE),
    send: some(STEPWISE),
    remove: some(STEPWISE / 2),
    retag: some(STEPWISE),
    hold: some(STEPWISE),
    access: some(STEPWISE * 2),
    cut: some(0.2),
    lost: some(0.2),
    slowdown: some(0.2),
    internalError: some(0.2),
    crash: some(STEPWISE),
    terminate: some(STEPWISE / 3),
    clockJump: some(STEPWISE),
    brake: some(STEPWISE),
    order: some(STEPWISE),
    duplicate: some(0.6),
    late: some(0.6),
    poison: some(0.2),
  };
}

/** The world once everything has calmed down. */
export const CALM: Hazards = {
  overwrite: 0,
  rewrite: 0,
  send: 0,
  remove: 0,
  retag: 0,
  hold: 0,
  access: 0,
  cut: 0,
  lost: 0,
  slowdown: 0,
  internalError: 0,
  crash: 0,
  terminate: 0,
  clockJump: 0,
  brake: 0,
  order: 0,
  duplicate: 0,
  late: 0,
  poison: 0,
};
