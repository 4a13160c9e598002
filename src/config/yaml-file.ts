/** Reads astra.yaml so that every later fault can name its line. */
import { LineCounter, isMap, isScalar, parseDocument } from "yaml";
import { AstraError } from "../core/errors.ts";
import { CONFIG_FAULT, type Fault, type FaultKind, faultsError } from "./faults.ts";
import { keyFaults } from "./yaml-keys.ts";

/** Far above any real file; keeps a wrong path to a huge file from being read whole into a parser. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Aliases may repeat a few blocks, not multiply them without end ("billion laughs"). */
const MAX_ALIASES = 100;
/** Deeper than any file of ours; a parser spends its stack on each level. */
const MAX_DEPTH = 64;

const KEY_FAULTS = { twice: "Map keys must be unique", no_text: "a name must be plain text" } as const;

export interface YamlFile {
  readonly name: string;
  readonly value: unknown;
  readonly lines: readonly string[];
  /** Place of the value at `path`, or of its nearest ancestor in the file. */
  positionOf(path: readonly PropertyKey[]): Position;
  /** Place of the name `key` in the mapping at `path`. */
  positionOfKey(path: readonly PropertyKey[], key: string): Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** @throws AstraError ASTRA_CONFIG_INVALID, or the code of `kind`, with every fault's line and column. */
export function parseYamlFile(name: string, text: string, kind: FaultKind = CONFIG_FAULT): YamlFile {
  if (text.length > MAX_FILE_BYTES) throw new AstraError(kind.code, "the file is larger than 1 MiB", { where: name });
  checkDepth(name, text, kind);
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    version: "1.2",
    schema: "core",
    uniqueKeys: false,
    prettyErrors: false,
  });
  const lines = text.split(/\r?\n/);
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (problems: readonly (readonly [text: string, offset: number])[]): void => {
    if (problems.length === 0) return;
    const faults = problems.map(([message, offset]): Fault => ({
      file: name,
      lines,
      position: at(offset),
      text: message,
    }));
    throw faultsError(faults, kind);
  };
  refuse([...document.errors, ...document.warnings].map(({ message, pos }) => [withoutContent(message), pos[0]]));
  refuse(keyFaults(document).map((fault) => [KEY_FAULTS[fault.kind], fault.offset]));
  const positionOf = (path: readonly PropertyKey[]): Position => {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const start = rangeStart(node);
      if (start !== null) return at(start);
    }
    return { line: 1, column: 1 };
  };
  const keysOf = new WeakMap<object, ReadonlyMap<string, unknown>>();
  const positionOfKey = (path: readonly PropertyKey[], key: string): Position => {
    const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    if (!isMap(map)) return positionOf(path);
    // Kept, as a file can have very many unknown names in one mapping.
    const keys =
      keysOf.get(map) ?? new Map(map.items.map((item) => [isScalar(item.key) ? String(item.key.value) : "", item.key]));
    keysOf.set(map, keys);
    const start = rangeStart(keys.get(key));
    return start === null ? positionOf(path) : at(start);
  };
  return { name, value: toValue(document, name, kind), lines, positionOf, positionOfKey };
}

/** The parser ends some messages with a piece of the file, which may be a piece of a secret. */
function withoutContent(message: string): string {
  return message.replace(/: .*$/s, "");
}

/** Counted without regard to quotes: a bracket in a text is nearly always closed in it. */
function checkDepth(name: string, text: string, kind: FaultKind): void {
  let open = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const dashes = /^(?:\s*-(?=\s))+/.exec(line)?.[0].replaceAll(/\s/g, "").length ?? 0;
    for (const character of line) {
      if (character === "[" || character === "{") open += 1;
      else if (character === "]" || character === "}") open = Math.max(0, open - 1);
      if (open + dashes <= MAX_DEPTH) continue;
      throw new AstraError(kind.code, `nested more than ${MAX_DEPTH} deep`, { where: `${name}:${index + 1}:1` });
    }
  }
}

function rangeStart(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return null;
  const start: unknown = node.range[0];
  return typeof start === "number" ? start : null;
}

function toValue(document: ReturnType<typeof parseDocument>, where: string, kind: FaultKind): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return value ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AstraError(kind.code, withoutContent(message), {
      where,
      cause: error,
      fix: "Write the repeated blocks out.",
    });
  }
}
