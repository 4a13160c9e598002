/** The course of one simulated world: some turbulent phases, then calm until everything that was begun has ended. */
import { parsePolicies } from "../../src/config/policy-file.ts";
import type { Context } from "../../src/services/context.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { makePlan } from "../../src/services/make-plan.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { runEngine } from "../../src/services/moving/run-engine.ts";
import { planUndo } from "../../src/services/moving/undo-run.ts";
import { PRIVATE_ACL } from "../../src/sandbox/acl.ts";
import { strike } from "./chaos.ts";
import type { Judge } from "./judge.ts";
import { grantTexts } from "./owners.ts";
import { BUCKET } from "./setting.ts";
import type { Worker } from "./worker.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MOST_STEPS = 500;
/** Twice the longest restore (48 h), in steps of some hours. */
const MOST_ROUNDS = 16;

const POLICIES = [
  "policies: []",
  ...["hot", "warm", "cold", "archive"].map((tier) => `policies: [{ name: all, match: { key: "**" }, pin: ${tier} }]`),
  `policies: [{ name: a, match: { key: "a/**" }, pin: archive }, { name: b, match: { key: "b/**" }, pin: warm }]`,
  `policies: [{ name: a, match: { key: "a/**" }, pin: hot }, { name: rest, match: { key: "**" }, pin: cold }]`,
];

/** Lives through a world; what goes against the rules is told to the judge. */
export class Life {
  readonly #world: World;
  readonly #judge: Judge;
  readonly #consumers = new Set<Worker>();
  readonly #engines = new Set<Worker>();
  readonly #givenUp = new Set<string>();

  constructor(world: World, judge: Judge) {
    this.#world = world;
    this.#judge = judge;
  }

  async run(): Promise<void> {
    await this.#begin();
    for (let phase = 1; phase <= this.#world.setting.phases; phase += 1) await this.#phase(phase);
    await this.#end();
  }

  async #begin(): Promise<void> {
    const { setting, model, owners, scheduler, stream } = this.#world;
    for (const key of setting.keys) {
      model.add(key, false);
      owners.write(key, scheduler.chance(0.2));
    }
    for (const key of setting.ingestedKeys) {
      model.add(key, true).grants = grantTexts(PRIVATE_ACL);
      owners.send(key);
    }
    await stream.deliver(true);
    for (let n = 0; n < setting.consumers; n += 1) await this.#consume();
  }

  async #phase(phase: number): Promise<void> {
    const world = this.#world;
    const { scheduler, setting, stream } = world;
    const text = scheduler.pick(POLICIES);
    // The same event is known again for a week only, so that none may be under way over a longer time.
    const most = (await this.#isStreamWorkedOff()) ? scheduler.pick([1, 10, 45, 100, 200, 400]) * DAY_MS : HOUR_MS;
    const ms = most * scheduler.random.next();
    world.tell(`phase ${phase}: ${(ms / DAY_MS).toFixed(1)} days later; ${text}`);
    scheduler.advance(Math.floor(ms));
    world.policies = parsePolicies("policies.yaml", text);
    for (let n = scheduler.below(4); n > 0; n -= 1) this.#ownersBusy();
    if (scheduler.chance(0.5)) world.tellOfRestores();
    while (this.#engines.size < setting.engines) this.#engines.add(await world.hire("engine"));
    for (const engine of this.#engines) engine.begin("engine", this.#chooseVerb());
    const over = (): boolean => ![...this.#engines].some((engine) => engine.isBusy) && stream.isEmpty;
    const ending = await this.#drive(over, MOST_STEPS);
    if (ending !== "reached") await this.#stopEngines();
  }

  async #isStreamWorkedOff(): Promise<boolean> {
    const { stream, log, setting } = this.#world;
    await stream.deliver(true);
    await this.#drive(() => false, MOST_STEPS / 2);
    const lags = await log.lag(setting.config.log.topic, setting.config.log.group);
    return stream.isEmpty && lags.every(({ lag }) => lag === 0n);
  }

  #ownersBusy(): void {
    const { scheduler, owners, setting } = this.#world;
    const key = scheduler.pick([...setting.keys, ...setting.ingestedKeys]);
    for (let n = scheduler.below(12); n > 0; n -= 1) owners.read(key);
  }

  #chooseVerb(): (ctx: Context) => Promise<unknown> {
    const input = { bucket: BUCKET };
    const engine = (ctx: Context): Promise<unknown> =>
      runEngine({ ctx, input: { ...input, dryRun: false, confirm: async () => true } });
    const planAndApply = async (ctx: Context): Promise<unknown> => {
      const plan = await makePlan({ ctx, input });
      return applyPlan({ ctx, input: { planId: plan.id } });
    };
    const goOn = (ctx: Context): Promise<unknown> => continueMoves({ ctx, input });
    const undo = async (ctx: Context): Promise<unknown> => {
      const [run] = await ctx.state.runs(1);
      if (!run) return null;
      const plan = await planUndo({ ctx, input: { runId: run.id } });
      return applyPlan({ ctx, input: { planId: plan.id } });
    };
    return this.#world.scheduler.pick([engine, engine, planAndApply, goOn, undo]);
  }

