import fc from "fast-check";
import { expect, it } from "vitest";
import { DueQueue } from "./due-queue.ts";

it("gives what is due, earliest first, equal instants in the order they came", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 100 }), fc.nat({ max: 20 }), (dues, now) => {
      const queue = new DueQueue<number>();
      for (const [order, due] of dues.entries()) queue.push(due, order);
      const taken: { dueMs: number; item: number }[] = [];
      for (let entry = queue.popDue(now); entry; entry = queue.popDue(now))
        taken.push({ dueMs: entry.dueMs, item: entry.item });
      const expected = dues.map((dueMs, item) => ({ dueMs, item })).filter((entry) => entry.dueMs <= now);
      expect(taken).toEqual(expected.toSorted((a, b) => a.dueMs - b.dueMs || a.item - b.item));
    }),
  );
});
