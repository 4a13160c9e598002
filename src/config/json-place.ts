/** Reads JSON so that every later fault can name its line and column. */
import { LineCounter, isMap, isScalar, parseDocument, visit } from "yaml";
import { AstraError, type ErrorCode } from "../core/errors.ts";
import { keyFaults } from "./yaml-keys.ts";

export interface PlacedJson {
  readonly value: unknown;
  /** `FILE:LINE:COLUMN` of the name or list entry at `path`, or of its nearest ancestor in the file. */
  where(path: readonly PropertyKey[]): string;
}

type Document = ReturnType<typeof parseDocument>;

/** @throws AstraError with `code`: no JSON (`NaN` is none), or a name twice in one object */
export function parsePlacedJson(file: string, text: string, code: ErrorCode): PlacedJson {
  // JSON is YAML, whose parser keeps the places; what counts as JSON is left to the JSON parser.
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    version: "1.2",
    uniqueKeys: false,
  });
  const place = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const value = parse(
    text,
    (fault) => {
      const at = fault.word ? fault.word.offset : fault.offset;
      const message = fault.word ? `: ${JSON.stringify(fault.word.text.slice(0, SHOWN_CHARACTERS))} is no value` : "";
      return new AstraError(code, `the file is not JSON${message}`, { where: place(at), cause: fault.cause });
    },
    document,
  );
  const twice = keyFaults(document).find(({ kind }) => kind === "twice");
  if (twice) throw new AstraError(code, "a name stands twice in one object", { where: place(twice.offset) });
  return {
    value,
    where(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const start = rangeStart(nodeAt(document, path.slice(0, length)));
        if (start !== null) return place(start);
      }
      return `${file}:1:1`;
    },
  };
}

/** Of a word that is no value: a file of another kind may be one long word. */
const SHOWN_CHARACTERS = 40;

interface JsonFault {
  readonly offset: number;
  /** The first word that stands where a value should, such as `NaN`. */
  readonly word: { readonly text: string; readonly offset: number } | null;
  readonly cause: unknown;
}

function parse(text: string, refused: (fault: JsonFault) => AstraError, document: Document): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = /at position (\d+)/.exec(cause instanceof Error ? cause.message : "")?.[1];
    throw refused({ offset: at === undefined ? text.length : Number(at), word: strangeWord(document), cause });
  }
}

const JSON_WORD = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

function strangeWord(document: Document): JsonFault["word"] {
  let found: JsonFault["word"] = null;
  visit(document, {
    Scalar(_key, node) {
      const text = node.source ?? "";
      if (node.type !== "PLAIN" || text === "" || JSON_WORD.test(text)) return undefined;
      found = { text, offset: rangeStart(node) ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

/** The entry of a list, or the name in an object: the value of a name stands beside it. */
function nodeAt(document: Document, path: readonly PropertyKey[]): unknown {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return document.getIn(path, true);
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))?.key;
}

function rangeStart(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return null;
  const start: unknown = node.range[0];
  return typeof start === "number" ? start : null;
}
