import { describe, expect, it } from "vitest";
import { LADDER, hotterTier } from "./tier.ts";

describe("the hotter of two tiers", () => {
  it("is the one further up the ladder, in either order", () => {
    for (const [index, hotter] of LADDER.entries()) {
      for (const colder of LADDER.slice(index)) {
        expect(hotterTier(hotter, colder)).toBe(hotter);
        expect(hotterTier(colder, hotter)).toBe(hotter);
      }
    }
  });
});
