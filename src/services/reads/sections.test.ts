import fc from "fast-check";
import { expect, test } from "vitest";
import { lineCount, sectionsOf } from "./sections.ts";

interface Cut {
  readonly text: string;
  readonly digest: string;
  readonly isLast: boolean;
  readonly overlong: number;
}

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const piece = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const next = bytes.subarray(at, at + size);
    piece.set(next);
    yield piece.subarray(0, next.length);
    // What was given is not valid any more.
    piece.fill(0);
  }
}

async function cutsOf(text: string, pieceBytes: number, sectionBytes: number): Promise<Cut[]> {
  const cuts: Cut[] = [];
  for await (const { bytes, ...rest } of sectionsOf(inPieces(text, pieceBytes), new Uint8Array(sectionBytes)))
    cuts.push({ text: new TextDecoder().decode(bytes), ...rest });
  return cuts;
}

const content = fc.array(fc.constantFrom("a", "bb", "\n", "\n", "ccccc")).map((parts) => parts.join(""));

test("sections are the content, whole lines each, cut alike however the pieces come", async () => {
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), async (text, a, b) => {
      const cuts = await cutsOf(text, a, 16);
      expect(cuts.map((cut) => cut.text).join("")).toBe(text);
      expect(cuts.filter((cut) => cut.isLast)).toHaveLength(text === "" ? 0 : 1);
      expect(await cutsOf(text, b, 16)).toEqual(cuts);
      for (const cut of cuts.slice(0, -1)) expect(cut.text.endsWith("\n") || cut.text.length === 16).toBe(true);
    }),
  );
});

test("a section's digest is that of all content up to its end", async () => {
  const [first, second] = await cutsOf("aaaa\nbbbb\ncc\n", 5, 10);
  expect(first).toMatchObject({ text: "aaaa\nbbbb\n", isLast: false });
  expect(second).toMatchObject({ text: "cc\n", isLast: true });
  expect((await cutsOf("aaaa\nbbbb\n", 3, 10))[0]).toEqual({ ...first, isLast: true });
  expect((await cutsOf("aaaa\nbbbb\nxx\n", 3, 10))[1]?.digest).not.toBe(second?.digest);
});

test("a line longer than a section is marked in all of them", async () => {
  const cuts = await cutsOf(`a\n${"x".repeat(25)}\nb\n`, 7, 10);
  expect(cuts.map(({ text, overlong }) => [text, overlong])).toEqual([
    ["a\n", 0],
    ["xxxxxxxxxx", 0],
    ["xxxxxxxxxx", 10],
    ["xxxxx\nb\n", 6],
  ]);
});

test("lines are counted with and without a last end", () => {
  const count = (text: string) => lineCount(new TextEncoder().encode(text));
  expect([count(""), count("a"), count("a\n"), count("\n\na")]).toEqual([0, 1, 1, 3]);
});
