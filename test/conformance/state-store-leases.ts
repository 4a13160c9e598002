/** Leases: one holder at a time, tokens that only grow. */
import { expect, test } from "vitest";
import type { LeaseRequest } from "../../src/ports/state-store.ts";
import { NOW_MS } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

const TTL_MS = 1000;

function request(holder: string, over: Partial<LeaseRequest> = {}): LeaseRequest {
  return { name: "bucket:photos", holder, nowMs: NOW_MS, ttlMs: TTL_MS, isGone: () => false, ...over };
}

export function leaseTests(create: () => Promise<StateBackend>): void {
  test("a lease is one holder's until it runs out; renewing keeps its token and prolongs it", () =>
    withState(create, async (store, backend) => {
      await using other = await backend.open();
      expect(await store.acquireLease(request("a"))).toEqual({ name: "bucket:photos", token: 1 });
      const held = { heldBy: "a", untilMs: NOW_MS + TTL_MS };
      expect(await other.acquireLease(request("b", { nowMs: NOW_MS + TTL_MS - 1 }))).toEqual(held);
      const renewed = await store.acquireLease(request("a", { nowMs: NOW_MS + 500 }));
      expect(renewed).toEqual({ name: "bucket:photos", token: 1 });
      const later = { ...held, untilMs: NOW_MS + 500 + TTL_MS };
      expect(await other.acquireLease(request("b", { nowMs: NOW_MS + TTL_MS }))).toEqual(later);
      const taken = await other.acquireLease(request("b", { nowMs: NOW_MS + 500 + TTL_MS }));
      expect(taken).toEqual({ name: "bucket:photos", token: 2 });
      const late = await store.acquireLease(request("a", { nowMs: NOW_MS + 500 + TTL_MS }));
      expect(late).toMatchObject({ heldBy: "b" });
    }));

  test("of a holder that is gone the lease is taken at once; others are only asked about", () =>
    withState(create, async (store) => {
      const asked: string[] = [];
      const isGone = (holder: string): boolean => {
        asked.push(holder);
        return holder === "dead";
      };
      await store.acquireLease(request("dead", { isGone }));
      expect(await store.acquireLease(request("a", { isGone }))).toEqual({ name: "bucket:photos", token: 2 });
      expect(await store.acquireLease(request("b", { isGone }))).toMatchObject({ heldBy: "a" });
      expect(asked).toEqual(["dead", "a"]);
    }));

  test("a lease given back is free, with a higher token; giving back an old one changes nothing", () =>
    withState(create, async (store) => {
      const first = { name: "bucket:photos", token: 1 };
      await store.acquireLease(request("a"));
      await store.releaseLease(first);
      expect(await store.acquireLease(request("b"))).toEqual({ ...first, token: 2 });
      await store.releaseLease(first);
      expect(await store.acquireLease(request("c"))).toMatchObject({ heldBy: "b" });
      await store.releaseLease({ ...first, token: 2 });
      expect(await store.acquireLease(request("b"))).toEqual({ ...first, token: 3 });
      await store.releaseLease({ name: "bucket:never-taken", token: 1 });
    }));

  test("a holder whose lease ran out and was not taken has it still", () =>
    withState(create, async (store) => {
      const lease = await store.acquireLease(request("a"));
      expect(await store.acquireLease(request("a", { nowMs: NOW_MS + 10 * TTL_MS }))).toEqual(lease);
    }));

  test("leases of different names are apart", () =>
    withState(create, async (store) => {
      await store.acquireLease(request("a"));
      expect(await store.acquireLease(request("b", { name: "bucket:docs" }))).toEqual({
        name: "bucket:docs",
        token: 1,
      });
    }));

  test("of many that ask at once, in two processes, one gets it", () =>
    withState(create, async (store, backend) => {
      await using other = await backend.open();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => (at % 2 ? store : other).acquireLease(request(`holder ${at}`))),
      );
      const taken = answers.filter((answer) => "token" in answer);
      expect(taken).toEqual([{ name: "bucket:photos", token: 1 }]);
      expect(new Set(answers.map((answer) => ("heldBy" in answer ? answer.heldBy : "")))).toHaveProperty("size", 2);
    }));
}
