/** Small looks at the syntax tree: long functions, impure calls, declared names, undocumented exports. */
import { type SourceFile, type SyntaxNode, childOf, lineOf, nameOf, nodesOf } from "./source-tree.ts";

const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** Functions of at least `most` lines, as `file:line (n lines)`. */
export function longFunctions(file: SourceFile, most: number): string[] {
  const found: string[] = [];
  for (const node of nodesOf(file.parsed.program)) {
    if (!FUNCTIONS.has(node.type)) continue;
    const first = lineOf(file, node.start);
    const lines = lineOf(file, node.end) - first + 1;
    if (lines >= most) found.push(`${file.path}:${first} (${lines} lines)`);
  }
  return found;
}

const IMPURE_OBJECTS: ReadonlySet<string> = new Set(["process", "performance", "crypto", "globalThis", "console"]);
const IMPURE_CALLS: ReadonlySet<string> = new Set(["setTimeout", "setInterval", "setImmediate", "fetch", "Date"]);
const IMPURE_MEMBERS: ReadonlySet<string> = new Set(["Date.now", "Math.random"]);

/** Uses of clock, chance, environment or I/O. `new Date(ms)` is only arithmetic. */
export function impurities(file: SourceFile): string[] {
  return [...nodesOf(file.parsed.program)]
    .filter(isImpure)
    .map((node) => `${file.path}:${lineOf(file, node.start)} ${file.text.slice(node.start, node.end)}`);
}

function isImpure(node: SyntaxNode): boolean {
  const callee = nameOf(childOf(node, "callee"));
  if (node.type === "CallExpression") return callee !== null && IMPURE_CALLS.has(callee);
  if (node.type === "NewExpression") {
    const args = node["arguments"];
    return callee === "Date" && Array.isArray(args) && args.length === 0;
  }
  if (node.type !== "MemberExpression") return false;
  const object = childOf(node, "object");
  if (object?.type !== "Identifier") return false;
  const name = nameOf(object) ?? "";
  return IMPURE_OBJECTS.has(name) || IMPURE_MEMBERS.has(`${name}.${nameOf(childOf(node, "property"))}`);
}

const TYPES: ReadonlySet<string> = new Set(["ClassDeclaration", "TSInterfaceDeclaration", "TSTypeAliasDeclaration"]);

/** Names of the classes, interfaces and types a file declares. */
export function typeNames(file: SourceFile): string[] {
  return [...nodesOf(file.parsed.program)].filter((node) => TYPES.has(node.type)).map((node) => nameOf(node) ?? "");
}

/**
 * Exports without TSDoc, on themselves or (an interface) on one of their fields. Left out: a type drawn from a value
 * (`(typeof TIERS)[number]`, `z.infer<…>`), which has nothing to add to it.
 */
export function undocumentedExports(file: SourceFile): string[] {
  const docs = file.parsed.comments.filter((each) => each.type === "Block" && each.value.startsWith("*"));
  const isDocumented = (node: SyntaxNode) =>
    docs.some((each) => each.end <= node.start && file.text.slice(each.end, node.start).trim() === "");
  const hasDocumentedField = (node: SyntaxNode) => docs.some((each) => each.start > node.start && each.end < node.end);
  const found: string[] = [];
  for (const node of nodesOf(file.parsed.program)) {
    const declared = node.type === "ExportNamedDeclaration" ? childOf(node, "declaration") : null;
    if (!declared || isDocumented(node) || isDrawnFromValue(file, declared)) continue;
    if (declared.type === "TSInterfaceDeclaration" && hasDocumentedField(declared)) continue;
    const firstLine = file.text.slice(node.start, node.end).split("\n", 1)[0] ?? "";
    found.push(`${file.path}:${lineOf(file, node.start)} ${firstLine}`);
  }
  return found;
}

function isDrawnFromValue(file: SourceFile, node: SyntaxNode): boolean {
  if (node.type !== "TSTypeAliasDeclaration") return false;
  return /\btypeof\b/.test(file.text.slice(node.start, node.end));
}
