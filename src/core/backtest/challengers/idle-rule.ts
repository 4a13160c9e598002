/**
 * `best-idle`: the best rule of the form "idle for k days: go to class c", with what is done after a read, found on the past.
 * Idle days count from the later of creation and the last day with a read. The grid is geometric in k; the rule that would
 * have cost least over the past half, every object starting in the first class there too, is then charged on the rest.
 */
import type { DailyTariff } from "../daily-tariff.ts";
import type { ObjectPolicy } from "../object-policy.ts";
import { ObjectAccount, type ReplayInput } from "../replay.ts";

/** Days without a read after which the rule may act. */
const IDLE_THRESHOLDS: readonly number[] = [1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 540];

/** One rule: index of the class, and whether a read brings the object back to the first class. */
export interface IdleRule {
  readonly idleDays: number;
  readonly storageClass: number;
  readonly returns: boolean;
}

/** The rule that never acts: no class was worth its moves in the past. */
export const NEVER_IDLE: IdleRule = { idleDays: Infinity, storageClass: 0, returns: false };

/** Follows one rule. */
export function followIdleRule(account: ObjectAccount, object: number, input: ReplayInput, rule: IdleRule): void {
  let lastRead = lastReadBefore(input, object, account.day);
  while (!account.isOver) {
    const due = Math.max(account.day, lastRead + 1 + rule.idleDays);
    const read = account.nextReadDay;
    if (due <= read && account.holding.storageClass !== rule.storageClass) {
      account.advance(due);
      if (account.isOver) return;
      account.move(rule.storageClass);
    }
    if (read === Infinity) return;
    account.advance(read + 1);
    lastRead = read;
    if (rule.returns && !account.isOver) account.move(0);
  }
}

/** Day of the last read before `day`; the day before creation counts as one, so that a new object is idle for 0 days. */
function lastReadBefore({ trace }: ReplayInput, object: number, day: number): number {
  let last = (trace.createdDay[object] ?? 0) - 1;
  for (let row = trace.readStart[object] ?? 0; row < (trace.readStart[object + 1] ?? 0); row += 1) {
    const at = trace.readDay[row] ?? Infinity;
    if (at >= day) break;
    last = Math.max(last, at);
  }
  return last;
}

/** Adds up what every rule of the grid would have cost on the days before the split. */
export class IdleRuleSearch {
  #past: ReplayInput | null = null;
  #rules: readonly IdleRule[] = [NEVER_IDLE];
  #costs = new Float64Array(1);

  add(object: number, input: ReplayInput): void {
    const past = (this.#past ??= this.#begin(input));
    this.#rules.forEach((rule, index) => {
      const account = new ObjectAccount(past, object);
      if (account.isOver) return;
      followIdleRule(account, object, past, rule);
      this.#costs[index] = (this.#costs[index] ?? 0) + account.close().total;
    });
  }

  /** The cheapest rule; of equals, the one that moves least. */
  best(): IdleRule {
    let best = 0;
    this.#costs.forEach((cost, index) => {
      if (cost < (this.#costs[best] ?? Infinity)) best = index;
    });
    return this.#rules[best] ?? NEVER_IDLE;
  }

  #begin(input: ReplayInput): ReplayInput {
    this.#rules = candidates(input.tariffOf(0));
    this.#costs = new Float64Array(this.#rules.length);
    return pastOf(input);
  }
}

/** The days before the split as a trace of their own; objects that outlive them owe nothing at their end. */
function pastOf({ trace, splitDay, tariffOf }: ReplayInput): ReplayInput {
  const endDay = trace.endDay.map((day) => Math.min(day, splitDay - 1));
  const deleted = trace.deleted.map((flag, object) => ((trace.endDay[object] ?? 0) < splitDay ? flag : 0));
  return { trace: { ...trace, days: splitDay, endDay, deleted }, splitDay: 0, lateDay: splitDay, tariffOf };
}

function candidates({ count, auto }: DailyTariff): readonly IdleRule[] {
  const rules = [NEVER_IDLE];
  for (let storageClass = 1; storageClass < count; storageClass += 1) {
    if (storageClass === auto) continue;
    for (const idleDays of IDLE_THRESHOLDS.toReversed()) {
      rules.push({ idleDays, storageClass, returns: false }, { idleDays, storageClass, returns: true });
    }
  }
  return rules;
}

/** The rule found on the past, as a policy. */
export function bestIdlePolicy(): ObjectPolicy {
  const search = new IdleRuleSearch();
  let rule: IdleRule | null = null;
  return {
    name: "best-idle",
    learn: (object, input) => search.add(object, input),
    follow: (account, object, input) => followIdleRule(account, object, input, (rule ??= search.best())),
  };
}
