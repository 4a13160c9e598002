import { describe, expect, it, test } from "vitest";
import { NEVER_MS, type PlanHeader, PlanTally, type PlannedMove, type RefusedMove } from "../../../core/plan.ts";
import { KIB, MICROS_PER_DOLLAR } from "../../../core/units.ts";
import { planPage } from "./plan-html.ts";
import { breakEvenMonth, classChanges, cumulated } from "./plan-tables-text.ts";
import { planText } from "./plan-text.ts";
import { refusalSentence, refusalWords } from "./refusal-words.ts";

const EVIL = `<script>alert("x")</script>&'\u001b[31m`;
const FROM_MS = Date.UTC(2026, 10, 23);
const REFUSED = { sizeBytes: 50 * KIB, savingMicrosPerMonth: -100_000, feeMicros: 20_000, to: "GLACIER_IR" } as const;

const MOVE: PlannedMove = {
  bucket: "b",
  key: `logs/${EVIL}`,
  sizeBytes: 1000,
  etag: "e",
  from: "STANDARD",
  to: "GLACIER",
  toTier: "cold",
  mechanism: "copy",
  rule: "matrix:age",
  why: `age 120 d ${EVIL}`,
  createdMs: 0,
  feeMicros: 2 * MICROS_PER_DOLLAR,
  savingMicrosPerMonth: MICROS_PER_DOLLAR,
  breakEvenMs: Date.UTC(2027, 0, 23),
  worstCaseMicros: 5 * MICROS_PER_DOLLAR,
  policy: null,
  orderedByPolicy: false,
};
const ORDERED: PlannedMove = {
  ...MOVE,
  key: "tiny/a",
  to: "DEEP_ARCHIVE",
  toTier: "archive",
  rule: `policy:${EVIL}`,
  policy: EVIL,
  orderedByPolicy: true,
  savingMicrosPerMonth: -10_000,
  breakEvenMs: NEVER_MS,
};

function header(moves: readonly PlannedMove[], refused: readonly RefusedMove[] = []): PlanHeader {
  const tally = new PlanTally();
  for (const move of moves) {
    tally.seen(move.from, move.sizeBytes);
    tally.moves(move);
  }
  for (const move of refused) {
    tally.seen("STANDARD", move.sizeBytes);
    tally.refused(move);
  }
  const saving = {
    fromMs: FROM_MS,
    days: 90,
    level: 0.9,
    expectedMicros: 500_000,
    lowMicros: -1_000_000,
    highMicros: 900_000,
  };
  return {
    id: "plan-1",
    bucket: "b",
    createdMs: FROM_MS,
    strategy: "matrix",
    priceBook: "book",
    totals: { ...tally.totals(), saving },
    hash: "0".repeat(64),
  };
}

function text(plan: PlanHeader, moves: readonly PlannedMove[] = [], isVerbose = false): string {
  return planText(plan, moves, { file: null, isVerbose });
}

