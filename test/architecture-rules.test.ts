/** Proves that the rules of architecture.test.ts see what they are there to see. */
import { describe, expect, it } from "vitest";
import { FORBIDDEN_WORDS } from "./support/forbidden-words.ts";
import { forbiddenImports, importCycles, layerRules } from "./support/layers.ts";
import { parseSource } from "./support/source-tree.ts";
import { impurities, longFunctions, typeNames, undocumentedExports } from "./support/structure.ts";
import { asserts, assertingFunctions, testCalls } from "./support/test-calls.ts";

const RULES = layerRules(["s3", "kafka", "system"]);

describe("the layer rules", () => {
  it.each([
    { path: "src/core/a.ts", source: `import { readFile } from "node:fs";` },
    { path: "src/core/a.ts", source: `import type { Clock } from "../ports/clock.ts";` },
    { path: "src/core/a.ts", source: `export { x } from "../services/x.ts";` },
    { path: "src/core/a.ts", source: `const x = await import("undici");` },
    { path: "src/ports/a.ts", source: `import { z } from "zod";` },
    { path: "src/services/a.ts", source: `import { S3 } from "../adapters/s3/object-store.ts";` },
    { path: "src/services/a.ts", source: `import { configSchema } from "../config/schema.ts";` },
    { path: "src/services/a.ts", source: `import type { F } from "../config/fields.ts";` },
    { path: "src/services/a.ts", source: `import { readFile } from "node:fs/promises";` },
    { path: "src/adapters/s3/a.ts", source: `import { x } from "../kafka/x.ts";` },
    { path: "src/adapters/s3/a.ts", source: `import type { X } from "../../services/x.ts";` },
    { path: "src/sandbox/a.ts", source: `import { x } from "undici";` },
    { path: "src/config/a.ts", source: `import { x } from "../ports/clock.ts";` },
    { path: "src/apps/cli/commands/list.ts", source: `import { x } from "../../../adapters/s3/x.ts";` },
    { path: "src/apps/server/routes/a.ts", source: `import { x } from "../../../sandbox/x.ts";` },
    { path: "src/elsewhere/a.ts", source: `` },
  ])("refuse $source in $path", ({ path, source }) => {
    expect(forbiddenImports(parseSource(path, source), RULES)).toHaveLength(1);
  });

  it.each([
    { path: "src/core/a.ts", source: `import { z } from "zod"; import { x } from "./units.ts";` },
    { path: "src/services/a.ts", source: `import type { Config } from "../config/schema.ts";` },
    { path: "src/services/a.ts", source: `import { createHash } from "node:crypto";` },
    { path: "src/adapters/s3/a.ts", source: `import { request } from "undici"; import { x } from "./x.ts";` },
    { path: "src/apps/wiring.ts", source: `import { x } from "../adapters/s3/x.ts";` },
    { path: "src/apps/demo/a.ts", source: `import { x } from "../../sandbox/x.ts";` },
    { path: "src/apps/cli/commands/sandbox.ts", source: `import { x } from "../../../sandbox/x.ts";` },
  ])("allow $source in $path", ({ path, source }) => {
    expect(forbiddenImports(parseSource(path, source), RULES)).toEqual([]);
  });

  it("find cycles of loading: of values, not of types or of what is loaded when needed", () => {
    const a = parseSource("src/core/a.ts", `import { b } from "./b.ts";`);
    const values = parseSource("src/core/b.ts", `import { a } from "./a.ts";`);
    const types = parseSource("src/core/b.ts", `import type { A } from "./a.ts";`);
    expect(importCycles([a, values])).toEqual(["src/core/a.ts → src/core/b.ts → src/core/a.ts"]);
    expect(importCycles([a, types])).toEqual([]);
    expect(importCycles([a, parseSource("src/core/b.ts", `await import("./a.ts");`)])).toEqual([]);
  });
});

