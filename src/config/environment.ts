/** Configuration from ASTRA_… variables, each named after its field. */
import { AstraError } from "../core/errors.ts";
import { type ConfigField, type SchemaNode, configFields } from "./fields.ts";
import { nearestWord } from "./suggest.ts";

/** Variables that are read elsewhere than in the schema. */
export const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  ASTRA_CONFIG: "Configuration file, as `--config`.",
  ASTRA_LOG_LEVEL: "Diagnostics on stderr: `debug`, `info`, `warn` (default), `error` or `silent`.",
  ASTRA_DEBUG: "`1` prints the stack of an error in Astra itself.",
};

export interface EnvironmentValue {
  readonly path: readonly string[];
  readonly variable: string;
  readonly value: unknown;
}

export interface EnvironmentLayer {
  readonly values: readonly EnvironmentValue[];
  /** About variables that name no field. */
  readonly warnings: readonly string[];
}

/** @throws AstraError ASTRA_CONFIG_INVALID, naming the variable. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): EnvironmentLayer {
  const given = Object.keys(environment).filter((name) => name.startsWith("ASTRA_") && !(name in OTHER_VARIABLES));
  if (given.length === 0) return { values: [], warnings: [] };
  const byVariable = new Map<string, ConfigField>();
  for (const field of configFields()) if (field.environment !== null) byVariable.set(field.environment, field);
  const values: EnvironmentValue[] = [];
  const warnings: string[] = [];
  for (const variable of given.toSorted()) {
    const text = environment[variable] ?? "";
    const field = byVariable.get(variable);
    if (field && text !== "")
      values.push({ path: field.path.split("."), variable, value: parse(field.node, text, variable) });
    if (!field) warnings.push(unknownVariable(variable, [...byVariable.keys()]));
  }
  return { values, warnings };
}

function unknownVariable(variable: string, known: readonly string[]): string {
  const nearest = nearestWord(variable, known);
  return `the variable ${variable} names no field of the configuration${nearest === null ? "" : `; did you mean ${nearest}?`}`;
}

/** The text as the field's type; what the schema then refuses is left to it. */
function parse(node: SchemaNode, text: string, variable: string): unknown {
  if (node.type === "array")
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  if (node.type === "boolean") return parseBoolean(text, variable);
  const takesNumber = [node, ...(node.anyOf ?? [])].some(({ type }) => type === "integer" || type === "number");
  return takesNumber && /^-?\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function parseBoolean(text: string, variable: string): boolean {
  const word = text.trim().toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) return true;
  if (["false", "0", "no", "off"].includes(word)) return false;
  throw new AstraError("ASTRA_CONFIG_INVALID", `${variable} must be true or false`, {
    where: variable,
    fix: `Set ${variable} to true or false.`,
  });
}
