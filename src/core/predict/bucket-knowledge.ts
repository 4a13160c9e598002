/**
 * What was learned of a bucket, for the classes that a decision may choose among. Every set of classes has its own tables and
 * its own trial; each is made when it is first asked for.
 */
import { type ClassSet, type DailyTariff, type Mover } from "../backtest/daily-tariff.ts";
import { hasKnownPrices, orderedClasses } from "../pricing/class-order.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { tariffCache } from "../backtest/tariff-cache.ts";
import type { Trace } from "../trace/trace.ts";
import { AccessModel } from "./access-model.ts";
import { type Mode, Predictor } from "./predictor.ts";
import { usualAmount } from "./trace-habits.ts";
import { prefixProfiles, profileOfKey } from "./trace-profiles.ts";
import { stageAt, stagesOf, trialOf } from "./training.ts";
import { modeNow } from "./trial.ts";

/** Least history, in days, that a trial says anything about. */
const LEAST_TRIED_DAYS = 56;

/** A predictor for one set of classes, with the mode that its trial warrants. */
export interface Trained {
  readonly classes: ClassSet;
  readonly tariffOf: (sizeBytes: number) => DailyTariff;
  readonly predictor: Predictor;
  readonly mode: Mode;
}

/** What knowledge is made from. */
export interface KnowledgeParts {
  /** The bucket's history up to now; `null` where there is none. */
  readonly history: Trace | null;
  readonly book: PriceBook;
  readonly maxPaybackDays: number;
  readonly mover: Mover;
  /** Modes that an earlier trial warrants, by the names of the classes; what is not among them is tried. */
  readonly modes?: ReadonlyMap<string, Mode>;
}

/** Learns lazily, and remembers. */
export class BucketKnowledge {
  readonly #parts: KnowledgeParts;
  readonly #trained = new Map<string, Trained>();
  readonly #prefixes: ReadonlyMap<string, number>;
  /** Full-object reads of a usual day with reads. */
  readonly usual: number;
  /** Days of history behind it. */
  readonly observedDays: number;

  constructor(parts: KnowledgeParts) {
    const { history } = parts;
    this.#parts = parts;
    this.observedDays = history?.days ?? 0;
    this.usual = history ? usualAmount(history, history.days) : 1;
    this.#prefixes = history ? prefixProfiles(history, history.days) : new Map();
  }

  /** The modes found so far, by the names of the classes. */
  get modes(): ReadonlyMap<string, Mode> {
    return new Map(Array.from(this.#trained, ([id, { mode }]) => [id, mode]));
  }

  /** Profile of a key's prefix or name. */
  profile(key: string): number {
    return profileOfKey(this.#prefixes, key);
  }

  /** The predictor for a set of classes; `null` where fewer than two of them have known prices. */
  trainedFor(names: ReadonlySet<string>): Trained | null {
    const { book } = this.#parts;
    const ordered = orderedClasses(book, names).filter((name) => hasKnownPrices(book.classes[name]));
    if (ordered.length < 2) return null;
    const id = ordered.join(" ");
    const found = this.#trained.get(id) ?? this.#train(id, { names: ordered, hasAutoArchive: false });
    this.#trained.set(id, found);
    return found;
  }

  #train(id: string, classes: ClassSet): Trained {
    const { book, history, maxPaybackDays, mover, modes } = this.#parts;
    const tariffOf = tariffCache(book, classes, mover);
    const terms = { tariffOf, maxPaybackDays };
    if (!history) {
      return {
        classes,
        tariffOf,
        mode: "calm",
        predictor: new Predictor({ ...terms, model: new AccessModel(), sizes: [] }),
      };
    }
    const objectTariff = (object: number): DailyTariff => tariffOf(history.sizeBytes[object] ?? 0);
    const input = { trace: history, splitDay: history.days, lateDay: Infinity, tariffOf: objectTariff };
    const known = history.days < LEAST_TRIED_DAYS ? "calm" : modes?.get(id);
    const { predictor } = stageAt(input, history.days, terms);
    return { classes, tariffOf, predictor, mode: known ?? modeNow(trialOf(input, stagesOf(input, terms))) };
  }
}
