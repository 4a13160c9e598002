/** What happens between two steps: owners at work, processes that die, clocks that jump, operators who interfere. */
import type { Worker } from "./worker.ts";
import type { World } from "./world.ts";

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
/** A machine's clock is off by no more. */
const MOST_SKEW_MS = 30_000;

/** One chance of each danger. */
export async function strike(world: World, restart: (dead: Worker) => Promise<void>): Promise<void> {
  const { scheduler, hazards, owners, stream } = world;
  if (scheduler.chance(hazards.overwrite)) owners.write(ownKey(world));
  if (scheduler.chance(hazards.rewrite)) owners.rewrite(ownKey(world));
  if (scheduler.chance(hazards.send)) sendSome(world);
  if (scheduler.chance(hazards.remove)) owners.remove(ownKey(world));
  if (scheduler.chance(hazards.retag)) owners.retag(anyKey(world));
  if (scheduler.chance(hazards.hold)) owners.hold(anyKey(world));
  if (scheduler.chance(hazards.access)) owners.read(anyKey(world));
  if (!stream.isEmpty && scheduler.chance(0.1)) await stream.deliver(false);
  if (scheduler.chance(hazards.clockJump)) jump(world);
  if (scheduler.chance(hazards.brake)) await world.setBrake(!world.isBrakeOn);
  if (scheduler.chance(hazards.order)) await orderSomeRun(world);
  const worker = someWorker(world);
  if (worker && scheduler.chance(hazards.terminate)) {
    world.tell(`${worker.process.name} is told to end`);
    worker.terminate();
  }
  if (worker && scheduler.chance(hazards.crash)) {
    await world.crash(worker);
    await restart(worker);
  }
}

/** Mostly an object that somebody is about to do something with: races are what is looked for. */
function someKey({ scheduler }: World, keys: readonly string[]): string {
  const inUse = scheduler.keysInUse().filter((key) => keys.includes(key));
  return inUse.length > 0 && scheduler.chance(0.7) ? scheduler.pick(inUse) : scheduler.pick(keys);
}

function ownKey(world: World): string {
  return someKey(world, world.setting.keys);
}

function anyKey(world: World): string {
  return someKey(world, [...world.setting.keys, ...world.setting.ingestedKeys]);
}

function sendSome(world: World): void {
  const { ingestedKeys } = world.setting;
  if (ingestedKeys.length > 0) world.owners.send(someKey(world, ingestedKeys));
}

function someWorker({ scheduler, workers }: World): Worker | null {
  const busy = [...workers].filter((worker) => worker.isBusy);
  return busy.length === 0 ? null : scheduler.pick(busy);
}

/** All clocks leap forward together, or one machine's clock goes wrong for a while. */
function jump(world: World): void {
  const { scheduler } = world;
  const worker = someWorker(world);
  if (worker && scheduler.chance(0.5)) {
    worker.skewMs = Math.floor((scheduler.random.next() * 2 - 1) * MOST_SKEW_MS);
    world.tell(`${worker.process.name}: its clock is off by ${worker.skewMs} ms`);
    return;
  }
  const ms = scheduler.pick([SECOND_MS, 20 * SECOND_MS, HOUR_MS]);
  world.tell(`${ms / SECOND_MS} s pass`);
  scheduler.advance(ms);
}

async function orderSomeRun(world: World): Promise<void> {
  const { scheduler, state } = world;
  const runs = await state.runs(3);
  if (runs.length === 0) return;
  const run = scheduler.pick(runs);
  const order = scheduler.pick(["run", "pause", "stop"] as const);
  world.tell(`operator: run ${run.id.slice(0, 8)} ${order}`);
  await state.setRunOrder(run.id, order, {
    atMs: scheduler.now(),
    actor: "operator",
    action: "run.order",
    detail: { run: run.id, order },
  });
}
