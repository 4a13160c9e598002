import { describe, expect, it } from "vitest";
import { SECOND_HALF, failuresOf } from "./seeds.ts";

describe("simulated worlds, even seeds", () => {
  it("keep every rule", { timeout: 900_000 }, async () => {
    expect(await failuresOf(SECOND_HALF)).toEqual([]);
  });
});
