import { expect, test } from "vitest";
import { OTHER_VARIABLES } from "./environment.ts";
import { configFields } from "./fields.ts";
import { editDistance, nearestWord } from "./suggest.ts";

test("every field says what it is, and no two share a variable", () => {
  const fields = configFields();
  expect(fields.length).toBeGreaterThan(30);
  for (const field of fields) expect(field.description, field.path).toMatch(/\.$/);
  const variables = fields.flatMap(({ environment }) => (environment === null ? [] : [environment]));
  expect(new Set([...variables, ...Object.keys(OTHER_VARIABLES)]).size).toBe(
    variables.length + Object.keys(OTHER_VARIABLES).length,
  );
  expect(fields.find(({ path }) => path === "log.kafka.brokers")).toMatchObject({
    environment: "ASTRA_LOG_KAFKA_BROKERS",
    type: "list of text",
    isRequired: true,
  });
});

test.each([
  ["", "abc", 3],
  ["kitten", "sitting", 3],
  ["topik", "topic", 1],
  ["teh", "the", 1],
  ["same", "same", 0],
])("the distance of %j and %j is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test("only near words are suggested", () => {
  expect(nearestWord("partitons", ["path", "partitions"])).toBe("partitions");
  expect(nearestWord("zebra", ["path", "partitions"])).toBeNull();
});
