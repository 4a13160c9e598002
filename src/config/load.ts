/** The configuration in force: flags over environment over astra.yaml over defaults, each fault named where it stands. */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { AstraError } from "../core/errors.ts";
import { type EnvironmentValue, readEnvironment } from "./environment.ts";
import { type Fault, faultsError } from "./faults.ts";
import { namesAt } from "./fields.ts";
import { type Config, configSchema } from "./schema.ts";
import { nearestWord } from "./suggest.ts";
import { type YamlFile, parseYamlFile } from "./yaml-file.ts";

export const DEFAULT_FILE = "astra.yaml";

/** A field set on the command line. */
export interface FlagValue {
  readonly path: readonly string[];
  /** As typed: `--bucket`. */
  readonly flag: string;
  readonly value: unknown;
}

export interface LoadConfigInput {
  /** `--config`; without it ASTRA_CONFIG, else astra.yaml where it is there. */
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly FlagValue[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read. */
  readonly file: string | null;
  readonly warnings: readonly string[];
}

/** @throws AstraError ASTRA_CONFIG_INVALID, ASTRA_CONFIG_MISSING, ASTRA_CONFIG_UNREADABLE */
export function loadConfig(input: LoadConfigInput): LoadedConfig {
  const named = input.file ?? (input.environment["ASTRA_CONFIG"] || undefined);
  const file = readFile(named ?? DEFAULT_FILE, named !== undefined);
  if (file && !isRecord(file.value)) {
    throw new AstraError("ASTRA_CONFIG_INVALID", "the file must be a mapping of fields", { where: `${file.name}:1:1` });
  }
  const layer = readEnvironment(input.environment);
  const merged: Record<string, unknown> = file && isRecord(file.value) ? structuredClone(file.value) : {};
  for (const { path, value } of [...layer.values, ...input.flags]) setAt(merged, path, value);
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) throw refused(parsed.error, file, layer.values, input.flags);
  checkTogether(parsed.data, file);
  return { config: parsed.data, file: file?.name ?? null, warnings: layer.warnings };
}

function readFile(name: string, isNamed: boolean): YamlFile | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(name));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" && !isNamed) return null;
    const reason =
      code === "ENOENT"
        ? "does not exist"
        : code === "ERR_ENCODING_INVALID_ENCODED_DATA"
          ? "is not UTF-8"
          : "cannot be read";
    throw new AstraError("ASTRA_CONFIG_UNREADABLE", `the configuration file ${reason}`, { where: name, cause: error });
  }
  return parseYamlFile(name, text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Mappings on the way are made; what is no mapping there is replaced, as the higher layer wins. */
function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = target;
  for (const step of path.slice(0, -1)) {
    const next = Object.hasOwn(node, step) ? node[step] : undefined;
    if (isRecord(next)) node = next;
    else {
      const made: Record<string, unknown> = {};
      setOwn(node, step, made);
      node = made;
    }
  }
  setOwn(node, path.at(-1) ?? "", value);
}

/** A plain assignment to `__proto__` would change every object there is. */
function setOwn(node: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(node, name, { value, writable: true, enumerable: true, configurable: true });
}

function refused(
  error: z.ZodError,
  file: YamlFile | null,
  environment: readonly EnvironmentValue[],
  flags: readonly FlagValue[],
): AstraError {
  const faults: Fault[] = [];
  for (const issue of error.issues) {
    const outside =
      flags.find(({ path }) => startsWith(issue.path, path)) ??
      environment.find(({ path }) => startsWith(issue.path, path));
    if (outside) {
      const where = "flag" in outside ? outside.flag : outside.variable;
      const text = `${issue.path.join(".")}: ${wording(issue)}`;
      return new AstraError("ASTRA_CONFIG_INVALID", text, { where, fix: `Correct the value of ${where}.` });
    }
    if (!file) return new AstraError("ASTRA_CONFIG_MISSING", `${issue.path.join(".")}: ${wording(issue)}`);
    faults.push(...fileFaults(issue, file));
  }
  const inOrder = faults.toSorted((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  return faultsError(inOrder);
}

function startsWith(path: readonly PropertyKey[], start: readonly string[]): boolean {
  return start.every((step, index) => String(path[index]) === step);
}

function fileFaults(issue: z.core.$ZodIssue, file: YamlFile): Fault[] {
  const { name, lines } = file;
  if (issue.code === "unrecognized_keys") {
    const known = namesAt(issue.path);
    return issue.keys.map((key) => {
      const nearest = nearestWord(key, known);
      const hint =
        nearest === null
          ? `known here: ${known.filter((word) => word !== "$schema").join(", ")}`
          : `did you mean ${nearest}?`;
      const text = `unknown field ${[...issue.path, key].join(".")}; ${hint}`;
      return { file: name, lines, position: file.positionOfKey(issue.path, key), text };
    });
  }
  const key = issue.path.at(-1);
  const isKeyFault = issue.code === "invalid_key" && key !== undefined;
  const position = isKeyFault ? file.positionOfKey(issue.path.slice(0, -1), String(key)) : file.positionOf(issue.path);
  return [{ file: name, lines, position, text: `${issue.path.join(".")}: ${wording(issue)}` }];
}

/** What is wrong, in the words of the file rather than of the schema library. */
export function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "is no valid name";
  if (issue.code === "invalid_type")
    return issue.input === undefined && /received undefined/.test(issue.message)
      ? "is missing"
      : `must be ${article(issue.expected)}`;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_union")
    return issue.errors.map((branch) => (branch[0] ? wording(branch[0]) : "")).join(", or ");
  if (issue.code === "invalid_format" && issue.format === "url") return "must be an http or https address";
  return issue.message;
}

function article(type: string): string {
  if (type === "string") return "text";
  if (type === "int") return "a whole number";
  if (type === "boolean") return "true or false";
  if (type === "array") return "a list";
  return type === "object" || type === "record" ? "a mapping" : `a ${type}`;
}

/** What no single field can say. */
function checkTogether(config: Config, file: YamlFile | null): void {
  if (config.log.kind !== "kafka" || config.log.kafka) return;
  const { line, column } = file?.positionOf(["log", "kind"]) ?? { line: 0, column: 0 };
  throw new AstraError("ASTRA_CONFIG_MISSING", "log.kind is kafka, but log.kafka.brokers is not set", {
    ...(file && line > 0 && { where: `${file.name}:${line}:${column}` }),
    fix: "Set log.kafka.brokers, ASTRA_LOG_KAFKA_BROKERS or --kafka-brokers HOST:PORT.",
  });
}

/**
 * The file of a field such as `prices`, as text, without a byte order mark.
 * @throws AstraError ASTRA_CONFIG_UNREADABLE, also where it is not UTF-8: a pattern with other characters would match nothing
 */
export function readNamedFile(path: string, field: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const isText = error instanceof TypeError;
    throw new AstraError(
      "ASTRA_CONFIG_UNREADABLE",
      `the file named by ${field} ${isText ? "is not UTF-8 text" : "cannot be read"}`,
      { where: path, cause: error, ...(isText && { fix: "Save the file as UTF-8." }) },
    );
  }
}
