import { describe, expect, it } from "vitest";
import { AWS } from "../../../../test/support/prices.ts";
import { testTrace } from "../../../../test/support/traces.ts";
import { backtestFigures } from "../../../core/backtest/backtest-report.ts";
import { replayPolicies } from "../../../core/backtest/backtest.ts";
import { costCurve, curveDays } from "../../../core/backtest/cost-curve.ts";
import { finish } from "../../../core/backtest/object-policy.ts";
import type { ShownBacktest } from "../backtest-options.ts";
import { backtestHtml } from "./backtest-html.ts";
import { backtestText, formatRatio } from "./backtest-text.ts";
import { linearScale, ratioScale, spreadOut } from "./chart-scale.ts";

const EVIL = `<script>alert("x")</script>&'\u001b[31m`;

function shown(): ShownBacktest {
  const trace = testTrace(200, [{ name: `${EVIL}/a`, reads: [[120, 40]] }, { name: "logs/b" }, { name: "logs/c" }]);
  const policies = ["standard", "lifecycle", "intelligent-tiering", "cost", "optimal"] as const;
  const replayed = finish(
    replayPolicies({
      trace,
      policies,
      keepsPaths: true,
      material: {
        book: AWS,
        setting: "sync",
        mover: "lifecycle",
        guards: { maxPaybackDays: 180 },
        tierClasses: { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" },
        window: 90,
        keepDays: 90,
        horizonDays: 90,
        lifecycle: null,
      },
    }),
  );
  const [first] = replayed;
  const days = first ? curveDays(first.input, 20) : [];
  const byPolicy = replayed.map(({ policy, input, path }) => ({
    policy,
    spent: path ? [...costCurve(input, path.byObject(3), days)] : [],
  }));
  return {
    ...backtestFigures(replayed, new Set(policies)),
    setting: "sync",
    classes: first?.classes.names ?? [],
    unpricedClasses: [EVIL],
    priceBook: "test",
    mover: "lifecycle",
    curves: { days, byPolicy },
    title: EVIL,
    sizeBytes: null,
    trace: {
      objects: 3,
      accesses: 1,
      days: 200,
      duplicatesMerged: 2,
      unsorted: 0,
      rowsWithoutReads: 0,
      readsBeforeCreation: 0,
      readsAfterEnd: 0,
    },
  };
}

describe("the page of a backtest", () => {
  const page = backtestHtml(shown());

  it("needs nothing from outside, and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
    expect(page).toContain("default-src 'none'");
  });

  it("writes names from outside as text", () => {
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;");
    expect(page.includes("\u001b")).toBe(false);
  });

  it("has a curve, a dot and a line of figures for every policy, and the worst objects", () => {
    expect(page.match(/<polyline/g)).toHaveLength(5);
    expect(page.match(/<circle/g)).toHaveLength(5);
    expect(page.match(/class="dot"/g)).toHaveLength(5);
    expect(page).toContain("<strong>cost would have cost $");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("closes what it opens", () => {
    for (const element of ["section", "table", "tr", "td", "th", "svg", "text", "p", "div", "main"]) {
      const opened = page.match(new RegExp(`<${element}[ >]`, "g"))?.length;
      expect([element, page.match(new RegExp(`</${element}>`, "g"))?.length]).toEqual([element, opened]);
    }
  });
});

describe("the text of a backtest", () => {
  it("lists every policy, and writes out what a terminal would act on", () => {
    const text = backtestText(shown());
    expect(text).toMatch(/^standard +\$/m);
    expect(text).toMatch(/^optimal +\$\S+ +1\.000 +1\.000 – 1\.000/m);
    expect(text).toContain("Put right in the history: 2 × repeated row.");
    expect(text).toContain(String.raw`\u{1b}[31m`);
    expect(text.includes("\u001b[31m")).toBe(false);
  });

  it("shows ratios with the digits that say something", () => {
    expect([1.23456, 57.123, 11_023.7].map(formatRatio)).toEqual(["1.235", "57.1", "11,024"]);
  });
});

describe("scales", () => {
  it("mark round values", () => {
    expect(linearScale(0, 98, 0, 100).ticks).toEqual([0, 20, 40, 60, 80]);
    expect(linearScale(0, 98, 0, 100).at(49)).toBe(50);
    expect(ratioScale(30, 0, 100).ticks).toEqual([1, 2, 5, 10, 20]);
    expect(ratioScale(100, 0, 100).at(10)).toBeCloseTo(50, 9);
  });

  it("keep labels apart and inside", () => {
    expect(spreadOut([50, 10, 52, 51], 10, 0, 100)).toEqual([50, 10, 70, 60]);
    expect(spreadOut([95, 96, 97], 10, 0, 100)).toEqual([80, 90, 100]);
  });
});
