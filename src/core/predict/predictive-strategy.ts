/** The predictive strategy for one object: its situation looked up, and the answer explained in numbers that can be checked. */
import { DAYS_PER_MONTH, MICROS_PER_DOLLAR, dayNumber } from "../units.ts";
import type { AllowedClasses, ObjectView, Prediction, Proposal, Strategy } from "../strategy.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { DailyTariff } from "../backtest/daily-tariff.ts";
import { LazyProposal } from "../proposal.ts";
import { RECENCY_DAYS, SCORE_DECAY } from "./belief.ts";
import type { BucketKnowledge, Trained } from "./bucket-knowledge.ts";
import { habitualAmount } from "./habitual-amount.ts";
import { type Choice, type Option, type Situation, quietLater } from "./predictor.ts";

/** @param knowledge of the bucket that the objects are in */
export function predictiveStrategy(knowledge: BucketKnowledge, book: PriceBook): Strategy {
  const known = new WeakMap<AllowedClasses, Map<string, Trained | null>>();
  const trainedFor = (allowed: AllowedClasses, held: string): Trained | null => {
    let byHeld = known.get(allowed);
    if (!byHeld) known.set(allowed, (byHeld = new Map<string, Trained | null>()));
    let trained = byHeld.get(held);
    if (trained === undefined) {
      trained = knowledge.trainedFor(allowed.has(held) ? allowed : new Set([...allowed, held]));
      byHeld.set(held, trained);
    }
    return trained;
  };
  return {
    name: "predictive",
    propose(view: ObjectView, allowed: AllowedClasses): Proposal {
      const held = view.storageClass;
      const trained = trainedFor(allowed, held);
      const from = trained?.classes.names.indexOf(held) ?? -1;
      if (!trained || from < 0) return withoutPrices(view, allowed, book);
      const tariff = trained.tariffOf(view.sizeBytes);
      const situation = situationOf(view, tariff, from, knowledge);
      const choice = allowedChoice(trained, tariff, situation, allowed);
      return proposalOf(held, trained, tariff, situation, choice, knowledge.observedDays, book);
    },
  };
}

/** Where too few prices are known there is nothing to weigh: the object stays, or goes where it must. */
function withoutPrices(view: ObjectView, allowed: AllowedClasses, book: PriceBook): Proposal {
  const storageClass = allowed.has(view.storageClass) ? view.storageClass : ([...allowed][0] ?? view.storageClass);
  const tier = book.classes[storageClass]?.tier ?? "hot";
  return { tier, storageClass, rule: "predictive:unpriced", why: "fewer than two of the classes have known prices" };
}

/** What the tables are looked up by. Days are whole: a decision knows of everything up to yesterday, and of today's reads so far. */
function situationOf(
  view: ObjectView,
  tariff: DailyTariff,
  storageClass: number,
  knowledge: BucketKnowledge,
): Situation {
  const today = dayNumber(view.atMs);
  const { readDays } = view;
  const newest = readDays.length - 1;
  const last = Math.max(view.createdDay, readDays[newest]?.day ?? view.createdDay);
  const heldDays = Math.floor(view.daysInClass);
  const since = today - heldDays;
  let score = 0;
  for (const { day } of readDays) score += SCORE_DECAY ** Math.max(0, today - 1 - day);
  return {
    storageClass,
    leftDays: Math.max(0, (tariff.minimumDays[storageClass] ?? 0) - heldDays),
    clock: storageClass === tariff.auto && since > last + 1 ? heldDays : null,
    recencyDays: Math.max(1, today - last),
    ageDays: Math.max(0, today - view.createdDay),
    score,
    fullReads: habitualAmount(
      readDays.length,
      (index) => readDays[newest - index]?.day ?? 0,
      (index) => readDays[newest - index]?.reads ?? 0,
      knowledge.usual,
    ),
    profile: knowledge.profile(view.key),
  };
}

/** The predictor's choice; the cheapest allowed class of its table where a policy does not leave that one open. */
function allowedChoice(
  { classes, predictor, mode }: Trained,
  tariff: DailyTariff,
  situation: Situation,
  allowed: AllowedClasses,
): Choice {
  const isAllowed = (index: number): boolean => allowed.has(classes.names[index] ?? "");
  const choice = predictor.decide(tariff, situation, mode);
  if (isAllowed(choice.storageClass)) return choice;
  const table = mode === "calm" ? "long" : mode;
  const options = predictor.options(tariff, situation, table);
  const cost = (index: number): number => options[index]?.expected ?? Infinity;
  const [cheapest = situation.storageClass] = classes.names
    .map((_, index) => index)
    .filter(isAllowed)
    .toSorted((a, b) => cost(a) - cost(b));
  return { storageClass: cheapest, table };
}