describe("a plan as text", () => {
  it("groups moves by rule, with money and the day it is paid back", () => {
    const shown = text(header([MOVE, MOVE, ORDERED]), [MOVE]);
    expect(shown).toMatch(
      /~ matrix:age {2}STANDARD -> GLACIER {2}2 objects, 2\.0 KiB; fee \$4\.00, saves \$2\.00\/month, break-even 2027-01-22/,
    );
    expect(shown).toContain("… and 1 more object");
    expect(shown).toMatch(/~ policy:<script>.* saves -\$0\.01\/month, break-even never/);
    expect(shown).toContain("Shown: 1 object; --limit 3 shows all.");
    expect(shown).not.toContain("\u001b[31m");
  });

  it("tells totals, months, the interval, the worst case and one line of money", () => {
    const shown = text(header([MOVE, ORDERED]));
    expect(shown).toMatch(/policy +objects +size +fee +saves\/month\n +\(no policy\) +1 +1000 B +\$2\.00 +\$1\.00/);
    expect(shown).toMatch(/prefix +objects[^]*logs\/ +1 /);
    expect(shown).toMatch(/STANDARD +2 +2\.0 KiB +0 +0 B\n/);
    expect(shown).toMatch(/in the month +-\$3\.01 +\$0\.99 +\$0\.99 +\$0\.99 +\$0\.99\n/);
    expect(shown).toContain("Fees are paid back in month 5.");
    expect(shown).toContain("Within 90 days: $0.50 saved, fees paid; with 90 % chance -$1.00 to $0.90.");
    expect(shown).toContain("Worst case, every moved object read once on the day after: $10.00, fees included.");
    expect(shown).toMatch(/Plan: 2 moves, 2\.0 KiB; fee \$4\.00 now, saves \$0\.99\/month, paid back after 123 days\./);
    expect(shown.endsWith("Next: astra apply plan-1")).toBe(true);
  });

  it("fits a screen, unless all is asked for", () => {
    const moves = Array.from({ length: 30 }, (_, index) => ({ ...MOVE, key: `p${index}/x`, rule: `r${index}` }));
    const [terse, verbose] = [text(header(moves), moves.slice(0, 10)), text(header(moves), moves.slice(0, 10), true)];
    expect(terse).toContain("… 22 moves by 22 more rules; --verbose shows all.");
    expect(terse.split("\n").length).toBeLessThan(48);
    for (const name of ["~ r29", "p29/", "   12  "]) expect(verbose).toContain(name);
    expect(terse).not.toContain("p29/");
    expect(verbose).toMatch(/p0\/x .* break-even 2027-01-23 {2}worst case \$5\.00 {2}age 120 d <script>/);
  });

  it("says so where nothing moves", () => {
    const shown = text(header([]));
    expect(shown).toContain("Nothing to move among 0 objects.");
    expect(shown).not.toMatch(/Next|Worst|cash flow/);
  });

  it("of a time before causes were kept names the reasons", () => {
    const { breakdown: _, ...totals } = header([], [{ ...REFUSED, refusal: "payback" }]).totals;
    expect(refusalWords(totals).map(refusalSentence)).toEqual([
      "1 object stays (50.0 KiB): the fee would never be paid back; fee $0.02, saving -$0.10/month",
    ]);
  });
});

describe("refusals in words", () => {
  test.each<[Partial<RefusedMove> & Pick<RefusedMove, "refusal">, string]>([
    [
      { refusal: "saving_under_fee", cause: { cause: "billed_minimum", limitBytes: 128 * KIB } },
      "below 128 KiB, the least that GLACIER_IR bills; moving would lose $0.61",
    ],
    [
      { refusal: "saving_under_fee", cause: { cause: "not_cooled", limitBytes: 128 * KIB }, to: "INTELLIGENT_TIERING" },
      "below 128 KiB, INTELLIGENT_TIERING never makes them cheaper; moving would lose",
    ],
    [
      { refusal: "saving_under_fee", cause: { cause: "overhead", limitBytes: null } },
      "so small that what GLACIER_IR adds to each object costs more than it saves",
    ],
    [
      { refusal: "saving_under_fee", cause: { cause: "reads", limitBytes: null } },
      "read so often that reading out of GLACIER_IR costs more than its rent saves",
    ],
    [
      { refusal: "saving_under_fee", cause: { cause: "monitoring", limitBytes: null } },
      "so small that the monitoring fee of GLACIER_IR costs more than it saves",
    ],
    [
      { refusal: "saving_under_fee", cause: { cause: "dearer", limitBytes: null } },
      "GLACIER_IR costs more than where they are",
    ],
    [
      {
        refusal: "payback",
        cause: { cause: "early_deletion", limitBytes: null },
        savingMicrosPerMonth: 1000,
        feeMicros: 20_000,
      },
      "what is left of their minimum duration would be paid back after 609 days, the limit is 180 days; moving would lose $0.014",
    ],
    [
      { refusal: "native_rule_conflict", detail: "expire-logs", savingMicrosPerMonth: 100_000, feeMicros: 0 },
      'the bucket\'s lifecycle rule "expire-logs" counts from the creation date, which a copy would reset, or would undo the move; moving would save $0.59',
    ],
    [
      { refusal: "policy_conflict", detail: EVIL },
      'the policies "<script>alert("x")</script>&\'\\u{1b}[31m" together leave no class',
    ],
    [{ refusal: "ignored_by_policy", detail: "a" }, 'the policy "a" says to leave them alone'],
    [{ refusal: "policy_match_unknown", detail: "a" }, 'the policy "a" may hold them'],
    [
      { refusal: "class_not_managed", detail: "EXPRESS_ONEZONE" },
      "in EXPRESS_ONEZONE, a class that Astra leaves alone",
    ],
    [{ refusal: "unknown_price" }, "a price is not known that the sums need into or out of GLACIER_IR"],
    [{ refusal: "legal_hold", savingMicrosPerMonth: 0, feeMicros: 0 }, "under legal hold"],
  ])("%j", (refused, words) => {
    const [found] = refusalWords(header([], [{ ...REFUSED, ...refused }]).totals);
    expect(found && refusalSentence(found)).toContain(`1 object stays (50.0 KiB): ${words}`);
  });

  it("come with the most objects first", () => {
    const one = { ...REFUSED, refusal: "legal_hold" } as const;
    const words = refusalWords(
      header([], [one, { ...one, refusal: "changed" }, { ...one, refusal: "changed" }]).totals,
    );
    expect(words.map(({ who }) => who)).toEqual(["2 objects stay (100 KiB)", "1 object stays (50.0 KiB)"]);
  });
});

