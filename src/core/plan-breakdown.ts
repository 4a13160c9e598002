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

/** Groups of moves and refusals as values that can be kept as JSON; for {@link BreakdownTally.merge}. */
export interface BreakdownSnapshot {
  readonly policies: readonly (readonly [string | null, MoveGroup])[];
  readonly prefixes: readonly (readonly [string, MoveGroup])[];
  readonly classes: readonly (readonly [from: string, to: string, MoveGroup])[];
  readonly rules: readonly RuleGroup[];
  readonly nativeRules: readonly (readonly [string, number])[];
  readonly refusals: readonly RefusalGroup[];
  readonly worstCaseMicros: number | null;
}

/** Nothing refused. */
export const NONE_REFUSED: RefusalTotal = { objects: 0, bytes: 0, savingMicrosPerMonth: 0, feeMicros: 0 };

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

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Sums = Writable<MoveGroup>;
type RuleSums = Writable<RuleGroup>;
type RefusalSums = Writable<RefusalGroup>;
/** Entries by several names, found without putting the names together: objects go by in millions. */
type ByName<T> = Map<string | null, T>;

function branch<T>(of: ByName<ByName<T>>, name: string | null): ByName<T> {
  const known = of.get(name);
  if (known) return known;
  const made: ByName<T> = new Map();
  of.set(name, made);
  return made;
}

function sumsOf(of: ByName<Sums>, name: string | null): Sums {
  const known = of.get(name);
  if (known) return known;
  const made = { ...NO_MOVES };
  of.set(name, made);
  return made;
}

function addTo(sums: Sums, { moves, bytes, feeMicros, savingMicrosPerMonth }: MoveGroup): void {
  sums.moves += moves;
  sums.bytes += bytes;
  sums.feeMicros += feeMicros;
  sums.savingMicrosPerMonth += savingMicrosPerMonth;
}

/** Moves between two classes, and the rules that proposed them by rule and policy. */
interface Pair {
  readonly from: string;
  readonly to: string;
  readonly sums: Sums;
  readonly rules: ByName<ByName<RuleSums>>;
}

/** Adds up the groups of a plan. */
export class BreakdownTally {
  readonly #policies: ByName<Sums> = new Map();
  readonly #prefixes = new Map<string, Sums>();
  /** By class left and class entered. */
  readonly #pairNames: ByName<ByName<Pair>> = new Map();
  readonly #pairs: Pair[] = [];
  readonly #natives = new Map<string, number>();
  readonly #rules: RuleSums[] = [];
  /** By reason, cause, class and detail. */
  readonly #refusalNames: ByName<ByName<ByName<ByName<RefusalSums>>>> = new Map();
  readonly #refusals: RefusalSums[] = [];
  readonly #paybackLimitDays: number;
  readonly #all: Sums = { ...NO_MOVES };
  #worstCaseMicros: number | null = 0;

  constructor(paybackLimitDays: number) {
    this.#paybackLimitDays = paybackLimitDays;
  }