  /** First kindly, then with force. */
  async #stopEngines(): Promise<void> {
    const over = (): boolean => ![...this.#engines].some((engine) => engine.isBusy);
    for (const engine of this.#engines) engine.terminate();
    if ((await this.#drive(over, MOST_STEPS)) === "reached") return;
    for (const engine of this.#engines) if (engine.isBusy) await this.#world.crash(engine);
    this.#engines.clear();
  }

  #drive(over: () => boolean, mostSteps: number): Promise<"reached" | "idle" | "exhausted"> {
    const before = async (): Promise<void> => {
      await this.#judge.watch(this.#world);
      await this.#tidy();
      await strike(this.#world, (dead) => this.#restart(dead));
    };
    return this.#world.scheduler.drive({ until: over, before, mostSteps });
  }

  /** Consumers that ended come back; engines that were told to end are replaced. */
  async #tidy(): Promise<void> {
    for (const worker of [...this.#consumers, ...this.#engines]) {
      if (worker.isBusy) continue;
      for (const task of worker.tasks.splice(0)) this.#judge.ended(this.#world, worker, task);
      if (this.#consumers.has(worker)) {
        await this.#dismiss(worker);
        await this.#consume();
      } else if (worker.context.signal.aborted) await this.#dismiss(worker);
    }
  }

  async #dismiss(worker: Worker): Promise<void> {
    this.#consumers.delete(worker);
    this.#engines.delete(worker);
    await this.#world.bury(worker);
  }

  async #restart(dead: Worker): Promise<void> {
    const wasConsumer = this.#consumers.delete(dead);
    const wasEngine = this.#engines.delete(dead);
    if (wasConsumer) await this.#consume();
    if (!wasEngine || this.#world.scheduler.chance(0.3)) return;
    const engine = await this.#world.hire("engine");
    this.#engines.add(engine);
    engine.begin("engine", this.#chooseVerb());
  }

  async #consume(): Promise<void> {
    const consumer = await this.#world.hire("consumer");
    this.#consumers.add(consumer);
    consumer.begin("consume", (ctx) => consumeEvents({ ctx, input: { untilDrained: false } }));
  }

  /** Nothing goes wrong any more: what was begun comes to its end. */
  async #end(): Promise<void> {
    const world = this.#world;
    world.calmDown();
    await this.#stopEngines();
    await world.releaseBrakes();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      world.tellOfRestores();
      await world.stream.deliver(true);
      await this.#continueAll();
      if ((await this.#openLines()) === 0 && world.stream.isEmpty) break;
      world.scheduler.advance(7 * HOUR_MS);
    }
    await world.stream.deliver(true);
    await this.#drive(() => false, 4 * MOST_STEPS);
    for (const consumer of this.#consumers) consumer.terminate();
    const left = [...this.#consumers];
    await world.scheduler.drive({ until: () => !left.some((one) => one.isBusy), mostSteps: MOST_STEPS });
    for (const one of left) for (const task of one.tasks) this.#judge.ended(world, one, task);
    await this.#judge.judge(world);
  }

  async #continueAll(): Promise<void> {
    await this.#toItsEnd("continue", (ctx) => continueMoves({ ctx, input: { bucket: BUCKET } }));
    for (const run of await this.#world.state.runs(100)) {
      if (run.state === "done" || run.state === "partly" || this.#givenUp.has(run.id)) continue;
      // A run that its caps have stopped would be stopped again.
      if (run.state === "stopped") this.#givenUp.add(run.id);
      await this.#toItsEnd("apply again", (ctx) => applyPlan({ ctx, input: { planId: run.planId } }));
    }
  }

  async #toItsEnd(name: string, verb: (ctx: Context) => Promise<unknown>): Promise<void> {
    const engine = await this.#world.hire("engine");
    this.#engines.add(engine);
    const task = engine.begin(name, verb);
    const ending = await this.#drive(() => task.isOver, 4 * MOST_STEPS);
    if (ending !== "reached") this.#judge.blame(`${name} never ends: ${ending}`);
    await this.#tidy();
    if (ending !== "reached") await this.#world.crash(engine);
    else await this.#dismiss(engine);
  }

  async #openLines(): Promise<number> {
    let lines = 0;
    for await (const page of this.#world.state.openJournal(BUCKET)) lines += page.length;
    return lines;
  }
}
