import { expect, test } from "vitest";
import { lazyPort } from "./lazy.ts";

class Counter implements AsyncDisposable {
  closed = 0;
  readonly #start: number;
  constructor(start: number) {
    this.#start = start;
  }
  async next(step: number): Promise<number> {
    return this.#start + step;
  }
  async *upTo(end: number): AsyncIterable<number> {
    for (let n = this.#start; n <= end; n += 1) yield n;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.closed += 1;
  }
}

test("opens on first use, once, and forwards calls and streams", async () => {
  const opened: Counter[] = [];
  const open = async (): Promise<Counter> => {
    const counter = new Counter(1);
    opened.push(counter);
    return counter;
  };
  const lazy = lazyPort(open, ["upTo"]);
  const { port } = lazy;
  // A port may be the value of a promise, so it must not look like one.
  expect(await Promise.resolve(port)).toBe(port);
  expect(opened).toHaveLength(0);
  expect(await Promise.all([port.next(1), port.next(2)])).toEqual([2, 3]);
  expect(await Array.fromAsync(port.upTo(3))).toEqual([1, 2, 3]);
  expect(opened).toHaveLength(1);
  await lazy.close();
  await port[Symbol.asyncDispose]();
  expect(opened[0]?.closed).toBe(1);
});

test("what was never used is never opened, and a fault on opening reaches every caller", async () => {
  await lazyPort<Counter>(() => Promise.reject(new Error("must not be opened"))).close();
  const broken = lazyPort<Counter>(() => Promise.reject(new Error("no disk")), ["upTo"]);
  await expect(broken.port.next(1)).rejects.toThrow("no disk");
  await expect(Array.fromAsync(broken.port.upTo(1))).rejects.toThrow("no disk");
  await broken.close();
});
