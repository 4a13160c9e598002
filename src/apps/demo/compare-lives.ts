/** Puts the lives of one workload side by side. */
import type { KeepingName } from "./keeping.ts";
import type { DemoOptions, DemoReport, LifeReport, LifeSummary, SpendPoint } from "./report.ts";
import { workedExample } from "./worked-example.ts";

/** @param lives in the order they are shown; the first is without anything, the last is Astra's. */
export function compareLives(options: DemoOptions, lives: readonly LifeReport[]): DemoReport {
  const [without, withAstra] = [lives[0], lives.at(-1)];
  if (!without || !withAstra) throw new RangeError("there is nothing to compare");
  const { objects, eventsProduced, eventsConsumed, transitions, failed, restoresWaited, tiers, biggest, refusals } =
    withAstra;
  const summaries = summarize(lives, without);
  return {
    ok: lives.every((life) => life.eventsConsumed === life.eventsProduced && life.failed + life.deadLettered === 0),
    seed: options.seed,
    days: options.days,
    byteScale: options.byteScale,
    strategy: withAstra.strategy,
    log: options.kafka === undefined ? "sqlite" : "kafka",
    objects,
    eventsProduced,
    eventsConsumed,
    transitions,
    failed,
    restoresWaited,
    bill: {
      withAstraMicros: withAstra.bill?.totalMicros ?? null,
      withoutMicros: without.bill?.totalMicros ?? null,
      lines: withAstra.bill?.lines ?? {},
      linesWithout: without.bill?.lines ?? {},
    },
    tiers,
    tiersWithout: without.tiers,
    lives: summaries,
    cheapest: lowestBill(summaries),
    cheapestWithoutWaiting: lowestBill(summaries.filter((life) => life.restoresWaited === 0)),
    spend: spendPoints(lives, withAstra),
    biggest,
    refusals,
    workedExamples: [workedExample("1 TB", 1_000), workedExample("1 PB", 1_000_000)],
  };
}

function summarize(lives: readonly LifeReport[], without: LifeReport): LifeSummary[] {
  const days = daysCheapest(lives.map((life) => life.spentByDay));
  return lives.map(({ keeping, bill, transitions, restoresWaited, tiers }, index) => ({
    name: keeping.name,
    label: keeping.label,
    billMicros: bill?.totalMicros ?? null,
    lines: bill?.lines ?? {},
    percentOfWithout:
      bill && without.bill && without.bill.totalMicros > 0
        ? Math.round((bill.totalMicros / without.bill.totalMicros) * 1000) / 10
        : null,
    transitions,
    restoresWaited,
    daysCheapest: days[index] ?? 0,
    tiers,
  }));
}

/** For each life, the days on which no other spent less. @param spent cumulative micros at the end of each day. */
export function daysCheapest(spent: readonly (readonly number[])[]): number[] {
  const days = spent.map(() => 0);
  for (let day = 0; day < (spent[0]?.length ?? 0); day += 1) {
    const today = spent.map((life) => (life[day] ?? 0) - (life[day - 1] ?? 0));
    const least = Math.min(...today);
    for (const [index, micros] of today.entries()) if (micros === least) days[index] = (days[index] ?? 0) + 1;
  }
  return days;
}

function lowestBill(lives: readonly LifeSummary[]): KeepingName | null {
  let best: LifeSummary | null = null;
  for (const life of lives) {
    if (life.billMicros === null) return null;
    if (!best || life.billMicros < (best.billMicros ?? Infinity)) best = life;
  }
  return best?.name ?? null;
}

function spendPoints(lives: readonly LifeReport[], withAstra: LifeReport): SpendPoint[] {
  const of = (name: KeepingName): LifeReport | undefined => lives.find(({ keeping }) => keeping.name === name);
  return withAstra.spentByDay.map((withAstraMicros, day) => ({
    day,
    withAstraMicros,
    withoutMicros: of("without")?.spentByDay[day] ?? 0,
    lifecycleMicros: of("lifecycle")?.spentByDay[day] ?? null,
    intelligentTieringMicros: of("intelligent-tiering")?.spentByDay[day] ?? null,
  }));
}
