/** Groups a plan's moves while they stream by, in bounded memory. */
import type {
  MoveGroup,
  PlanBreakdown,
  PlannedMove,
  RefusalGroup,
  RefusalTotal,
  RefusedMove,
  RuleGroup,
} from "./plan.ts";

/** Prefixes shown; the rest are added up. */
const SHOWN_PREFIXES = 50;
/** Names kept apart while adding up: more are rarely told apart by a reader, and a bucket may have a million. */
const KEPT_NAMES = 10_000;
/** No prefix of a key: those end with a slash. */
const REST = "other";
const MONTHS = 12;
/** Rules told apart; a plan that has more is not read rule by rule. */
const KEPT_RULES = 500;

/** No moves. */
export const NO_MOVES: MoveGroup = { moves: 0, bytes: 0, feeMicros: 0, savingMicrosPerMonth: 0 };

/** Both groups together. */
export function plus(a: MoveGroup, b: MoveGroup): MoveGroup {
  return {
    moves: a.moves + b.moves,
    bytes: a.bytes + b.bytes,
    feeMicros: a.feeMicros + b.feeMicros,
    savingMicrosPerMonth: a.savingMicrosPerMonth + b.savingMicrosPerMonth,
  };
}

/** Nothing refused. */
export const NONE_REFUSED: RefusalTotal = { objects: 0, bytes: 0, savingMicrosPerMonth: 0, feeMicros: 0 };

/** Both totals together. */
export function withRefused(a: RefusalTotal, b: RefusalTotal): RefusalTotal {
  return {
    objects: a.objects + b.objects,
    bytes: a.bytes + b.bytes,
    savingMicrosPerMonth: a.savingMicrosPerMonth + b.savingMicrosPerMonth,
    feeMicros: a.feeMicros + b.feeMicros,
  };
}

/** Adds up the groups of a plan. */
export class BreakdownTally {
  readonly #policies = new Map<string | null, MoveGroup>();
  readonly #prefixes = new Map<string, MoveGroup>();
  readonly #classes = new Map<string, MoveGroup & { readonly from: string; readonly to: string }>();
  readonly #natives = new Map<string, number>();
  readonly #rules = new Map<string, RuleGroup>();
  readonly #refusals = new Map<string, RefusalGroup>();
  readonly #paybackLimitDays: number;
  #all = NO_MOVES;
  #worstCaseMicros: number | null = 0;

  constructor(paybackLimitDays: number) {
    this.#paybackLimitDays = paybackLimitDays;
  }

  add(move: PlannedMove): void {
    const { sizeBytes: bytes, feeMicros, savingMicrosPerMonth, from, to, worstCaseMicros } = move;
    const one = { moves: 1, bytes, feeMicros, savingMicrosPerMonth };
    const policy = move.policy ?? null;
    this.#all = plus(this.#all, one);
    this.#policies.set(policy, plus(this.#policies.get(policy) ?? NO_MOVES, one));
    const prefix = this.#prefixName(move.key);
    this.#prefixes.set(prefix, plus(this.#prefixes.get(prefix) ?? NO_MOVES, one));
    const pair = `${from} ${to}`;
    this.#classes.set(pair, { from, to, ...plus(this.#classes.get(pair) ?? NO_MOVES, one) });
    this.#addToRule(move, one);
    const isKnown = this.#worstCaseMicros !== null && worstCaseMicros !== null;
    this.#worstCaseMicros = isKnown ? (this.#worstCaseMicros ?? 0) + (worstCaseMicros ?? 0) : null;
  }

  refused(move: RefusedMove): void {
    const { refusal, sizeBytes: bytes, savingMicrosPerMonth, feeMicros, to = null } = move;
    if (refusal === "native_rule_conflict") {
      const id = move.detail ?? "";
      this.#natives.set(id, (this.#natives.get(id) ?? 0) + 1);
    }
    const { cause = null, limitBytes = null } = move.cause ?? {};
    const named = JSON.stringify([refusal, cause, to, move.detail ?? null]);
    const isKept = this.#refusals.has(named) || this.#refusals.size < KEPT_RULES;
    const detail = isKept ? (move.detail ?? null) : null;
    const name = isKept ? named : JSON.stringify([refusal, cause, to, detail]);
    const so = this.#refusals.get(name) ?? NONE_REFUSED;
    const sums = withRefused(so, { objects: 1, bytes, savingMicrosPerMonth, feeMicros });
    this.#refusals.set(name, { refusal, cause, to, detail, limitBytes, ...sums });
  }

  result(): PlanBreakdown {
    const { feeMicros, savingMicrosPerMonth } = this.#all;
    return {
      policies: [...this.#policies].map(([policy, group]) => Object.assign({ policy }, group)),
      prefixes: this.#topPrefixes(),
      classes: [...this.#classes.values()],
      rules: [...this.#rules.values()],
      cashFlowMicros: Array.from({ length: MONTHS }, (_, month) =>
        month === 0 ? savingMicrosPerMonth - feeMicros : savingMicrosPerMonth,
      ),
      worstCaseMicros: this.#worstCaseMicros,
      nativeRules: [...this.#natives].map(([id, objects]) => ({ id, objects })),
      refusals: [...this.#refusals.values()],
      paybackLimitDays: this.#paybackLimitDays,
    };
  }

  #addToRule({ policy = null, rule, from, to, toTier, orderedByPolicy = false }: PlannedMove, one: MoveGroup): void {
    const nameOf = (ofRule: string, ofPolicy: string | null): string => JSON.stringify([ofPolicy, ofRule, from, to]);
    const isKept = this.#rules.has(nameOf(rule, policy)) || this.#rules.size < KEPT_RULES;
    const shown = isKept ? { policy, rule } : { policy: null, rule: REST };
    const name = nameOf(shown.rule, shown.policy);
    const so = this.#rules.get(name) ?? NO_MOVES;
    this.#rules.set(name, { ...shown, from, to, toTier, orderedByPolicy, ...plus(so, one) });
  }

  #prefixName(key: string): string {
    const prefix = key.slice(0, key.indexOf("/") + 1);
    return this.#prefixes.has(prefix) || this.#prefixes.size < KEPT_NAMES ? prefix : REST;
  }

  #topPrefixes(): PlanBreakdown["prefixes"] {
    const named = [...this.#prefixes].filter(([prefix]) => prefix !== REST);
    const sorted = named.toSorted(([, a], [, b]) => b.savingMicrosPerMonth - a.savingMicrosPerMonth);
    const rest = sorted
      .slice(SHOWN_PREFIXES)
      .reduce((sum, [, group]) => plus(sum, group), this.#prefixes.get(REST) ?? NO_MOVES);
    const shown = sorted.slice(0, SHOWN_PREFIXES).map(([prefix, group]) => Object.assign({ prefix }, group));
    return rest.moves === 0 ? shown : [...shown, { prefix: REST, ...rest }];
  }
}
