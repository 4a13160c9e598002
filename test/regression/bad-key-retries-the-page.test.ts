/**
 * One object of a listing that could not be read made a lifecycle service try the whole page of a thousand again, for as
 * long as that object was there (scality/backbeat, pull requests 2447 and 2725). Here a fault of an object is the outcome of
 * that object's own line; only what no other object would be spared ends a run.
 */
import { describe, expect, test } from "vitest";
import { S3Error } from "../../src/sandbox/s3-error.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import { MOVING_BUCKET, movingWorld } from "../support/moving-world.ts";

const KEYS = Array.from({ length: 60 }, (_, index) => `k${String(index).padStart(2, "0")}`);
const BAD = "k30";
const TRIES = 3;

/** Requests by operation and key. */
function counted(operation: string) {
  const requests = new Map<string, number>();
  const onRequest = (name: string, _bucket: string, key: string): void => {
    if (key === "") return;
    requests.set(`${name} ${key}`, (requests.get(`${name} ${key}`) ?? 0) + 1);
    if (name === operation && key === BAD) throw new S3Error("InternalError", "this key is broken");
  };
  return { requests, onRequest };
}

describe.each(["HeadObject", "CopyObject"])("a key whose every %s fails", (operation) => {
  test("fails by itself: every other key is worked on once, and it is not tried for ever", async () => {
    const { requests, onRequest } = counted(operation);
    await using world = await movingWorld({
      onRequest,
      store: { retry: { attempts: TRIES, baseMs: 1, capMs: 1 } },
    });
    for (const key of KEYS) world.put(key);
    const planId = await world.plan(KEYS, "STANDARD_IA");
    const run = await applyPlan({ ctx: world.ctx, input: { planId } });
    expect(run).toMatchObject({ state: "partly", done: KEYS.length - 1, failed: 1, skipped: 0, stopReason: null });
    expect(Object.keys(run.reasons)).toEqual([expect.stringMatching(/^ASTRA_STORE_/)]);
    for (const key of KEYS.filter((each) => each !== BAD)) {
      expect(requests.get(`CopyObject ${key}`), key).toBe(1);
      // Before the copy and after it.
      expect(requests.get(`HeadObject ${key}`), key).toBe(2);
    }
    // A copy that failed may have worked: each further try first looks whether it has.
    expect(requests.get(`${operation} ${BAD}`)).toBe(TRIES);
    const before = new Map(requests);
    const idle = await continueMoves({ ctx: world.ctx, input: { bucket: MOVING_BUCKET } });
    expect(idle).toEqual({ done: 0, failed: 0, skipped: 0, waiting: 0 });
    expect(requests).toEqual(before);
  });
});
