/**
 * A strategy of the engine in a replay: the very code that decides a plan line, `decide` with its guards, asked at the
 * beginning of each day with what was known the evening before.
 */
import { type AccessStats, NO_ACCESS, recordReads } from "../../access-stats.ts";
import { type DecideContext, decide } from "../../decide.ts";
import type { ObjectPolicy } from "../object-policy.ts";
import { type ObjectState, unknownObject } from "../../object-state.ts";
import { viewOf } from "../../object-view.ts";
import type { ObjectAccount, ReplayInput } from "../replay.ts";
import type { Trace } from "../../trace/trace.ts";
import { MS_PER_DAY } from "../../units.ts";
import { firstMoveDay } from "./quiet-review.ts";

/** A read of a day is taken to have happened at noon. */
const NOON_MS = MS_PER_DAY / 2;

/** Traces name no bucket. */
const BUCKET = "";

/** Ages in days at which a strategy's rules may change their mind; those of the matrix. */
const AGE_STEPS: readonly number[] = [30, 90, 365];

/** What a strategy is replayed with. */
export interface StrategyReplayOptions {
  readonly name: string;
  /** Strategy, prices and guards in force. */
  readonly context: DecideContext;
  /** Days of accesses counted into `windowReads`. */
  readonly windowDays: number;
  /** The strategy's answer jumps at certain ages, and when a read falls out of the window. */
  readonly hasSteps: boolean;
}

/** The strategy as a policy. */
export function strategyPolicy(options: StrategyReplayOptions): ObjectPolicy {
  return {
    name: options.name,
    follow(account, object, input) {
      new StrategyFollower(options, account, object, input).run();
    },
  };
}

class StrategyFollower {
  readonly #options: StrategyReplayOptions;
  readonly #account: ObjectAccount;
  readonly #object: number;
  readonly #trace: Trace;
  #access: AccessStats = NO_ACCESS;
  #row: number;

  constructor(options: StrategyReplayOptions, account: ObjectAccount, object: number, { trace }: ReplayInput) {
    this.#options = options;
    this.#account = account;
    this.#object = object;
    this.#trace = trace;
    this.#row = trace.readStart[object] ?? 0;
    this.#learnBefore(account.day);
  }

  run(): void {
    const account = this.#account;
    while (!account.isOver) {
      const read = account.nextReadDay;
      const last = Math.min(read, this.#lastDay());
      const day = firstMoveDay(
        account.day,
        last,
        () => this.#stepDays(),
        (at) => this.#targetOn(at) !== null,
      );
      if (day !== null) {
        account.advance(day);
        this.#move(day);
        // A second look on the same day would see the move just made; the next is tomorrow's.
        if (day < read) {
          account.advance(day + 1);
          continue;
        }
      }
      if (read === Infinity) return;
      account.advance(read + 1);
      this.#learnBefore(account.day);
    }
  }

  #lastDay(): number {
    return Math.min(this.#trace.endDay[this.#object] ?? 0, this.#trace.days - 1);
  }

  #move(day: number): void {
    const target = this.#targetOn(day);
    if (target === null) return;
    this.#account.move(target);
  }

  /** Index of the class the decision on `day` moves the object to; `null` where it stays. */
  #targetOn(day: number): number | null {
    const { context, windowDays } = this.#options;
    const { names } = this.#account.tariff.classes;
    const storageClass = names[this.#account.holding.storageClass] ?? "";
    const sizeBytes = this.#trace.sizeBytes[this.#object] ?? 0;
    const createdMs = this.#ms(this.#trace.createdDay[this.#object] ?? 0);
    const key = this.#trace.name[this.#object] ?? "";
    const stored = { key, sizeBytes, etag: "", lastModifiedMs: createdMs, storageClass };
    const view = viewOf(stored, this.#state(storageClass, createdMs), this.#ms(day), windowDays, BUCKET);
    const decision = decide(view, null, context);
    if (decision.kind !== "move") return null;
    const target = names.indexOf(decision.proposal.storageClass);
    if (target < 0) throw new RangeError(`${decision.proposal.storageClass} is not in this backtest's classes`);
    return target;
  }

  #state(storageClass: string, createdMs: number): ObjectState {
    const { sinceDay } = this.#account.holding;
    const classSinceMs = sinceDay === -Infinity ? createdMs : this.#ms(sinceDay);
    const key = this.#trace.name[this.#object] ?? "";
    return { ...unknownObject({ bucket: BUCKET, key }), createdMs, storageClass, classSinceMs, access: this.#access };
  }

  /** Days on which the answer may jump while nothing is read. */
  #stepDays(): number[] {
    const { holding, tariff } = this.#account;
    const minimumOver = holding.sinceDay + (tariff.minimumDays[holding.storageClass] ?? 0);
    if (!this.#options.hasSteps) return [minimumOver];
    const created = this.#trace.createdDay[this.#object] ?? 0;
    const ages = AGE_STEPS.map((age) => created + age);
    const fallOut = this.#access.days.map(({ day }) => day - this.#trace.originDay + this.#options.windowDays);
    return [...ages, ...fallOut, minimumOver];
  }

  #learnBefore(day: number): void {
    const end = this.#trace.readStart[this.#object + 1] ?? 0;
    for (; this.#row < end && (this.#trace.readDay[this.#row] ?? 0) < day; this.#row += 1) {
      const atMs = this.#ms(this.#trace.readDay[this.#row] ?? 0) + NOON_MS;
      this.#access = recordReads(this.#access, atMs, this.#trace.reads[this.#row] ?? 0, this.#options.windowDays);
    }
  }

  #ms(day: number): number {
    return (this.#trace.originDay + day) * MS_PER_DAY;
  }
}
