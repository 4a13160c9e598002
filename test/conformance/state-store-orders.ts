/** What operators order: the kill switch, runs, and what becomes of dead letters. */
import { expect, test } from "vitest";
import type { BrakeState, DeadLetterMark } from "../../src/ports/state-store.ts";
import { RUN_ORDERS } from "../../src/ports/state-store.ts";
import { LOG_ID, NOW_MS, auditEntry } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

const ON: BrakeState = { isOn: true, actor: "ann", atMs: NOW_MS, why: "a wrong rule" };
const DLQ = "data-events.dlq";

export function orderTests(create: () => Promise<StateBackend>): void {
  test("every process sees the switch as it was thrown last", () =>
    withState(create, async (store, backend) => {
      await using other = await backend.open();
      expect(await other.orders("r")).toEqual({ brake: null, run: "run" });
      await store.setBrake(ON, auditEntry("on"));
      expect(await other.orders("r")).toEqual({ brake: ON, run: "run" });
      const off: BrakeState = { isOn: false, actor: "bob", atMs: NOW_MS + 1, why: null };
      await other.setBrake(off, auditEntry("off"));
      expect(await store.orders("r")).toEqual({ brake: off, run: "run" });
      expect((await store.auditEntries({ limit: 5 })).map(({ action }) => action)).toEqual(["off", "on"]);
    }));

  test("an order is one run's; the last one counts", () =>
    withState(create, async (store, backend) => {
      await using other = await backend.open();
      for (const order of [...RUN_ORDERS, "run" as const]) {
        await store.setRunOrder("r", order, auditEntry(order));
        expect(await other.orders("r")).toEqual({ brake: null, run: order });
        expect(await other.orders("s")).toEqual({ brake: null, run: "run" });
      }
      const actions = (await store.auditEntries({ limit: 9 })).map(({ action }) => action);
      expect(actions).toEqual(["run", ...RUN_ORDERS.toReversed()]);
    }));

  test("an order whose audit entry cannot be written is not given", () =>
    withState(create, async (store) => {
      const unwritable = { ...auditEntry("on"), detail: { at: 1n } };
      await expect(store.setBrake(ON, unwritable)).rejects.toThrow("BigInt");
      await expect(store.setRunOrder("r", "stop", unwritable)).rejects.toThrow("BigInt");
      await expect(store.markDeadLetters(LOG_ID, DLQ, [mark(0, 0n)], unwritable)).rejects.toThrow("BigInt");
      expect(await store.orders("r")).toEqual({ brake: null, run: "run" });
      expect(await store.deadLetterMarks(LOG_ID, DLQ)).toEqual([]);
      expect(await store.auditEntries({ limit: 5 })).toEqual([]);
    }));

  test("dead letters are marked by their place in one log's topic, past 2^53; the last mark counts", () =>
    withState(create, async (store, backend) => {
      const far = mark(2, 2n ** 60n);
      await store.markDeadLetters(LOG_ID, DLQ, [far, mark(0, 7n), mark(0, 3n)], auditEntry("dlq"));
      await store.markDeadLetters(LOG_ID, "another.dlq", [mark(0, 1n)], auditEntry("dlq"));
      await store.markDeadLetters("another log", DLQ, [mark(0, 2n)], auditEntry("dlq"));
      const discarded: DeadLetterMark = { ...mark(0, 7n), outcome: "discarded", atMs: NOW_MS + 1 };
      await store.markDeadLetters(LOG_ID, DLQ, [discarded], auditEntry("dlq"));
      await using other = await backend.open();
      expect(await other.deadLetterMarks(LOG_ID, DLQ)).toEqual([mark(0, 3n), discarded, far]);
      expect(await other.deadLetterMarks(LOG_ID, "another.dlq")).toEqual([mark(0, 1n)]);
      expect(await other.deadLetterMarks("nobody's", DLQ)).toEqual([]);
    }));
}

function mark(partition: number, offset: bigint): DeadLetterMark {
  return { partition, offset, outcome: "retried", atMs: NOW_MS };
}
