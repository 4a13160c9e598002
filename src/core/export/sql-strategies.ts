/** The class that a strategy proposes, as SQL: column `proposed`, out of the classes whose bits are in a column. */
import { UNSEEN_READS } from "../cost-strategy.ts";
import { MATRIX_TREE, type TierClasses } from "../matrix.ts";
import type { PolicyClasses } from "../policy/policy-classes.ts";
import type { SqlDialect } from "../policy/sql-dialect.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { LADDER, type LadderTier } from "../tier.ts";
import { DAYS_PER_MONTH } from "../units.ts";
import { billSql, feeSql, managedNames, readableNames } from "./sql-prices.ts";
import { type SqlStep, cases, double, whole } from "./sql-text.ts";

/** What the choice depends on. */
export interface SqlChoiceTerms {
  readonly prices: PriceBook;
  readonly sets: PolicyClasses;
  readonly dialect: SqlDialect;
}

function isIn(name: string, mask: string, { sets, dialect }: SqlChoiceTerms): string {
  return `${dialect.and(mask, whole(sets.bit(name)))} <> 0`;
}

/** The first class of a set, in the book's order. */
function firstOf(mask: string, terms: SqlChoiceTerms): string {
  return cases(
    managedNames(terms.prices).map((name) => [isIn(name, mask, terms), `'${name}'`]),
    "storage_class",
  );
}

function rank(tier: LadderTier): string {
  return whole(LADDER.indexOf(tier));
}

/** The tree of `matrix.ts`, from its own numbers. */
export function matrixSteps(classes: TierClasses, terms: SqlChoiceTerms): readonly SqlStep[] {
  const { fromReads, fromDays, namePatterns } = MATRIX_TREE;
  const byName = namePatterns.map(({ prefix, tier, mostReads }): [string, string] => [
    `${terms.dialect.startsWith("last_segment", terms.dialect.literal(prefix))} AND reads <= ${whole(mostReads)}`,
    rank(tier),
  ]);
  const byReads = cases(
    [
      [`reads >= ${whole(fromReads.warm)}`, rank("warm")],
      [`reads >= ${whole(fromReads.cold)}`, rank("cold")],
    ],
    rank("archive"),
  );
  const byAge = cases(
    [
      [`age_days < ${whole(fromDays.warm)}`, rank("hot")],
      [`age_days < ${whole(fromDays.cold)}`, rank("warm")],
      [`age_days < ${whole(fromDays.archive)}`, rank("cold")],
    ],
    rank("archive"),
  );
  const chosen = LADDER.map((tier, index): [string, string] => {
    const order = [tier, ...LADDER.slice(0, index).toReversed(), ...LADDER.slice(index + 1)];
    const open = order.map((step): [string, string] => [isIn(classes[step], "mask", terms), `'${classes[step]}'`]);
    return [
      `tier_rank = ${whole(index)}`,
      cases(open, `CASE WHEN ${own(terms)} THEN storage_class ELSE ${firstOf("mask", terms)} END`),
    ];
  });
  const hot: [string, string] = [`reads >= ${whole(fromReads.hot)}`, rank("hot")];
  return [
    { name: "named", columns: { last_segment: lastSegmentSql(terms.dialect) } },
    { name: "ranked", columns: { tier_rank: cases([hot, ...byName], `least(${byReads}, ${byAge})`) } },
    { name: "proposing", columns: { proposed: cases(chosen, "storage_class") } },
  ];
}

function own({ dialect }: SqlChoiceTerms): string {
  return `${dialect.and("mask", "own")} <> 0`;
}

/** What comes after the key's last slash. */
function lastSegmentSql({ name }: SqlDialect): string {
  if (name === "spark") return "substring_index(object_key, '/', -1)";
  if (name === "athena") return "element_at(split(object_key, '/'), -1)";
  return "split_part(object_key, '/', -1)";
}

/** More than any bill. */
const NEVER = double(1e300);

/** The cheapest class over the horizon, as `cost-strategy.ts` has it. */
export function costSteps(horizonDays: number, noncurrentDays: number, terms: SqlChoiceTerms): readonly SqlStep[] {
  const { prices } = terms;
  const names = managedNames(prices);
  const use = { reads: "likely_reads", readDays: "likely_read_days", idleDays: "idle_days", horizonDays };
  const unseen = `${double(UNSEEN_READS * DAYS_PER_MONTH)} / watched_days`;
  const likely = {
    likely_reads: `reads_per_month + ${unseen}`,
    likely_read_days: `least(${double(DAYS_PER_MONTH)}, read_days_per_month + ${unseen})`,
  };
  const rent = (name: string): string =>
    `${billSql(prices, name, use)} * ${double(horizonDays)} / ${double(DAYS_PER_MONTH)}`;
  const fees = { noncurrentDays, readsAcl: false, atMs: null };
  const rents = Object.fromEntries(names.map((name, index) => [`rent_${index}`, rent(name)]));
  const moves = Object.fromEntries(names.map((name, index) => [`move_${index}`, feeSql(prices, name, fees)]));
  const stays = cases(
    readableNames(prices).map((name) => [`storage_class = '${name}'`, `rent_${names.indexOf(name)}`]),
    double(null),
  );
  const sums = Object.fromEntries(
    names.map((name, index) => {
      const isOpen = `storage_class <> '${name}' AND ${isIn(name, "instant_mask", terms)}`;
      return [`sum_${index}`, `coalesce(CASE WHEN ${isOpen} THEN rent_${index} + move_${index} END, ${NEVER})`];
    }),
  );
  const isHere = `${terms.dialect.and("instant_mask", "own")} <> 0`;
  const least = names.map((_, index) => `sum_${index}`).join(", ");
  const best = names.map((name, index): [string, string] => [`sum_${index} = least_sum`, `'${name}'`]);
  return [
    { name: "likely", columns: likely },
    { name: "rented", columns: { ...rents, ...moves } },
    { name: "summed", columns: { ...sums, stay_sum: stays, is_here: isHere } },
    { name: "compared", columns: { least_sum: `least(${least})` } },
    {
      name: "proposing",
      columns: {
        proposed: cases(
          [
            ["is_here AND (stay_sum IS NULL OR stay_sum <= least_sum)", "storage_class"],
            [`least_sum < ${NEVER}`, cases(best, "storage_class")],
            ["is_here", "storage_class"],
          ],
          firstOf("instant_mask", terms),
        ),
      },
    },
  ];
}
