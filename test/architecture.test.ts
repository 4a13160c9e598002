/** Guards the structure that ARCHITECTURE.md and CONTRIBUTING.md promise. A failure names the file and the rule. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERRORS } from "../src/core/errors.ts";
import { errorsPage } from "../tools/docs-errors.ts";
import { FORBIDDEN_WORDS } from "./support/forbidden-words.ts";
import { forbiddenImports, importCycles, layerRules } from "./support/layers.ts";
import { ROOT, type SourceFile, sourceFiles } from "./support/source-tree.ts";
import { impurities, longFunctions, typeNames, undocumentedExports } from "./support/structure.ts";
import { asserts, assertingFunctions, testCalls } from "./support/test-calls.ts";

const isTest = (file: SourceFile) => file.path.endsWith(".test.ts");
const below = (folder: string) => (file: SourceFile) => file.path.startsWith(folder);

const ALL = sourceFiles("src/**/*.ts", "test/**/*.ts", "tools/**/*.ts", "bench/**/*.ts", "examples/**/*.ts");
const SOURCES = ALL.filter(below("src/")).filter((file) => !isTest(file));
const ADAPTERS = [...new Set(SOURCES.filter(below("src/adapters/")).map(({ path }) => path.split("/")[2] ?? ""))];

function textOf(path: string): string {
  return existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : "";
}

describe("layers", () => {
  it("import only what they may know", () => {
    const rules = layerRules(ADAPTERS);
    expect(SOURCES.flatMap((file) => forbiddenImports(file, rules))).toEqual([]);
  });

  it("import files that exist, with their extension", () => {
    const isMissing = (file: string | null) => file !== null && !existsSync(join(ROOT, file));
    const dangling = ALL.flatMap(({ path, imports }) =>
      imports.filter(({ file }) => isMissing(file)).map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(dangling).toEqual([]);
  });

  it("are free of cycles of value imports", () => {
    expect(importCycles(SOURCES)).toEqual([]);
  });

  it("keep the core pure: no clock, no chance, no environment, no I/O", () => {
    expect(SOURCES.filter(below("src/core/")).flatMap(impurities)).toEqual([]);
  });

  it("hold every adapter of a port with a suite to that suite", () => {
    const missing = ["event-log", "object-store", "state-store"].flatMap((port) => {
      const name = port.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const implementing = SOURCES.filter(below("src/adapters/")).filter(({ text }) =>
        new RegExp(`(?:implements [^{]*\\b|\\): )${name}\\b`).test(text),
      );
      const proved = reachable(ALL.filter(({ path }) => path.startsWith(`test/conformance/${port}`)));
      const folders = new Set(implementing.map(({ path }) => path.split("/").slice(0, 3).join("/")));
      return [...folders]
        .filter((folder) => ![...proved].some((path) => path.startsWith(`${folder}/`)))
        .map((folder) => `${folder}: ${port}`);
    });
    expect(missing).toEqual([]);
  });
});

/** Every file that the given ones import, directly or through others. */
function reachable(from: readonly SourceFile[]): Set<string> {
  const byPath = new Map(ALL.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const waiting = from.map(({ path }) => path);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { file } of byPath.get(path)?.imports ?? []) if (file !== null) waiting.push(file);
  }
  return seen;
}

