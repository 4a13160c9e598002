/**
 * A policy file of a kilobyte made the process run for hours: mappings as names of mappings are written out by the YAML
 * library in time that doubles with each level. Files with a fault at every character of one long line took time by the
 * square of their length, as did mappings of very many names.
 */
import { expect, test } from "vitest";
import { parsePolicies } from "../../src/config/policy-file.ts";
import { AstraError } from "../../src/core/errors.ts";

function fault(text: string): AstraError {
  try {
    parsePolicies("p.yaml", text);
  } catch (error) {
    if (error instanceof AstraError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

test("mappings as names of mappings are refused at their place", () => {
  expect(fault("? ".repeat(500))).toMatchObject({ code: "ASTRA_POLICY_INVALID", where: "p.yaml:1:3" });
  expect(fault("policies: []\n? [a]\n: 1\n")).toMatchObject({ where: "p.yaml:2:3" });
  expect(fault("!!binary aaaa: 1\n").message).toContain("a name must be plain text");
});

test("a fault at every character is told by the first ones", () => {
  const error = fault('"'.repeat(20_000));
  expect(error.message.length).toBeLessThan(5000);
  expect(error.message).toMatch(/and \d+ more$/);
});

test("a name that stands twice is found among very many, and only in its own mapping", () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`);
  expect(fault([...names, "k7: 2"].join("\n"))).toMatchObject({ where: "p.yaml:20001:1" });
  expect(fault("a: { x: 1 }\nb: { x: 1 }\n").message).toContain("unknown field a");
});
