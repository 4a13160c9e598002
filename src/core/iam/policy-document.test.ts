import fc from "fast-check";
import { expect, test } from "vitest";
import { S3_ACTIONS } from "../../adapters/s3/actions.ts";
import { SQS_ACTIONS } from "../../adapters/sqs/actions.ts";
import { COMMAND_NEEDS, QUEUE_NEEDS, READ_ONLY_COMMANDS, STORE_NEEDS, needsOf } from "./command-needs.ts";
import { BUCKET_TRAITS, type PolicyInput, neededActions, policyDocument } from "./policy-document.ts";

const ACTIONS = { ...S3_ACTIONS, ...SQS_ACTIONS };
const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:changes";
const KEY = "arn:aws:kms:eu-west-1:123456789012:key/k";
const inputs: fc.Arbitrary<PolicyInput> = fc.record({
  bucket: fc.constant("data"),
  partition: fc.constantFrom("aws" as const, "aws-cn" as const),
  needs: fc.subarray([...STORE_NEEDS, ...QUEUE_NEEDS]),
  traits: fc.subarray([...BUCKET_TRAITS]).map((traits) => new Set(traits)),
  isReadOnly: fc.boolean(),
  kmsKey: fc.constant(KEY),
  queue: fc.constant(QUEUE),
});

function actionsIn(input: PolicyInput): readonly string[] {
  return policyDocument(input, ACTIONS).Statement.flatMap(({ Action }) => Action);
}

test("each needed action stands in just one statement, and every statement has actions", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const needed = neededActions(input, ACTIONS).map(({ action }) => action);
      expect(actionsIn(input).toSorted()).toEqual(needed.toSorted());
      expect(new Set(needed).size).toBe(needed.length);
      const { Statement } = policyDocument(input, ACTIONS);
      expect(Statement.every(({ Action }) => Action.length > 0)).toBe(true);
      expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
    }),
  );
});

test("a statement has one resource, and that of its actions", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const on = new Map(Object.values(ACTIONS).flatMap((each) => each.map((one) => [one.action, one.on] as const)));
      const resources = {
        bucket: /:::data$/,
        object: /:::data\/\*$/,
        "kms-key": /^arn:aws:kms:/,
        queue: /^arn:aws:sqs:/,
      };
      for (const { Action, Resource } of policyDocument(input, ACTIONS).Statement)
        for (const action of Action) expect(Resource).toMatch(resources[on.get(action) ?? "bucket"]);
    }),
  );
});

test("less is asked for a part of the needs, for fewer traits, and for reading", () => {
  fc.assert(
    fc.property(inputs, inputs, (one, other) => {
      const whole = {
        ...one,
        needs: [...one.needs, ...other.needs],
        traits: new Set([...one.traits, ...other.traits]),
      };
      expect(actionsIn({ ...whole, isReadOnly: false })).toEqual(expect.arrayContaining([...actionsIn(one)]));
    }),
  );
});

test("commands for reading need nothing that changes anything, but the probes of doctor", () => {
  for (const command of READ_ONLY_COMMANDS.filter((name) => name !== "doctor")) {
    const input = { needs: needsOf([command]), traits: new Set(BUCKET_TRAITS), isReadOnly: false };
    expect(neededActions(input, ACTIONS).filter(({ changes }) => changes)).toEqual([]);
  }
  expect(READ_ONLY_COMMANDS.every((name) => name in COMMAND_NEEDS)).toBe(true);
  expect(needsOf(["nothing of the kind"])).toEqual([]);
});
