import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MODES, type Mode } from "./predictor.ts";
import { type TrialInput, modeNow, modeTimeline } from "./trial.ts";

const DAYS = 600;
const FROM = 100;
const SPLIT = 300;

/** Dollars of a day by mode, 1 where nothing is said. */
function trial(costs: Partial<Record<Mode, (day: number) => number>>): TrialInput {
  const column = (mode: Mode): [Mode, Float64Array] => [
    mode,
    Float64Array.from({ length: DAYS }, (_, day) => (day < FROM ? 0 : (costs[mode]?.(day) ?? 1))),
  ];
  return { spending: byMode(new Map(MODES.map(column))), from: FROM, splitDay: SPLIT };
}

function byMode(columns: ReadonlyMap<Mode, Float64Array>): TrialInput["spending"] {
  return Object.fromEntries(columns) as Record<Mode, Float64Array>;
}

function modesOf(input: TrialInput): Mode[] {
  const timeline = modeTimeline(input);
  return Array.from({ length: DAYS - input.splitDay }, (_, index) => timeline.modeOn(input.splitDay + index));
}

describe("the mode of a bucket", () => {
  it("stays calm where no bold one is clearly cheaper", () => {
    expect(new Set(modesOf(trial({ short: () => 0.98, long: () => 0.975 })))).toEqual(new Set(["calm"]));
  });

  it("is the cheapest bold one where that is clear", () => {
    expect(new Set(modesOf(trial({ short: () => 0.9, long: () => 0.8 })))).toEqual(new Set(["long"]));
  });

  it("is not changed from one bold one to another for little", () => {
    const input = trial({ short: () => 0.9, long: (day) => (day < SPLIT ? 0.95 : 0.88) });
    expect(new Set(modesOf(input))).toEqual(new Set(["short"]));
  });

  it("is given up within a review once it costs more than it may", () => {
    const modes = modesOf(trial({ long: (day) => (day < 400 ? 0.8 : 3) }));
    expect(modes[0]).toBe("long");
    const givenUp = modes.indexOf("calm");
    // Savings of a hundred days at 0.2 last for ten days at 2 more; then the tolerance of 1 %.
    expect(SPLIT + givenUp).toBeGreaterThan(400);
    expect(SPLIT + givenUp).toBeLessThanOrEqual(400 + 13);
    expect(new Set(modes.slice(givenUp))).toEqual(new Set(["calm"]));
  });

  it("is not brought into a mode that was worse in the last weeks, however good before", () => {
    const input = trial({ long: (day) => (day < SPLIT - 28 ? 0.5 : 1.01) });
    expect(modesOf(input)[0]).toBe("calm");
  });

  it("is taken up later where the evidence comes later, at a review", () => {
    const modes = modesOf(trial({ short: (day) => (day < SPLIT ? 1 : 0.5) }));
    const taken = modes.indexOf("short");
    expect(taken).toBeGreaterThan(0);
    expect(taken % 28).toBe(0);
  });

  it("is calm on less than four weeks of evidence", () => {
    const input = { ...trial({ long: () => 0.1 }), from: SPLIT - 27 };
    expect(modesOf(input).slice(0, 28)).toEqual(Array.from({ length: 28 }, () => "calm"));
    expect(modesOf(input)[28]).toBe("long");
  });

  it("looks at earlier days only", () => {
    const change = fc.record({
      day: fc.integer({ min: FROM, max: DAYS - 1 }),
      mode: fc.constantFrom<Mode>(...MODES),
      factor: fc.constantFrom(0, 0.5, 2, 10),
    });
    const levels = fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(levels, levels, change, (short, long, { day, mode, factor }) => {
        const at = (values: readonly number[]) => (on: number) => values[Math.floor(on / 30)] ?? 1;
        const input = trial({ short: at(short), long: at(long) });
        const spending = {
          ...input.spending,
          [mode]: input.spending[mode].map((cost, on) => (on < day ? cost : cost * factor)),
        };
        const known = (all: readonly Mode[]): readonly Mode[] => all.slice(0, Math.max(0, day + 1 - SPLIT));
        expect(known(modesOf({ ...input, spending }))).toEqual(known(modesOf(input)));
      }),
    );
  });
});

describe("the mode now", () => {
  it("is what the timeline would choose on the day after its last", () => {
    expect(modeNow(trial({ short: () => 0.9, long: () => 0.8 }))).toBe("long");
    expect(modeNow(trial({ long: (day) => (day < DAYS - 28 ? 0.5 : 1.01) }))).toBe("calm");
    expect(modeNow(trial({}))).toBe("calm");
  });
});
