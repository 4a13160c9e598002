/**
 * `astra apply` is killed with SIGKILL fifty times at random moments; after the last start every object has its class,
 * its content and all that its owner stored, nothing is left open, and the report says just that. `node
 * tools/soak-apply.ts` does the same with 10,000 objects. moto ignores the conditions of a copy, so races are tested
 * elsewhere (test/simulation).
 */
import { beforeAll, describe, expect, it } from "vitest";

import { ensureMoto } from "../../tools/test-servers.ts";
import { type ApplyOutcome, runApplyTrial } from "../support/apply-trial.ts";

const OBJECTS = 4_000;
const KILLS = 50;
/** Three in four are old enough for another class. */
const MOVES = 3_000;

const moto = await ensureMoto();
const missing = "missing" in moto ? moto.missing : undefined;
const note = missing === undefined ? "" : ` (not run: ${missing})`;

describe.skipIf(missing !== undefined)(`an apply that is killed again and again${note}`, () => {
  let outcome: ApplyOutcome;

  beforeAll(async () => {
    outcome = await runApplyTrial({ objects: OBJECTS, kills: KILLS, seed: 20_260_401 });
  }, 600_000);

  it("was killed many times before it came through", () => {
    expect(outcome.planned).toMatchObject({ ok: true, plan: { totals: { moves: MOVES } } });
    // A fast machine may be through with the plan before the fiftieth.
    expect(outcome.kills).toBeGreaterThanOrEqual(KILLS / 2);
    expect(outcome.last.status, outcome.last.stderr).toBe(0);
  });

  it("leaves every object in its class, with its content and all that was stored with it", () => {
    expect(outcome.found).toHaveLength(OBJECTS);
    const wrong = outcome.found.filter((object, index) => !isEqual(object, outcome.expected[index]));
    expect(wrong).toEqual([]);
  });

  it("leaves no upload open", () => {
    expect(outcome.openUploads).toBe(0);
  });

  it("reports each move once", () => {
    const counts = { state: "done", done: MOVES, failed: 0, skipped: 0, restoring: 0, movedBytes: MOVES * 12_000 };
    expect(outcome.report).toMatchObject({ ok: true, run: counts, faults: [] });
    expect(JSON.parse(outcome.last.stdout)).toMatchObject({ ok: true, moved: MOVES, run: counts });
  });

  it("has nothing more to do", () => {
    expect(outcome.again.status).toBe(1);
    expect(JSON.parse(outcome.again.stdout)).toMatchObject({ ok: false, error: { code: "ASTRA_PLAN_APPLIED" } });
  });
});

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
