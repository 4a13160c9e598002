/** The project's source files with their syntax trees, for the tests that guard its structure. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type ParseResult, parseSync } from "oxc-parser";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface Import {
  /** As written: `./units.ts`, `node:crypto`, `zod`. */
  readonly specifier: string;
  /** Path from the root where it names a file of the project, else `null`. */
  readonly file: string | null;
  readonly isTypeOnly: boolean;
  /** `import()`: loaded when it is needed, so it closes no cycle of loading. */
  readonly isLazy: boolean;
}

export interface SourceFile {
  /** From the root: `src/core/units.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly parsed: ParseResult;
}

/** A node of the syntax tree, as far as these tests look at one. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Every TypeScript file matching a pattern, sorted by path. */
export function sourceFiles(...patterns: readonly string[]): SourceFile[] {
  const paths = globSync([...patterns], { cwd: ROOT }).toSorted();
  return paths.map((path) => parseSource(path, readFileSync(join(ROOT, path), "utf8")));
}

/** One file from its text. */
export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  return { path, text, lines: text.split("\n").length - 1, imports: importsOf(path, text, parsed), parsed };
}

function importsOf(path: string, text: string, { module }: ParseResult): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, isTypeOnly: boolean, isLazy = false) => {
    const file = specifier.startsWith(".") ? relative(ROOT, join(ROOT, dirname(path), specifier)) : null;
    found.push({ specifier, file, isTypeOnly, isLazy });
  };
  for (const each of module.staticImports) {
    const isTypeOnly = each.entries.length > 0 && each.entries.every((entry) => entry.isType);
    add(each.moduleRequest.value, isTypeOnly);
  }
  for (const { entries } of module.staticExports) {
    for (const entry of entries) if (entry.moduleRequest) add(entry.moduleRequest.value, entry.isType);
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^["'`]([^"'`$]+)["'`]$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[1] !== undefined) add(literal[1], false, true);
  }
  return found;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Every node below (and with) `root`, parents first. */
export function* nodesOf(root: unknown): Generator<SyntaxNode> {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) waiting.push(...value.toReversed());
    else if (isNode(value)) {
      yield value;
      waiting.push(...Object.values(value).toReversed());
    }
  }
}

/** 1-based line of an offset. */
export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split("\n").length;
}

/** A field of a node that is itself a node. */
export function childOf(node: SyntaxNode, field: string): SyntaxNode | null {
  const value = node[field];
  return isNode(value) ? value : null;
}

/** The name of an identifier, or of a node whose `id` or `key` is one. */
export function nameOf(node: SyntaxNode | null): string | null {
  if (!node) return null;
  if (typeof node["name"] === "string") return node["name"];
  return nameOf(childOf(node, "id") ?? childOf(node, "key"));
}
