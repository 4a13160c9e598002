/** Faults that a schema found in a YAML file, each at its place and in the file's own words. */
import { z } from "zod";
import type { Fault } from "./faults.ts";
import { wording } from "./load.ts";
import { nearestWord } from "./suggest.ts";
import type { YamlFile } from "./yaml-file.ts";

/** Every fault, in the order of the file. */
export function schemaFaults(error: z.ZodError, schema: z.ZodType, file: YamlFile): readonly Fault[] {
  const issues = error.issues.flatMap((issue) => [...leaves(issue, [])]);
  return issues
    .filter((issue) => issue.code !== "custom" || !issues.some((other) => isWithin(other, issue)))
    .flatMap((issue) => faultsOf(issue, schema, file))
    .toSorted((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
}

/** What is wrong with a part explains what is wrong with the whole. */
function isWithin(part: z.core.$ZodIssue, whole: z.core.$ZodIssue): boolean {
  const isDeeper = part.path.length > whole.path.length || (part !== whole && part.code === "unrecognized_keys");
  return isDeeper && whole.path.every((step, index) => part.path[index] === step);
}

/** A schema's own words come before those of the library. */
function words(issue: z.core.$ZodIssue): string {
  const isOwn = issue.code === "invalid_type" || issue.code === "invalid_union";
  return isOwn && !issue.message.startsWith("Invalid input") ? issue.message : wording(issue);
}

/** Of a choice between forms, the faults of the form that was meant: the one whose kind of value was given. */
function* leaves(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): Generator<z.core.$ZodIssue> {
  const path = [...before, ...issue.path];
  const meant =
    issue.code === "invalid_union"
      ? issue.errors.find((branch) => branch.every((each) => each.path.length > 0 || !isOfAnotherKind(each)))
      : undefined;
  if (!meant || meant.length === 0) yield { ...issue, path };
  else for (const inner of meant) yield* leaves(inner, path);
}

function isOfAnotherKind({ code }: z.core.$ZodIssue): boolean {
  return code === "invalid_type" || code === "invalid_value";
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, file: YamlFile): Fault[] {
  const { name, lines } = file;
  const label = issue.path.map((step) => (typeof step === "number" ? step + 1 : String(step))).join(".");
  if (issue.code !== "unrecognized_keys") {
    const subject = label === "" ? "the file" : label;
    return [{ file: name, lines, position: file.positionOf(issue.path), text: `${subject}: ${words(issue)}` }];
  }
  const root: unknown = z.toJSONSchema(schema, { io: "input" });
  const known = namesIn(root, issue.path).filter((word) => word !== "$schema");
  return issue.keys.map((key) => {
    const nearest = nearestWord(key, known);
    const hint = nearest === null ? `known here: ${known.join(", ")}` : `did you mean ${nearest}?`;
    const text = `unknown field ${label === "" ? key : `${label}.${key}`}; ${hint}`;
    return { file: name, lines, position: file.positionOfKey(issue.path, key), text };
  });
}

/** Names that a mapping at `path` may hold. */
function namesIn(root: unknown, path: readonly PropertyKey[]): readonly string[] {
  let nodes: readonly unknown[] = [root];
  for (const step of path) nodes = nodes.flatMap(forms).flatMap((node) => child(node, step));
  return nodes.flatMap(forms).flatMap((node) => Object.keys(recordAt(node, "properties")));
}

function forms(node: unknown): readonly unknown[] {
  const choices = isRecord(node) ? node["anyOf"] : undefined;
  return Array.isArray(choices) ? choices.flatMap(forms) : [node];
}

function child(node: unknown, step: PropertyKey): readonly unknown[] {
  if (!isRecord(node)) return [];
  const found = typeof step === "number" ? node["items"] : recordAt(node, "properties")[String(step)];
  return [found ?? node["additionalProperties"]];
}

function recordAt(node: unknown, name: string): Readonly<Record<string, unknown>> {
  const found = isRecord(node) ? node[name] : undefined;
  return isRecord(found) ? found : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
