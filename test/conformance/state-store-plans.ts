/** Plans and runs. */
import { expect, test } from "vitest";
import type { PlannedMove } from "../../src/core/plan.ts";
import { RUN_STATES } from "../../src/ports/state-store.ts";
import { auditEntry, collect, inPages, planHeader, plannedMove, runRecord } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

const MOVES = Array.from({ length: 2345 }, (_, index) => plannedMove(`m\u0000${index}`));

export function planTests(create: () => Promise<StateBackend>): void {
  test("a plan comes back with its moves in order, from any place on", () =>
    withState(create, async (store) => {
      const header = planHeader("p1");
      expect(
        await store.putPlan(
          "p1",
          inPages(MOVES, 700),
          () => header,
          () => auditEntry("plan"),
        ),
      ).toEqual(header);
      expect(await store.plan("p1")).toEqual(header);
      const stored = await collect(store.plannedMoves("p1"));
      expect(stored.map(({ move }) => move)).toEqual(MOVES);
      expect(stored.map(({ seq }) => seq)).toEqual(MOVES.map((_, index) => index));
      expect(await collect(store.plannedMoves("p1", 2000))).toEqual(stored.slice(2001));
      expect(await collect(store.plannedMoves("p1", 2344))).toEqual([]);
      expect(await store.auditEntries({ limit: 1 })).toMatchObject([auditEntry("plan")]);
      expect(await store.plan("p2")).toBeUndefined();
      expect(await collect(store.plannedMoves("p2"))).toEqual([]);
    }));

  test("a plan without moves is a plan", () =>
    withState(create, async (store) => {
      await store.putPlan(
        "empty",
        inPages<PlannedMove>([], 10),
        () => planHeader("empty"),
        () => auditEntry("plan"),
      );
      expect(await store.plan("empty")).toEqual(planHeader("empty"));
      expect(await collect(store.plannedMoves("empty"))).toEqual([]);
    }));

  test("nobody sees a plan before its header, and others can write meanwhile", () =>
    withState(create, async (store, backend) => {
      await using other = await backend.open();
      const seen: unknown[] = [];
      async function* watched(): AsyncGenerator<readonly PlannedMove[]> {
        for await (const page of inPages(MOVES, 1000)) {
          yield page;
          await other.audit(auditEntry("meanwhile"));
          seen.push(await other.plan("p"), await collect(other.plannedMoves("p")));
        }
      }
      await store.putPlan(
        "p",
        watched(),
        () => planHeader("p"),
        () => auditEntry("plan"),
      );
      expect(seen).toEqual([undefined, [], undefined, [], undefined, []]);
      expect(await collect(other.plannedMoves("p"))).toHaveLength(MOVES.length);
    }));

  test("a plan that fails half-way leaves nothing and can be made again", () =>
    withState(create, async (store) => {
      async function* failing(): AsyncGenerator<readonly PlannedMove[]> {
        yield* inPages(MOVES, 1000);
        throw new RangeError("the listing broke off");
      }
      const attempt = store.putPlan(
        "p",
        failing(),
        () => planHeader("p"),
        () => auditEntry("plan"),
      );
      await expect(attempt).rejects.toThrow("the listing broke off");
      expect(await store.plan("p")).toBeUndefined();
      expect(await store.auditEntries({ limit: 9 })).toEqual([]);
      await store.putPlan(
        "p",
        inPages(MOVES.slice(0, 3), 2),
        () => planHeader("p"),
        () => auditEntry("plan"),
      );
      expect(await collect(store.plannedMoves("p"))).toHaveLength(3);
    }));

  test("a run is started, finished and found by its plan; the newest come first", () =>
    withState(create, async (store) => {
      const first = runRecord("r1", { planId: "p1", startedMs: 1000 });
      await store.startRun(first, auditEntry("start r1"));
      await store.startRun(runRecord("r2", { planId: "p2", startedMs: 2000 }), auditEntry("start r2"));
      const finished = runRecord("r1", {
        planId: "p1",
        startedMs: 1000,
        finishedMs: 3000,
        state: "partly",
        done: 5,
        failed: 1,
        skipped: 2,
        restoring: 3,
        movedBytes: 2 ** 52,
        feeMicros: 12.5,
        savingMicrosPerMonth: 99.75,
        reasons: { changed: 2, throttled: 1 },
        stopReason: "fee cap of the run",
      });
      expect(await store.runOfPlan("p1")).toEqual(first);
      await store.finishRun(finished, auditEntry("finish r1"));
      expect(await store.runOfPlan("p1")).toEqual(finished);
      expect(await store.runOfPlan("p3")).toBeUndefined();
      expect(await store.run("r1")).toEqual(finished);
      expect(await store.run("r3")).toBeUndefined();
      expect((await store.runs(10)).map(({ id }) => id)).toEqual(["r2", "r1"]);
      expect((await store.runs(1)).map(({ id }) => id)).toEqual(["r2"]);
      const actions = (await store.auditEntries({ limit: 10 })).map(({ action }) => action);
      expect(actions).toEqual(["finish r1", "start r2", "start r1"]);
    }));

  test("counts that change after a run's end are no entry of the audit trail; every state of a run is kept", () =>
    withState(create, async (store) => {
      await store.startRun(runRecord("r"), auditEntry("start"));
      for (const state of RUN_STATES) {
        const run = runRecord("r", { state, stopReason: state === "stopped" ? "brake" : null });
        await store.finishRun(run);
        expect(await store.run("r")).toEqual(run);
      }
      expect((await store.auditEntries({ limit: 10 })).map(({ action }) => action)).toEqual(["start"]);
    }));
}
