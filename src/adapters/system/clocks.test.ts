import { describe, expect, it } from "vitest";
import { OffsetClock } from "./offset-clock.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { WallClock } from "./wall-clock.ts";

describe("a virtual clock", () => {
  it("stands still, moves when told to, and never goes back", () => {
    const clock = new VirtualClock(1000);
    expect(clock.now()).toBe(1000);
    clock.advanceTo(1500);
    expect(clock.now()).toBe(1500);
    expect(() => clock.advanceTo(1499)).toThrow(RangeError);
    expect(() => clock.advanceTo(Number.NaN)).toThrow(RangeError);
  });

  it("wakes sleepers in the order of their instants, and those whose signal aborts", async () => {
    const clock = new VirtualClock(0);
    const woken: string[] = [];
    const abort = new AbortController();
    const sleeps = [
      clock.sleep(20).then(() => woken.push("20")),
      clock.sleep(10).then(() => woken.push("10")),
      clock.sleep(99, abort.signal).then(() => woken.push("aborted")),
      clock.sleep(0).then(() => woken.push("0")),
    ];
    abort.abort();
    await sleeps[2];
    clock.advanceTo(30);
    await Promise.all(sleeps);
    expect(woken.filter((name) => name === "10" || name === "20")).toEqual(["10", "20"]);
    expect(woken).toHaveLength(4);
  });
});

describe("a clock with an offset", () => {
  it("runs with wall time from where it was moved to, and wakes sleepers on the way", async () => {
    const clock = new OffsetClock();
    const day = 86_400_000;
    const sleeping = clock.sleep(day);
    const target = clock.now() + 2 * day;
    clock.advanceTo(target);
    await sleeping;
    expect(clock.now()).toBeGreaterThanOrEqual(target);
    expect(() => clock.advanceTo(target - day)).toThrow(RangeError);
    await clock.sleep(1);
  });
});

describe("the wall clock", () => {
  it("sleeps, and wakes when its signal aborts, before or meanwhile", async () => {
    const clock = new WallClock();
    const before = clock.now();
    await clock.sleep(2);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    await clock.sleep(1e12, AbortSignal.abort());
    const abort = new AbortController();
    const sleeping = clock.sleep(1e12, abort.signal);
    abort.abort();
    await sleeping;
    expect(abort.signal.aborted).toBe(true);
  });
});
