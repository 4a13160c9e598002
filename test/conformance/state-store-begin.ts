/** Moves that begin: within the caps, in the right of a lease, all of them written with what they cost. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NO_SPEND, type Spend, minusSpend, plusSpend } from "../../src/core/spend.ts";
import type { BeginMoves, Lease, StateStore } from "../../src/ports/state-store.ts";
import {
  BUCKET,
  FULL_PROGRESS,
  NOW_MS,
  auditEntry,
  collect,
  fullObject,
  journalEntry as entry,
  ref,
  runRecord,
} from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

const SCOPES = ["run:r", "day:2026-01-15"] as const;
const COST: Spend = { feeNanos: 1_001, objects: 1, bytes: 10 };

async function started(store: StateStore): Promise<Lease> {
  await store.startRun(runRecord("r"), auditEntry("start"));
  return taken(store, "first");
}

async function taken(store: StateStore, holder: string): Promise<Lease> {
  const request = { name: `bucket:${BUCKET}`, holder, nowMs: NOW_MS, ttlMs: 1000, isGone: () => true };
  const lease = await store.acquireLease(request);
  if ("heldBy" in lease) throw new Error(`held by ${lease.heldBy}`);
  return lease;
}

/** `count` intents from place `first` on, each of the same cost, let in by a cap on the run's objects. */
function moves(lease: Lease, first: number, count: number, most: number): BeginMoves {
  const entries = Array.from({ length: count }, (_, at) => entry("r", first + at, `k${first + at}`, "intent"));
  const admit = ([run = NO_SPEND]: readonly Spend[]): number => Math.max(0, Math.min(count, most - run.objects));
  return { lease, entries, spends: entries.map(() => COST), scopes: SCOPES, admit };
}