describe("a plan as a page", () => {
  const page = planPage(header([MOVE, ORDERED], [{ ...REFUSED, refusal: "policy_conflict", detail: EVIL }]), [
    MOVE,
    ORDERED,
  ]);

  it("needs nothing but itself, and runs nothing", () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:/i);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain("\u001b");
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;");
  });

  it("says what it costs, what it brings and when", () => {
    expect(page).toContain("<strong>Moving 2 objects (2.0 KiB) costs $4.00 once and saves $0.99 a month.</strong>");
    expect(page).toContain("The fee is paid back on 2027-03-25.");
    expect(page).toContain("-$1.00 to $0.90 with 90 % chance");
    expect(page).toContain("together leave no class");
    expect(page).not.toMatch(/NaN|undefined|Infinity|null/);
  });

  it("draws money, classes and policies", () => {
    expect(page.match(/<svg /g)).toHaveLength(3);
    for (const label of [
      "Money since the plan, by month",
      "Bytes by class, now and after the plan",
      "Saving a month by policy",
    ])
      expect(page).toContain(`aria-label="${label}"`);
    // The curve begins at the fees, below the line of nothing lost.
    expect(page).toMatch(/<polyline points="96\.0,\d+\.\d /);
    expect(page).toContain(">paid back</text>");
  });

  it("closes what it opens", () => {
    for (const element of ["section", "table", "tr", "td", "th", "svg", "text", "p", "div", "main", "code", "strong"]) {
      const opened = page.match(new RegExp(`<${element}[ >]`, "g"))?.length;
      expect([element, page.match(new RegExp(`</${element}>`, "g"))?.length]).toEqual([element, opened]);
    }
  });

  it("of a plan that moves nothing has no charts", () => {
    const empty = planPage(header([]), []);
    expect(empty).toContain("Nothing to move");
    expect(empty).not.toContain("<svg");
  });
});

describe("money by month", () => {
  it("adds up, and is paid back where the sum is no longer below nothing", () => {
    expect(cumulated([-3, 1, 1, 1, 1])).toEqual([-3, -2, -1, 0, 1]);
    expect(breakEvenMonth([-3, 1, 1, 1, 1])).toBe(4);
    expect(breakEvenMonth([-3, 1])).toBeNull();
  });

  it("goes with what each class holds after the plan", () => {
    expect(classChanges(header([MOVE, ORDERED]).totals)).toEqual([
      { storageClass: "STANDARD", objects: 2, bytes: 2000, objectsAfter: 0, bytesAfter: 0 },
      { storageClass: "GLACIER", objects: 0, bytes: 0, objectsAfter: 1, bytesAfter: 1000 },
      { storageClass: "DEEP_ARCHIVE", objects: 0, bytes: 0, objectsAfter: 1, bytesAfter: 1000 },
    ]);
  });
});
