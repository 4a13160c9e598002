/** A bucket's objects and reads at the present prices of the other providers. */
import { monthlyBill } from "../core/pricing/bill.ts";
import {
  type Latency,
  type ProviderFigures,
  ProviderTally,
  breakEvenMonths,
  latencyUnderPolicy,
} from "../core/billing/compare.ts";
import { AstraError } from "../core/errors.ts";
import { requirePermission } from "../core/permission.ts";
import { compilePolicies, constraintsOf } from "../core/policy/policy-constraints.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import { priceLines, withoutUncertain } from "../core/pricing/price-lines.ts";
import type { ObjectView } from "../core/strategy.ts";
import type { Context, Progress } from "./context.ts";
import { refuseInterrupted } from "./interruption.ts";
import { scanBucket } from "./scan-bucket.ts";

export interface CompareProvidersInput {
  readonly bucket: string;
  /** Every book there is, with its uncertain prices. */
  readonly books: readonly PriceBook[];
  /** The longest wait for the first byte, where no policy says otherwise; what waits longer already may go on doing so. */
  readonly latency: Latency;
  readonly progress?: Progress;
}

export interface ComparedProvider extends ProviderFigures {
  /** Against the objects where they are now. */
  readonly breakEvenMonths: number | null;
  /** Against the best classes at home. */
  readonly breakEvenMonthsFromBest: number | null;
  /** Prices that are marked uncertain, of the classes chosen: reckoned with where allowed, else taken as unknown. */
  readonly uncertain: readonly string[];
}

export interface Comparison {
  readonly bucket: string;
  readonly objects: number;
  readonly bytes: number;
  readonly latency: Latency;
  readonly uncertainAllowed: boolean;
  /** As the objects are now; `null` where a price is unknown. */
  readonly nowMicrosPerMonth: number | null;
  /** The best classes at home. */
  readonly home: ProviderFigures;
  readonly others: readonly ComparedProvider[];
}

/** @throws AstraError ASTRA_OBJECT_MISSING (an empty bucket), ASTRA_STORE_*, ASTRA_INTERRUPTED */
export async function compareProviders({
  ctx,
  input,
}: {
  ctx: Context;
  input: CompareProvidersInput;
}): Promise<Comparison> {
  requirePermission(ctx.actor, "object.read");
  const { bucket, latency } = input;
  const home = ctx.prices;
  const uncertainAllowed = ctx.config.prices_allow_uncertain;
  const books = input.books.filter(({ provider }) => provider !== home.provider);
  const atHome = new ProviderTally(home, home);
  const tallies = books.map((book) => ({
    book,
    tally: new ProviderTally(home, uncertainAllowed ? book : withoutUncertain(book)),
  }));
  const latencyOf = latencyBy(ctx, latency);
  let objects = 0;
  let bytes = 0;
  let nowMicros: number | null = 0;
  for await (const page of scanBucket(ctx, bucket)) {
    for (const { view } of page) {
      const now = monthlyBill(home, view.storageClass, { sizeBytes: view.sizeBytes, ...view.rate });
      nowMicros = nowMicros === null || !now ? null : nowMicros + now.totalMicros;
      bytes += view.sizeBytes;
      const most = latencyOf(view);
      atHome.add(view, most);
      for (const { tally } of tallies) tally.add(view, most);
    }
    objects += page.length;
    input.progress?.(objects, null, "objects");
    refuseInterrupted(ctx.signal);
  }
  if (objects === 0) throw new AstraError("ASTRA_OBJECT_MISSING", "the bucket is empty", { where: `s3://${bucket}` });
  const best = atHome.figures();
  const egress = egressNames(home, input.books);
  return {
    bucket,
    objects,
    bytes,
    latency,
    uncertainAllowed,
    nowMicrosPerMonth: nowMicros,
    home: best,
    others: tallies.map(({ book, tally }) => {
      const figures = tally.figures();
      const uncertain = uncertainNames(book, uncertainAllowed ? Object.keys(figures.classes) : null);
      return comparedProvider(figures, nowMicros, best.monthlyMicros, [...egress, ...uncertain]);
    }),
  };
}

/** The wait allowed for an object: as asked for, unless a policy says otherwise. */
function latencyBy(ctx: Context, latency: Latency): (view: ObjectView) => Latency {
  if (ctx.policies.length === 0) return () => latency;
  const policies = compilePolicies(ctx.policies, ctx.prices, Object.values(ctx.config.engine.classes));
  return (view) => {
    const { allowedInstant, allowed } = constraintsOf(policies, view, view.atMs);
    return latencyUnderPolicy(ctx.prices, latency, { asked: allowedInstant, allowed });
  };
}

function comparedProvider(
  figures: ProviderFigures,
  nowMicros: number | null,
  bestMicros: number | null,
  uncertain: readonly string[],
): ComparedProvider {
  return {
    ...figures,
    breakEvenMonths: breakEvenMonths(figures.once, nowMicros, figures.monthlyMicros),
    breakEvenMonthsFromBest: breakEvenMonths(figures.once, bestMicros, figures.monthlyMicros),
    uncertain,
  };
}

/** What leaves the present provider is priced by its own book, whose uncertain prices may have been taken away. */
function egressNames(home: PriceBook, books: readonly PriceBook[]): readonly string[] {
  const whole = home.egress ?? books.find(({ provider }) => provider === home.provider)?.egress;
  return whole?.confidence === "uncertain" ? [`${home.provider} egress`] : [];
}

/** @param classes only of these; all managed ones where uncertain prices kept a class from being chosen */
function uncertainNames(book: PriceBook, classes: readonly string[] | null): readonly string[] {
  return priceLines(book).flatMap(({ path, storageClass, price }) => {
    if (price?.confidence !== "uncertain" || storageClass === null) return [];
    const isWanted = classes ? classes.includes(storageClass) : book.classes[storageClass]?.managed === true;
    return isWanted ? [`${book.provider} ${path}`] : [];
  });
}