export function beginTests(create: () => Promise<StateBackend>): void {
  test("as many moves begin as are let in, with what they cost under every name", () =>
    withState(create, async (store) => {
      const lease = await started(store);
      const input = moves(lease, 0, 5, 3);
      expect(await store.beginMoves(input)).toBe(3);
      expect(await collect(store.journalOfRun("r"))).toEqual(input.entries.slice(0, 3));
      const cost = { feeNanos: 3_003, objects: 3, bytes: 30 };
      expect(await store.spent(["run:r", "unheard of", "day:2026-01-15"])).toEqual([cost, NO_SPEND, cost]);
      expect(await store.beginMoves(moves(lease, 3, 2, 3))).toBe(0);
      expect(await collect(store.journalOfRun("r"))).toHaveLength(3);
    }));

  test("moves are let in by what is spent under each name, and each keeps what is known of it", () =>
    withState(create, async (store) => {
      const lease = await started(store);
      await store.writeJournal({ entries: [], spends: [{ scope: "day:2026-01-15", ...COST }] });
      const line = entry("r", 4, "a", "intent", { progress: FULL_PROGRESS, dueMs: NOW_MS });
      let told: readonly Spend[] = [];
      const admit = (spent: readonly Spend[]): number => {
        told = spent;
        return 1;
      };
      await store.beginMoves({ lease, entries: [line], spends: [COST], scopes: SCOPES, admit });
      expect(told).toEqual([NO_SPEND, COST]);
      expect(await collect(store.journalOfRun("r"))).toEqual([line]);
    }));

  test("what cannot be decided leaves nothing behind", () =>
    withState(create, async (store) => {
      const input = moves(await started(store), 0, 2, 2);
      const broken = () => {
        throw new RangeError("no caps");
      };
      await expect(store.beginMoves({ ...input, admit: broken })).rejects.toThrow("no caps");
      for (const admit of [() => 3, () => -1, () => 0.5, () => NaN]) {
        await expect(store.beginMoves({ ...input, admit })).rejects.toThrow("cannot begin");
      }
      await expect(store.beginMoves({ ...input, spends: [COST] })).rejects.toThrow("cannot begin");
      const half = { ...COST, feeNanos: 0.5 };
      await expect(store.beginMoves({ ...input, spends: [COST, half] })).rejects.toThrow("integer");
      expect(await collect(store.journalOfRun("r"))).toEqual([]);
      expect(await store.spent(SCOPES)).toEqual([NO_SPEND, NO_SPEND]);
    }));

  test("two processes that begin at once stay within the cap together", () =>
    withState(create, async (store, backend) => {
      const lease = await started(store);
      await using other = await backend.open();
      const begun = await Promise.all(
        Array.from({ length: 10 }, (_, at) => (at % 2 ? store : other).beginMoves(moves(lease, at * 10, 10, 37))),
      );
      expect(begun.reduce((sum, count) => sum + count, 0)).toBe(37);
      expect(await collect(other.journalOfRun("r"))).toHaveLength(37);
      expect(await other.spent(["run:r"])).toEqual([{ feeNanos: 37 * 1_001, objects: 37, bytes: 370 }]);
    }));

  test("whoever was overtaken begins and writes nothing", () =>
    withState(create, async (store, backend) => {
      const old = await started(store);
      await store.putObjects([fullObject("a")]);
      await store.beginMoves(moves(old, 0, 1, 1));
      await using other = await backend.open();
      const lease = await taken(other, "second");
      const lost = { code: "ASTRA_LEASE_LOST", where: `bucket:${BUCKET}` };
      await expect(store.beginMoves(moves(old, 1, 1, 9))).rejects.toMatchObject(lost);
      const hold = { legalHold: true, retainUntilMs: null, seenAtMs: NOW_MS };
      const late = {
        entries: [entry("r", 0, "k0", "done")],
        holds: [{ ref: ref("a"), hold }],
        spends: [{ scope: "run:r", ...COST }],
      };
      await expect(store.writeJournal({ ...late, lease: old })).rejects.toMatchObject(lost);
      const unknown = { name: "bucket:never-taken", token: 1 };
      await expect(store.writeJournal({ ...late, lease: unknown })).rejects.toMatchObject({ code: "ASTRA_LEASE_LOST" });
      expect(await collect(store.journalOfRun("r"))).toEqual([entry("r", 0, "k0", "intent")]);
      expect(await store.object(ref("a"))).toEqual(fullObject("a"));
      expect(await store.spent(["run:r"])).toEqual([COST]);
      await other.writeJournal({ ...late, lease });
      expect(await collect(store.journalOfRun("r"))).toEqual(late.entries);
      expect(await store.object(ref("a"))).toEqual({ ...fullObject("a"), hold });
      expect(await store.spent(["run:r"])).toEqual([plusSpend(COST, COST)]);
    }));

  test("a line that cannot be written takes its spend and what it teaches with it", () =>
    withState(create, async (store) => {
      await store.putObjects([{ ...fullObject("a"), hold: null }]);
      const hold = { legalHold: true, retainUntilMs: null, seenAtMs: NOW_MS };
      const write = store.writeJournal({
        entries: [entry("no such run", 0, "a", "done")],
        holds: [{ ref: ref("a"), hold }],
        spends: [{ scope: "run:r", ...COST }],
      });
      await expect(write).rejects.toThrow("constraint");
      expect(await store.object(ref("a"))).toEqual({ ...fullObject("a"), hold: null });
      expect(await store.spent(["run:r"])).toEqual([NO_SPEND]);
    }));

  test("what is given back leaves no rest, whatever the order", async () => {
    const result = await fc.check(
      fc.asyncProperty(fc.array(spend, { minLength: 1, maxLength: 20 }), async (spends) => {
        await withState(create, async (store) => {
          const write = (each: Spend) => store.writeJournal({ entries: [], spends: [{ scope: "day", ...each }] });
          for (const each of spends) await write(each);
          expect(await store.spent(["day"])).toEqual([spends.reduce(plusSpend)]);
          for (const each of spends.toReversed()) await write(minusSpend(each));
          expect(await store.spent(["day"])).toEqual([NO_SPEND]);
        });
      }),
      { numRuns: 25 },
    );
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 60_000);

  test("sums past 2^53 are kept exactly, and never told as less than they are", () =>
    withState(create, async (store) => {
      const most = { feeNanos: Number.MAX_SAFE_INTEGER, objects: 1, bytes: Number.MAX_SAFE_INTEGER };
      const add = (each: Spend) => store.writeJournal({ entries: [], spends: [{ scope: "day", ...each }] });
      for (let times = 0; times < 3; times += 1) await add(most);
      expect(await store.spent(["day"])).toEqual([{ ...most, objects: 3 }]);
      for (let times = 0; times < 2; times += 1) await add(minusSpend(most));
      await add({ feeNanos: -1, objects: 0, bytes: -2 });
      const left = { feeNanos: most.feeNanos - 1, objects: 1, bytes: most.bytes - 2 };
      expect(await store.spent(["day"])).toEqual([left]);
    }));
}

const spend = fc.record({
  feeNanos: fc.integer({ min: 0, max: 2 ** 48 }),
  objects: fc.integer({ min: 0, max: 1000 }),
  bytes: fc.integer({ min: 0, max: 2 ** 48 }),
});
