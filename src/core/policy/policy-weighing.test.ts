import fc from "fast-check";
import { expect, test } from "vitest";
import { policyRules } from "../../../test/support/policies.ts";
import { AWS } from "../../../test/support/prices.ts";
import { objectView } from "../../../test/support/views.ts";
import type { ObjectView } from "../strategy.ts";
import { compilePolicies, constraintsOf } from "./policy-constraints.ts";

const RULES = policyRules(
  '- { name: hold, match: { key: "legal-*" }, action: { never_tier_down: true } }',
  '- { name: down, match: { key: "logs/**" }, action: { after: [{ idle: 30d, to: warm }, { age: 1 year, to: archive }] } }',
  "- { name: small, match: { size: { below: 16KiB } }, action: { strategy: cost } }",
  '- { name: tagged, match: { key: "**", tags: { keep: "*" } }, action: { floor: hot } }',
  '- { name: pin, match: { key: "logs/a", class: [STANDARD] }, action: { pin: cold } }',
  "- { name: young, match: { age: { below: 2 months } }, action: { max_latency: instant } }",
  '- { name: kept, match: { key: ["*.log", "logs/*"] }, duration: 3 years, action: { ceiling: warm } }',
  '- { name: readers, match: { key: "logs/**" }, reads_excluded_from: [crawler] }',
);

const view: fc.Arbitrary<ObjectView> = fc
  .record({
    key: fc.constantFrom("logs/a", "logs/b.log", "legal-1", "x/legal-2", "other"),
    storageClass: fc.constantFrom("STANDARD", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"),
    sizeBytes: fc.constantFrom(1, 2 ** 20),
    ageDays: fc.constantFrom(null, 1, 59, 60, 61, 62, 364, 365, 366, 1095, 1096, 5000),
    idleDays: fc.constantFrom(null, 0, 29.9, 30, 400),
  })
  .map((drawn) => objectView(drawn));
const tags = fc.constantFrom(undefined, {}, { keep: "1" });

const KEYED = [
  ...RULES.filter(({ match }) => match.keys.length > 0),
  ...policyRules(
    '- { name: floor, match: { key: "logs/**" }, action: { floor: warm } }',
    '- { name: ignored, match: { key: "*-2" }, action: ignore }',
    '- { name: ended, match: { key: "**" }, until: 1970-01-01, action: { floor: hot } }',
  ),
];

test.each([
  ["some without a key", RULES],
  ["all with a key", KEYED],
])("what rules come to is the same, found again or weighed anew, by the key or by bits: %s", (_, rules) => {
  const shared = compilePolicies(rules, AWS);
  fc.assert(
    fc.property(view, tags, fc.boolean(), (drawn, known, holdsUnknown) => {
      const object = known ? { ...drawn, tags: known } : drawn;
      const fresh = compilePolicies(rules, AWS);
      const expected = constraintsOf(fresh, object, object.atMs, holdsUnknown);
      let ruleBits = 0;
      for (const { keyBit, rule } of shared.compiled) {
        if (keyBit >= 0 && rule.match.keys.some((glob) => glob.matches(object.key))) ruleBits |= 1 << keyBit;
      }
      // With bits, the key itself is not asked.
      const byBits = { ...object, key: "unasked", ruleBits };
      for (const each of [object, byBits]) {
        expect(constraintsOf(shared, each, object.atMs, holdsUnknown)).toEqual(expected);
      }
    }),
    { numRuns: 400 },
  );
});

test("very many combinations are still weighed as they are", () => {
  const rules = policyRules(
    ...Array.from(
      { length: 16 },
      (_, index) => `- { name: r${index}, match: { key: "*${index}-*" }, action: { floor: warm } }`,
    ),
  );
  const set = compilePolicies(rules, AWS);
  for (let bits = 0; bits < 2 ** 16; bits += 1) {
    const { verdict } = constraintsOf(set, objectView({ ruleBits: bits }), 0);
    if (bits % 4099 === 0) {
      expect(verdict.rules).toEqual(rules.filter((_, index) => bits & (1 << index)).map(({ name }) => name));
    }
  }
  expect(constraintsOf(set, objectView({ ruleBits: 2 ** 16 - 1 }), 0).rulesText).toContain("r0, r1, r2");
});
