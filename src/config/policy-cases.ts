/** Reads the cases of a policy test. */
import { z } from "zod";
import { REFUSALS } from "../core/decide.ts";
import { type Duration, parseDuration } from "../core/policy/duration.ts";
import type { CaseExpectation, PolicyCase } from "../core/policy/policy-case.ts";
import { parseSizeBytes } from "../core/units.ts";
import { type FaultKind, faultsError } from "./faults.ts";
import { POLICY_FAULT } from "./policy-file.ts";
import { schemaFaults } from "./schema-faults.ts";
import { parseYamlFile } from "./yaml-file.ts";

const CASE_FAULT: FaultKind = {
  code: POLICY_FAULT.code,
  fix: "Correct the named place; docs/policies.md shows the form of a test file.",
};

/** Reads are recorded one by one. */
const MOST_READS = 100_000;

const SPAN = "must be a span of time such as 90d, 12h, 2 months, 7 years";
const span = z.string(SPAN).transform((text, check): Duration => {
  const parsed = parseDuration(text);
  if (parsed) return parsed;
  check.addIssue({ code: "custom", message: SPAN });
  return z.NEVER;
});

const SIZE = "must be a size such as 128KiB, 1.5GB, 1024";
const size = z.union([z.number(), z.string()], { error: SIZE }).transform((value, check): number => {
  const bytes =
    typeof value === "string" ? parseSizeBytes(value) : Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (bytes !== null) return bytes;
  check.addIssue({ code: "custom", message: SIZE });
  return z.NEVER;
});

const text = z.string().min(1).max(1024);
const DECISIONS = ["stay", "move", "refuse"] as const;

const casesSchema = z.strictObject({
  cases: z
    .array(
      z.strictObject({
        name: text.optional(),
        at: z.iso.date().optional(),
        object: z.strictObject({
          key: text,
          bucket: text.default("bucket"),
          size: size,
          age: span,
          idle: span.optional(),
          in_class: span.optional(),
          class: text.default("STANDARD"),
          reads: z.number().int().nonnegative().max(MOST_READS).default(0),
          tags: z.record(text, z.string()).optional(),
          tenant: text.optional(),
        }),
        expect: z.union([
          z.enum(DECISIONS),
          z.strictObject({
            decision: z.enum(DECISIONS).optional(),
            class: text.optional(),
            reason: z.enum(REFUSALS).optional(),
            policy: text.optional(),
            create_in: text.optional(),
          }),
        ]),
      }),
    )
    .min(1)
    .max(10_000),
});

type ParsedCase = z.infer<typeof casesSchema>["cases"][number];

/** @throws AstraError ASTRA_POLICY_INVALID with every fault's line and column */
export function parsePolicyCases(name: string, fileText: string): readonly PolicyCase[] {
  const file = parseYamlFile(name, fileText, CASE_FAULT);
  const parsed = casesSchema.safeParse(file.value);
  if (!parsed.success) throw faultsError(schemaFaults(parsed.error, casesSchema, file), CASE_FAULT);
  return parsed.data.cases.map((each, index) => {
    const { line, column } = file.positionOf(["cases", index]);
    return caseOf(each, index, `${name}:${line}:${column}`);
  });
}

function caseOf(parsed: ParsedCase, index: number, where: string): PolicyCase {
  const { key, bucket, size: sizeBytes, age, idle, in_class, class: storageClass, reads, tags, tenant } = parsed.object;
  return {
    name: parsed.name ?? `case ${index + 1}`,
    where,
    atMs: parsed.at === undefined ? null : Date.parse(`${parsed.at}T00:00:00Z`),
    object: {
      key,
      bucket,
      sizeBytes,
      storageClass,
      age,
      idle: idle ?? null,
      inClass: in_class ?? null,
      reads,
      tags: tags ?? null,
      tenant: tenant ?? null,
    },
    expect: expectationOf(parsed.expect),
  };
}

function expectationOf(expected: ParsedCase["expect"]): CaseExpectation {
  const asked = typeof expected === "string" ? { decision: expected } : expected;
  return {
    decision: asked.decision ?? null,
    storageClass: asked.class ?? null,
    reason: asked.reason ?? null,
    policy: asked.policy ?? null,
    createIn: asked.create_in ?? null,
  };
}