describe("sizes", () => {
  it("no file has more than 400 lines", () => {
    expect(ALL.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path} (${lines})`)).toEqual([]);
  });

  it("nine source files in ten have at most 250 lines, and half at most 120", () => {
    const lines = SOURCES.map((file) => file.lines).toSorted((a, b) => a - b);
    expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(250);
    expect(lines[Math.floor(lines.length * 0.5)]).toBeLessThanOrEqual(120);
  });

  it("functions stay under 70 lines", () => {
    const files = ALL.filter((file) => !isTest(file) && !file.path.startsWith("test/"));
    expect(files.flatMap((file) => longFunctions(file, 70))).toEqual([]);
  });

  it("folders nest at most three deep below src", () => {
    expect(SOURCES.filter(({ path }) => path.split("/").length - 2 > 3).map(({ path }) => path)).toEqual([]);
  });
});

const BAD_NAME = /^(?:I(?=[A-Z][a-z])|Base(?=[A-Z]|$))|(?:Helpers?|Utils?|Manager|Base)(?=[A-Z]|$)/;

describe("names", () => {
  it("of files are kebab-case", () => {
    const names = globSync(["{src,test,tools,bench,examples}/**/*.{ts,json}"], { cwd: ROOT });
    expect(names.filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)+$/.test(basename(path)))).toEqual([]);
  });

  it("of files and folders say what is in them", () => {
    const vague = /(?:^|[/-])(?:helpers?|utils?|manager|base|misc)(?=[-/.])|(?:^|\/)common\//;
    expect(ALL.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });

  it("of types are nouns of the field", () => {
    const bad = ALL.flatMap((file) =>
      typeNames(file)
        .filter((name) => BAD_NAME.test(name))
        .map((name) => `${file.path}: ${name}`),
    );
    expect(bad).toEqual([]);
  });
});

describe("documentation", () => {
  it("has TSDoc on every export of core and ports", () => {
    const files = SOURCES.filter(({ path }) => /^src\/(?:core|ports)\//.test(path));
    expect(files.flatMap(undocumentedExports)).toEqual([]);
  });

  it("lists every error code, as the code has it now", () => {
    expect(textOf("docs/errors.md") === errorsPage(), "docs/errors.md is not current: npm run docs").toBe(true);
  });

  it("has no error code that nothing uses", () => {
    const launchers = globSync("bin/*.mjs", { cwd: ROOT }).map(textOf);
    const sources = SOURCES.filter(({ path }) => path !== "src/core/error-list.ts").map(({ text }) => text);
    const texts = [...sources, ...launchers];
    expect(ERRORS.map(({ code }) => code).filter((code) => !texts.some((text) => text.includes(code)))).toEqual([]);
  });

  it("names every command", () => {
    const commands = SOURCES.filter(below("src/apps/cli/commands/")).map(({ path }) => basename(path, ".ts"));
    const page = textOf("docs/commands.md");
    // `metadata-import.ts` is the command `astra metadata import`.
    expect(
      commands.filter(
        (command) => !page.includes(`astra ${command}`) && !page.includes(`astra ${command.replace("-", " ")}`),
      ),
    ).toEqual([]);
  });
});

describe("the repository", () => {
  it("holds no word that does not belong in it", () => {
    const files = globSync(
      ["*.{md,json,ts,toml,yaml,yml}", ".*rc*", ".ci/*", "{src,test,tools,bench,examples,docs,deploy}/**/*.*"],
      {
        cwd: ROOT,
        exclude: (path) => /(?:^|\/)(?:node_modules|dist)(?:\/|$)/.test(path),
      },
    );
    const found = files.flatMap((path) => {
      const text = textOf(path);
      return FORBIDDEN_WORDS.flatMap(({ pattern, instead }) => {
        const hit = pattern.exec(text);
        return hit ? [`${path}:${text.slice(0, hit.index).split("\n").length}: ${hit[0]} → ${instead}`] : [];
      });
    });
    expect(found).toEqual([]);
  });
});

describe("tests", () => {
  const calls = ALL.filter((file) => isTest(file) || file.path.startsWith("test/")).flatMap((file) =>
    testCalls(file).map((call) => ({ ...call, text: file.text })),
  );

  it("assert something", () => {
    const asserting = assertingFunctions(ALL.filter((file) => isTest(file) || file.path.startsWith("test/")));
    const isTestItself = ({ kind, isPassedOn, modifiers }: (typeof calls)[number]) =>
      kind !== "describe" && !isPassedOn && !modifiers.includes("skip");
    const empty = calls.filter((call) => isTestItself(call) && !asserts(call.body, asserting));
    expect(empty.map(({ at, name }) => `${at} ${name}`)).toEqual([]);
  });

  it("are never run alone, and never put off", () => {
    const lone = calls.filter(({ modifiers }) => modifiers.includes("only") || modifiers.includes("todo"));
    expect(lone.map(({ at, name }) => `${at} ${name}`)).toEqual([]);
  });

  it("say why where they are skipped", () => {
    const skipped = calls.filter(({ modifiers }) => modifiers.some((each) => each.startsWith("skip")));
    const saysWhy = ({ name, text }: (typeof calls)[number]) => {
      const before = text.slice(Math.max(0, text.indexOf(name) - 400), text.indexOf(name));
      return /missing|needs|not run|without|because|reason/i.test(before + name);
    };
    expect(skipped.filter((call) => !saysWhy(call)).map(({ at, name }) => `${at} ${name}`)).toEqual([]);
  });
});
