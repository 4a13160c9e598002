/** Every field of the configuration as a flat table, derived from the schema: for the environment and the reference page. */
import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The parts of JSON Schema that zod makes of our schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly example?: unknown;
  readonly description?: string;
}

export interface ConfigField {
  /** `log.kafka.brokers`; an entry of a record is written `buckets.NAME.region`. */
  readonly path: string;
  /** `null` for fields of a record's entries, which have no variable. */
  readonly environment: string | null;
  /** In words: `integer`, `text`, `one of sqlite, kafka`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly default: unknown;
  readonly example: unknown;
  readonly description: string;
  readonly node: SchemaNode;
}

let jsonSchema: SchemaNode | null = null;
let fields: readonly ConfigField[] | null = null;

/** The JSON Schema of astra.yaml; made once. */
export function configJsonSchema(): SchemaNode {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- zod's type allows all of JSON Schema, ours what it makes
  return (jsonSchema ??= z.toJSONSchema(configSchema, { io: "input" }) as SchemaNode);
}

/** Leaves of the schema in its own order. */
export function configFields(): readonly ConfigField[] {
  return (fields ??= [...leaves(configJsonSchema(), [], [])].filter((field) => field.path !== "$schema"));
}

function* leaves(node: SchemaNode, path: readonly string[], required: readonly string[]): Generator<ConfigField> {
  if (node.properties) {
    for (const [name, child] of Object.entries(node.properties))
      yield* leaves(child, [...path, name], node.required ?? []);
    return;
  }
  if (typeof node.additionalProperties === "object") {
    yield* leaves(node.additionalProperties, [...path, "NAME"], []);
    return;
  }
  yield {
    path: path.join("."),
    environment: path.includes("NAME") ? null : environmentName(path),
    type: typeInWords(node),
    isRequired: required.includes(path.at(-1) ?? ""),
    default: node.default,
    example: node.example,
    description: node.description ?? "",
    node,
  };
}

/** `log.kafka.brokers` is ASTRA_LOG_KAFKA_BROKERS. */
export function environmentName(path: readonly string[]): string {
  return ["astra", ...path].join("_").toUpperCase();
}

function typeInWords(node: SchemaNode): string {
  if (node.anyOf) return node.anyOf.map(typeInWords).join(" or ");
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum) return `one of ${node.enum.map((word) => `\`${word}\``).join(", ")}`;
  if (node.type === "array") return `list of ${typeInWords(node.items ?? {})}`;
  return node.type === "string" ? "text" : (node.type ?? "any");
}

/** Names a mapping at `path` may hold; empty where any name goes. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  let node: SchemaNode | undefined = configJsonSchema();
  for (const step of path) {
    const more: boolean | SchemaNode | undefined = node?.additionalProperties;
    node = node?.properties?.[String(step)] ?? (typeof more === "object" ? more : undefined);
  }
  return Object.keys(node?.properties ?? {});
}
