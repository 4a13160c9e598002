/** The calls that declare tests in a file: `it(…)`, `test.each(…)(…)`, `describe.skipIf(…)(…)`. */
import { type SourceFile, type SyntaxNode, childOf, lineOf, nameOf, nodesOf } from "./source-tree.ts";

export interface TestCall {
  readonly at: string;
  /** `it`, `test`, `describe`, or `check` of a conformance suite. */
  readonly kind: string;
  /** `only`, `skip`, `each` …, outermost first. */
  readonly modifiers: readonly string[];
  /** Source of the name. */
  readonly name: string;
  /** The name is a variable: the call passes on a test that is declared elsewhere. */
  readonly isPassedOn: boolean;
  /** Source of everything after the name. */
  readonly body: string;
}

const KINDS: ReadonlySet<string> = new Set(["it", "test", "describe", "check"]);

/** Root name and modifiers of a callee such as `it.each(…)` or `describe.skipIf`; `null` for any other. */
function calleeChain(node: SyntaxNode | null): { kind: string; modifiers: string[] } | null {
  if (!node) return null;
  if (node.type === "Identifier") {
    const kind = nameOf(node);
    return kind !== null && KINDS.has(kind) ? { kind, modifiers: [] } : null;
  }
  if (node.type === "CallExpression") return calleeChain(childOf(node, "callee"));
  if (node.type !== "MemberExpression") return null;
  const inner = calleeChain(childOf(node, "object"));
  const modifier = nameOf(childOf(node, "property"));
  return inner && modifier !== null ? { kind: inner.kind, modifiers: [...inner.modifiers, modifier] } : inner;
}

function isFunction(node: SyntaxNode | undefined): boolean {
  return node?.type === "ArrowFunctionExpression" || node?.type === "FunctionExpression";
}

/** Every declaration of a test or suite in a file. A call without a function among its arguments is a table or condition. */
export function testCalls(file: SourceFile): TestCall[] {
  const calls: TestCall[] = [];
  for (const node of nodesOf(file.parsed.program)) {
    if (node.type !== "CallExpression") continue;
    const chain = calleeChain(childOf(node, "callee"));
    const args = node["arguments"];
    if (!chain || !Array.isArray(args)) continue;
    const [first, ...rest]: SyntaxNode[] = args;
    if (!first || !rest.some(isFunction)) continue;
    calls.push({
      ...chain,
      at: `${file.path}:${lineOf(file, node.start)}`,
      name: file.text.slice(first.start, first.end),
      isPassedOn: first.type === "Identifier",
      body: file.text.slice(first.end, node.end),
    });
  }
  return calls;
}

const FUNCTIONS: ReadonlySet<string> = new Set(["FunctionDeclaration", "VariableDeclarator"]);

/** Names of the functions of these files that assert, directly or through one another. */
export function assertingFunctions(files: readonly SourceFile[]): Set<string> {
  const bodies = new Map<string, string>();
  for (const file of files) {
    for (const node of nodesOf(file.parsed.program)) {
      const name = FUNCTIONS.has(node.type) ? nameOf(node) : null;
      if (name !== null) bodies.set(name, `${bodies.get(name) ?? ""}${file.text.slice(node.start, node.end)}`);
    }
  }
  const asserting = new Set(["expect", "assert"]);
  for (let before = 0; before < asserting.size;) {
    before = asserting.size;
    for (const [name, body] of bodies) if (asserts(body, asserting)) asserting.add(name);
  }
  return asserting;
}

/** Whether a piece of source calls one of the asserting functions. */
export function asserts(source: string, asserting: ReadonlySet<string>): boolean {
  if (/\b(?:expect\.(?:poll|soft|unreachable)|assert\.\w+)\(/.test(source)) return true;
  for (const [, name = ""] of source.matchAll(/\b(\w+)(?:<[^()]*>)?\(/g)) if (asserting.has(name)) return true;
  return false;
}
