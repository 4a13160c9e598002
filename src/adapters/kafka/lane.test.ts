import { describe, expect, test } from "vitest";

import { Lane, type LaneSender } from "./lane.ts";
import type { OutgoingMessage } from "./wire.ts";

function message(text: string, size = 0): OutgoingMessage {
  return { topic: "t", partition: 0, value: Buffer.concat([Buffer.from(text), Buffer.alloc(size)]) };
}

const textOf = (each: OutgoingMessage): string => each.value?.subarray(0, 2).toString() ?? "";

/** A broker that writes batches one after the other, each when it is let. */
class Broker implements LaneSender {
  readonly batches: string[][] = [];
  readonly log: string[] = [];
  renewed = 0;
  answer: (messages: readonly OutgoingMessage[]) => readonly bigint[] = (messages) => {
    const first = this.log.length;
    this.log.push(...messages.map(textOf));
    return messages.map((_, index) => BigInt(first + index));
  };

  async send(messages: readonly OutgoingMessage[]): Promise<readonly bigint[]> {
    this.batches.push(messages.map(textOf));
    await Promise.resolve();
    return this.answer(messages);
  }

  async renew(): Promise<void> {
    this.renewed += 1;
  }
}

describe("lane", () => {
  test("joins what waits into the next batch and gives everybody their own offsets", async () => {
    const broker = new Broker();
    const lane = new Lane(broker);
    const calls = [lane.add([message("a1")]), lane.add([message("b1"), message("b2")]), lane.add([message("c1")])];
    expect(await Promise.all(calls)).toEqual([[0n], [1n, 2n], [3n]]);
    expect(broker.batches).toEqual([["a1"], ["b1", "b2", "c1"]]);
  });

  test("cuts a large call into pieces, and sends a record larger than a batch alone", async () => {
    const broker = new Broker();
    const lane = new Lane(broker);
    const large = 300 * 1024;
    const call = [message("a1", large), message("a2", large), message("a3", 3 * large), message("a4"), message("a5")];
    expect(await lane.add(call)).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(broker.batches).toEqual([["a1"], ["a2"], ["a3"], ["a4", "a5"]]);
  });

  test("a failed piece fails its call, takes the rest of it back, and leaves the others alone", async () => {
    const broker = new Broker();
    const { answer } = broker;
    broker.answer = (messages) => {
      if (messages.some((each) => textOf(each) === "a2")) throw new Error("refused");
      return answer(messages);
    };
    const lane = new Lane(broker);
    const large = 400 * 1024;
    const [bad, good] = await Promise.allSettled([
      lane.add([message("a1", large), message("a2", large), message("a3", large)]),
      lane.add([message("b1", large)]),
    ]);
    expect(bad).toMatchObject({ status: "rejected", reason: { message: "refused" } });
    expect(good).toEqual({ status: "fulfilled", value: [1n] });
    expect(broker.log).toEqual(["a1", "b1"]);
  });

  test("writes again what the broker took for a batch it has already", async () => {
    const broker = new Broker();
    const lane = new Lane(broker);
    await lane.add([message("a1")]);
    const { answer } = broker;
    broker.answer = () => {
      broker.answer = answer;
      return [0n];
    };
    expect(await lane.add([message("a2")])).toEqual([1n]);
    expect(broker.log).toEqual(["a1", "a2"]);
    expect(broker.renewed).toBe(1);
  });

  test("believes the second answer: a log that has lost its end goes on where it is", async () => {
    const broker = new Broker();
    const lane = new Lane(broker);
    await lane.add([message("a1"), message("a2")]);
    broker.log.length = 0;
    expect(await lane.add([message("b1")])).toEqual([1n]);
    expect(await lane.add([message("b2")])).toEqual([2n]);
    expect(broker.renewed).toBe(1);
  });
});