function proposalOf(
  held: string,
  trained: Trained,
  tariff: DailyTariff,
  situation: Situation,
  choice: Choice,
  observedDays: number,
  book: PriceBook,
): Proposal {
  const { predictor, classes, mode } = trained;
  const storageClass = classes.names[choice.storageClass] ?? held;
  const prediction = new LazyPrediction(trained, tariff, situation, choice, observedDays);
  const words = (): string => {
    const { readChance, horizonDays } = prediction;
    const daily = predictor.readChance(situation);
    return `${percent(daily)} chance of a read on a day, ${percent(readChance)} within ${horizonDays} days`;
  };
  const tier = book.classes[storageClass]?.tier ?? "hot";
  return new LazyProposal(tier, storageClass, `predictive:${mode}`, words, prediction);
}

/** What is expected, each number worked out when it is read: most decisions need none of them. */
class LazyPrediction implements Prediction {
  readonly horizonDays: number;
  readonly observedDays: number;
  readonly #trained: Trained;
  readonly #tariff: DailyTariff;
  readonly #situation: Situation;
  readonly #choice: Choice;

  constructor(trained: Trained, tariff: DailyTariff, situation: Situation, choice: Choice, observedDays: number) {
    this.horizonDays = trained.predictor.horizonDays(choice.table);
    this.observedDays = observedDays;
    this.#trained = trained;
    this.#tariff = tariff;
    this.#situation = situation;
    this.#choice = choice;
  }

  get readChance(): number {
    return chanceOfRead(this.#trained, this.#situation, this.horizonDays);
  }

  get reviewInDays(): number | null {
    return reviewInDays(this.#trained, this.#tariff, this.#situation);
  }

  get savingMicrosPerMonth(): number {
    const saving = savingOf(this.#trained, this.#tariff, this.#situation, this.#choice, this.#options());
    return (saving / this.horizonDays) * DAYS_PER_MONTH * MICROS_PER_DOLLAR;
  }

  get options(): Prediction["options"] {
    const { names } = this.#trained.classes;
    return this.#options().flatMap((option, index) => expectedOf(option, names[index]));
  }

  toJSON(): Prediction {
    const { readChance, horizonDays, reviewInDays: review, observedDays, savingMicrosPerMonth, options } = this;
    return { readChance, horizonDays, reviewInDays: review, observedDays, savingMicrosPerMonth, options };
  }

  #options(): readonly Option[] {
    return this.#trained.predictor.options(this.#tariff, this.#situation, this.#choice.table);
  }
}

/** Dollars over the horizon against leaving the object where it is for good, the fee not taken off. */
function savingOf(
  { predictor }: Trained,
  tariff: DailyTariff,
  situation: Situation,
  { storageClass, table }: Choice,
  options: readonly Option[],
): number {
  const { expected = null, fee = 0 } = options[storageClass] ?? {};
  if (storageClass === situation.storageClass || expected === null) return 0;
  return predictor.keeping(tariff, situation, table) - (expected - fee);
}

function expectedOf({ expected }: Option, storageClass: string | undefined): Prediction["options"][number][] {
  if (expected === null || storageClass === undefined) return [];
  return [{ storageClass, expectedMicros: expected * MICROS_PER_DOLLAR }];
}

/** At least one read within the horizon: walked along the grid of recencies, on each of which the chance is one. */
function chanceOfRead({ predictor }: Trained, situation: Situation, end: number): number {
  let none = 1;
  for (let day = 0; day < end;) {
    const later = quietLater(situation, day);
    const next = Math.min(end, day + daysToNextPoint(later.recencyDays));
    none *= (1 - predictor.readChance(later)) ** (next - day);
    day = next;
  }
  return 1 - none;
}

/** Days until the recency reaches its next grid point. */
function daysToNextPoint(recencyDays: number): number {
  const next = RECENCY_DAYS.find((point) => point > recencyDays);
  return next === undefined ? Infinity : next - recencyDays;
}

/** Days without a read after which the choice would be another one; `null` where none is in sight. */
function reviewInDays({ predictor, mode }: Trained, tariff: DailyTariff, situation: Situation): number | null {
  const now = predictor.choose(tariff, situation, mode);
  for (let day = daysToNextPoint(situation.recencyDays); Number.isFinite(day);) {
    const later = quietLater(situation, day);
    if (predictor.choose(tariff, later, mode) !== now) return day;
    day += daysToNextPoint(later.recencyDays);
  }
  return null;
}

function percent(share: number): string {
  return share < 0.0095 ? `${(share * 100).toFixed(2)} %` : `${(share * 100).toFixed(0)} %`;
}
