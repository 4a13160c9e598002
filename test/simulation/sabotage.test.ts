import { describe, expect, it } from "vitest";
import { SABOTAGES } from "./sabotage.ts";
import { SEEDS, firstFinding } from "./seeds.ts";

describe("a fault in our own code is found by the simulation", () => {
  it("of twelve kinds at least, each with a name of its own", () => {
    expect(new Set(SABOTAGES.map(({ name }) => name)).size).toBe(SABOTAGES.length);
    expect(SABOTAGES.length).toBeGreaterThanOrEqual(12);
  });

  it.each(SABOTAGES.map((sabotage) => ({ ...sabotage, sabotage })))(
    "$name: $fault",
    { timeout: 900_000 },
    async ({ sabotage }) => {
      const found = await firstFinding(sabotage, SEEDS);
      expect(found, `${SEEDS} seeds do not find ${sabotage.name}`).not.toBeNull();
      expect(found?.findings).not.toEqual([]);
    },
  );
});
