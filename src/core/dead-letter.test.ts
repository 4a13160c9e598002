import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEAD_LETTER_HEADERS, deadLetterFacts, retriedHeaders } from "./dead-letter.ts";

const OURS = {
  "astra-reason-code": "ASTRA_EVENT_INVALID",
  "astra-reason": "time: is missing",
  "astra-partition": "3",
  "astra-offset": "123456789012",
};

describe("headers of a dead letter", () => {
  test("are taken apart", () => {
    expect(deadLetterFacts({ trace: "t", ...OURS })).toEqual({
      code: "ASTRA_EVENT_INVALID",
      reason: "time: is missing",
      from: { partition: 3, offset: 123_456_789_012n },
      attempts: 0,
      headers: { trace: "t" },
    });
  });

  test.each(["", "-1", "1e3", "0x10", "9".repeat(16), "NaN"])("an attempts header of %j counts as none", (text) => {
    expect(deadLetterFacts({ "astra-attempts": text }).attempts).toBe(0);
  });

  test("a place that is none is left out", () => {
    expect(deadLetterFacts({ ...OURS, "astra-offset": "later" }).from).toBeNull();
    expect(deadLetterFacts({})).toEqual({ code: null, reason: null, from: null, attempts: 0, headers: {} });
  });

  test("sent again, the producer's own headers are as they were, and the attempts are one more", () => {
    const header = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(header, fc.nat({ max: 1000 }), (own, attempts) => {
        const sent = { ...own, ...OURS, [DEAD_LETTER_HEADERS.attempts]: String(attempts) };
        const { "astra-attempts": now, ...kept } = retriedHeaders(deadLetterFacts(sent));
        expect(now).toBe(String(attempts + 1));
        expect(new Map(Object.entries(kept))).toEqual(
          new Map(
            Object.entries(own).filter(([name]) => !Object.hasOwn(OURS, name) && name !== DEAD_LETTER_HEADERS.attempts),
          ),
        );
      }),
    );
  });
});
