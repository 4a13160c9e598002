import fc from "fast-check";
import { expect, test } from "vitest";
import { type TrailPart, trailParts } from "./cloudtrail-parts.ts";

const OPTIONS = { buckets: null, excluded: new Set<string>(), named: [], latestMs: Number.POSITIVE_INFINITY };

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function parts(
  name: string,
  text: string,
  { size = 7, partBytes = 1 << 20 } = {},
): Promise<{ parts: TrailPart[]; form: string }> {
  const given: TrailPart[] = [];
  const all = trailParts(name, pieces(text, size), OPTIONS, partBytes);
  for (;;) {
    const { done, value } = await all.next();
    if (done) return { parts: given, form: value };
    given.push(value);
  }
}

const get = (key: string): object => ({
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  eventTime: "2026-01-02T03:04:05Z",
  requestParameters: { bucketName: "data", key },
});
const log = (...keys: string[]): string => JSON.stringify({ Records: keys.map(get) });
const digests = ({ parts: given }: { readonly parts: readonly TrailPart[] }): string[] =>
  given.map(({ digest }) => digest);

test("parts and digests are those of the records, wherever pieces end and whatever the file is called", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 400 }), async (keys, size) => {
      const whole = await parts("a", log(...keys), { size: 1 << 20, partBytes: 300 });
      const again = await parts("b", log(...keys), { size, partBytes: 300 });
      expect(again.parts.map(({ counts, reads }) => ({ counts, reads }))).toEqual(
        whole.parts.map(({ counts, reads }) => ({ counts, reads })),
      );
      // A last part without a record of its own is known by the file's name.
      const same = whole.parts.at(-1)?.counts.records === 0 ? -1 : undefined;
      expect(digests(again).slice(0, same)).toEqual(digests(whole).slice(0, same));
      expect(new Set(digests(whole)).size).toBe(whole.parts.length);
      expect(whole.parts.map(({ isLast }) => isLast)).toEqual(
        whole.parts.map((_, index) => index === whole.parts.length - 1),
      );
      expect(whole.parts.reduce((sum, { counts }) => sum + counts.records, 0)).toBe(keys.length);
    }),
    { numRuns: 50 },
  );
});

test("another file, other records, or records in another order have other digests", async () => {
  const first = digests(await parts("a", log("x", "y")));
  expect(digests(await parts("a", log("y", "x")))).not.toEqual(first);
  expect(digests(await parts("a", log("x", "y", "z")))).not.toEqual(first);
  expect(digests(await parts("a", log()))).not.toEqual(digests(await parts("b", log())));
});

test("a file that is cut gives its whole parts, and then tells", async () => {
  const whole = log("x", "y", "z");
  const given: TrailPart[] = [];
  const cut = async (): Promise<void> => {
    for await (const part of trailParts("trail.json", pieces(whole.slice(0, -20), 9), OPTIONS, 1)) given.push(part);
  };
  await expect(cut()).rejects.toMatchObject({ code: "ASTRA_TRAIL_INVALID", where: "trail.json" });
  expect(given).toHaveLength(2);
  expect(digests({ parts: given })).toEqual(digests(await parts("other", whole, { partBytes: 1 })).slice(0, 2));
});

test("a digest is none, and anything else is refused", async () => {
  expect(await parts("d", '{"digestStartTime":"x","logFiles":[]}')).toEqual({ parts: [], form: "digest" });
  await expect(parts("d", '{"hello":1}')).rejects.toMatchObject({ code: "ASTRA_TRAIL_INVALID" });
});