describe("purity", () => {
  it.each(["Date.now()", "new Date()", "Math.random()", "process.env", "fetch(url)", "setTimeout(go, 1)", "Date()"])(
    "is broken by %s",
    (expression) => {
      expect(impurities(parseSource("src/core/a.ts", `export const x = ${expression};`))).toHaveLength(1);
    },
  );

  it.each(["new Date(ms)", "Date.parse(text)", "Date.UTC(2025, 1)", "Math.max(1, 2)", "{ process: 1 }"])(
    "is kept by %s",
    (expression) => {
      expect(impurities(parseSource("src/core/a.ts", `export const x = ${expression};`))).toEqual([]);
    },
  );
});

describe("the other rules", () => {
  it("count the lines of every kind of function", () => {
    const body = "go();\n".repeat(70);
    const kinds = [`function f() {\n${body}}`, `const f = () => {\n${body}};`, `class C {\n m() {\n${body}}\n}`];
    for (const source of kinds) expect(longFunctions(parseSource("src/a.ts", source), 70)).toHaveLength(1);
    expect(longFunctions(parseSource("src/a.ts", "function f() {\n}"), 70)).toEqual([]);
  });

  it("see exports without TSDoc", () => {
    const undocumented = (text: string) => undocumentedExports(parseSource("src/core/a.ts", text)).length;
    expect(undocumented("/** The file. */\nimport x from 'x';\nexport function f() {}")).toBe(1);
    expect(undocumented("// not TSDoc\nexport const x = 1;")).toBe(1);
    expect(undocumented("export interface A { b: 1 }")).toBe(1);
    expect(undocumented("/** Does. */\nexport function f() {}")).toBe(0);
    expect(undocumented("export interface A {\n/** Unit. */\nb: 1 }")).toBe(0);
    expect(undocumented("/** All. */\nexport const T = [1] as const;\nexport type A = (typeof T)[number];")).toBe(0);
  });

  it("see the names of types", () => {
    const text = "class A {} interface B {} type C = 1; const d = class {};";
    expect(typeNames(parseSource("src/a.ts", text))).toEqual(["A", "B", "C"]);
  });

  it("see every declaration of a test with its modifiers", () => {
    const text = `describe("a", () => { it.only("b", () => {}); test.each([1])("c %d", () => { expect(1); }); });
      describe.skipIf(true)("d", () => {}); it(name, () => work()); other("e", () => {});`;
    const calls = testCalls(parseSource("test/a.test.ts", text));
    expect(calls.map(({ kind, modifiers, name, isPassedOn }) => [kind, modifiers.join(), name, isPassedOn])).toEqual([
      ["describe", "", `"a"`, false],
      ["it", "only", `"b"`, false],
      ["test", "each", `"c %d"`, false],
      ["describe", "skipIf", `"d"`, false],
      ["it", "", "name", true],
    ]);
    expect(calls[2]?.body).toContain("expect(1)");
  });

  it("follow a test into the functions that assert for it", () => {
    const text = `function same(a, b) { expect(a).toBe(b); } const all = (x) => same(x, x); const idle = () => 1;
      function untilDone(x) { if (!x) throw new Error(); }`;
    const asserting = assertingFunctions([parseSource("test/a.test.ts", text)]);
    expect(asserts("() => all(1)", asserting)).toBe(true);
    expect(asserts("() => idle()", asserting)).toBe(false);
    expect(asserts("() => 'expected'", asserting)).toBe(false);
  });

  it("know the words that do not belong here", () => {
    const found = (text: string) => FORBIDDEN_WORDS.filter(({ pattern }) => pattern.test(text)).length;
    expect(found(["https://registry.", "npmjs.org/x"].join(""))).toBe(1);
    expect(found(["see /wo", "rk/main"].join(""))).toBe(1);
    expect(found(["a pro", "mpt here"].join(""))).toBe(1);
    expect(found("promptly, network/root, framework/x, user-agent, ~/root")).toBe(0);
  });
});
