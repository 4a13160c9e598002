import { expect, test } from "vitest";
import { readAhead } from "./read-ahead.ts";

interface Fake {
  readonly name: number;
  open(): AsyncIterable<Uint8Array>;
}

test("files come in order with all their bytes, some of them fetched before, never more than bound", async () => {
  let open = 0;
  let most = 0;
  const files: Fake[] = Array.from({ length: 50 }, (_, name) => ({
    name,
    open: async function* () {
      open += 1;
      most = Math.max(most, open);
      const piece = new Uint8Array(100_000).fill(name);
      try {
        for (let at = 0; at < 10; at += 1) yield piece;
      } finally {
        // What was given must not be needed any more.
        piece.fill(255);
        open -= 1;
      }
    },
  }));
  const seen: number[] = [];
  for await (const { file, pieces } of readAhead(files)) {
    let bytes = 0;
    for await (const piece of pieces) {
      expect(piece.every((byte) => byte === file.name)).toBe(true);
      bytes += piece.length;
    }
    expect(bytes).toBe(1_000_000);
    seen.push(file.name);
  }
  expect(seen).toEqual(files.map(({ name }) => name));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(17);
  expect(open).toBe(0);
});

test("a fault comes out at its file, and leaving early closes what was opened", async () => {
  let open = 0;
  const files: Fake[] = [0, 1, 2, 3].map((name) => ({
    name,
    open: async function* () {
      open += 1;
      try {
        if (name === 1) throw new RangeError("gone");
        yield new Uint8Array(1);
      } finally {
        open -= 1;
      }
    },
  }));
  const outcomes: string[] = [];
  for await (const { file, pieces } of readAhead(files)) {
    try {
      for await (const piece of pieces) outcomes.push(`${file.name}: ${piece.length}`);
    } catch (error) {
      outcomes.push(String(error));
    }
    if (file.name === 2) break;
  }
  expect(outcomes).toEqual(["0: 1", "RangeError: gone", "2: 1"]);
  expect(open).toBe(0);
});