  add(move: PlannedMove): void {
    const { sizeBytes: bytes, feeMicros, savingMicrosPerMonth, from, to, key } = move;
    const one = { moves: 1, bytes, feeMicros, savingMicrosPerMonth };
    addTo(this.#all, one);
    addTo(sumsOf(this.#policies, move.policy ?? null), one);
    this.#addPrefix(key.slice(0, key.indexOf("/") + 1), one);
    const pair = this.#pair(from, to);
    addTo(pair.sums, one);
    addTo(this.#rule(pair, move), one);
    this.#addWorstCase(move.worstCaseMicros);
  }

  refused(move: RefusedMove): void {
    const { refusal, sizeBytes: bytes, savingMicrosPerMonth, feeMicros, to = null, detail = null, cause } = move;
    if (refusal === "native_rule_conflict") this.#addNative(detail ?? "", 1);
    const names = { refusal, to, detail, cause: cause?.cause ?? null, limitBytes: cause?.limitBytes ?? null };
    this.#addRefusal(names, 1, bytes, savingMicrosPerMonth, feeMicros);
  }

  result(): PlanBreakdown {
    const { feeMicros, savingMicrosPerMonth } = this.#all;
    return {
      policies: Array.from(this.#policies, ([policy, group]) => ({ policy, ...group })),
      prefixes: this.#topPrefixes(),
      classes: this.#pairs.map(({ from, to, sums }) => ({ from, to, ...sums })),
      rules: this.#rules.map((group) => ({ ...group })),
      cashFlowMicros: Array.from({ length: MONTHS }, (_, month) =>
        month === 0 ? savingMicrosPerMonth - feeMicros : savingMicrosPerMonth,
      ),
      worstCaseMicros: this.#worstCaseMicros,
      nativeRules: Array.from(this.#natives, ([id, objects]) => ({ id, objects })),
      refusals: this.#refusals.map((group) => ({ ...group })),
      paybackLimitDays: this.#paybackLimitDays,
    };
  }

  snapshot(): BreakdownSnapshot {
    const { rules, refusals, worstCaseMicros } = this.result();
    return {
      policies: Array.from(this.#policies, ([policy, group]) => [policy, { ...group }]),
      prefixes: Array.from(this.#prefixes, ([prefix, group]) => [prefix, { ...group }]),
      classes: this.#pairs.map(({ from, to, sums }) => [from, to, { ...sums }]),
      rules,
      nativeRules: [...this.#natives],
      refusals,
      worstCaseMicros,
    };
  }

  /** Adds the groups of a part. */
  merge(part: BreakdownSnapshot): void {
    for (const [policy, group] of part.policies) {
      addTo(this.#all, group);
      addTo(sumsOf(this.#policies, policy), group);
    }
    for (const [prefix, group] of part.prefixes) this.#addPrefix(prefix, group);
    for (const [from, to, group] of part.classes) addTo(this.#pair(from, to).sums, group);
    for (const group of part.rules) addTo(this.#rule(this.#pair(group.from, group.to), group), group);
    for (const [id, objects] of part.nativeRules) this.#addNative(id, objects);
    for (const group of part.refusals) {
      const { objects, bytes, savingMicrosPerMonth, feeMicros } = group;
      this.#addRefusal(group, objects, bytes, savingMicrosPerMonth, feeMicros);
    }
    this.#addWorstCase(part.worstCaseMicros);
  }

  #addPrefix(prefix: string, group: MoveGroup): void {
    const known = this.#prefixes.get(prefix);
    const name = known || this.#prefixes.size < KEPT_NAMES ? prefix : REST;
    let sums = known ?? this.#prefixes.get(name);
    if (!sums) this.#prefixes.set(name, (sums = { ...NO_MOVES }));
    addTo(sums, group);
  }

  #pair(from: string, to: string): Pair {
    const targets = branch(this.#pairNames, from);
    const known = targets.get(to);
    if (known) return known;
    const made: Pair = { from, to, sums: { ...NO_MOVES }, rules: new Map() };
    targets.set(to, made);
    this.#pairs.push(made);
    return made;
  }

  #rule({ from, to, rules }: Pair, of: Pick<PlannedMove, "policy" | "rule" | "toTier" | "orderedByPolicy">): RuleSums {
    const { policy = null, rule, toTier, orderedByPolicy = false } = of;
    const known = rules.get(rule)?.get(policy);
    const isKept = known !== undefined || this.#rules.length < KEPT_RULES;
    const shown = isKept ? { policy, rule } : { policy: null, rule: REST };
    let sums = known ?? rules.get(shown.rule)?.get(shown.policy);
    if (!sums) {
      sums = { ...shown, from, to, toTier, orderedByPolicy, ...NO_MOVES };
      branch(rules, shown.rule).set(shown.policy, sums);
      this.#rules.push(sums);
    }
    sums.toTier = toTier;
    sums.orderedByPolicy = orderedByPolicy;
    return sums;
  }

  #addNative(id: string, objects: number): void {
    this.#natives.set(id, (this.#natives.get(id) ?? 0) + objects);
  }

  #addRefusal(
    {
      refusal,
      cause,
      to,
      detail,
      limitBytes,
    }: Pick<RefusalGroup, "refusal" | "cause" | "to" | "detail" | "limitBytes">,
    objects: number,
    bytes: number,
    savingMicrosPerMonth: number,
    feeMicros: number,
  ): void {
    const details = branch(branch(branch(this.#refusalNames, refusal), cause), to);
    const shown = details.has(detail) || this.#refusals.length < KEPT_RULES ? detail : null;
    let sums = details.get(shown);
    if (!sums) {
      sums = { refusal, cause, to, detail: shown, limitBytes, ...NONE_REFUSED };
      details.set(shown, sums);
      this.#refusals.push(sums);
    }
    sums.limitBytes = limitBytes;
    sums.objects += objects;
    sums.bytes += bytes;
    sums.savingMicrosPerMonth += savingMicrosPerMonth;
    sums.feeMicros += feeMicros;
  }

  #addWorstCase(micros: number | null): void {
    const known = this.#worstCaseMicros;
    this.#worstCaseMicros = known === null || micros === null ? null : known + micros;
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
