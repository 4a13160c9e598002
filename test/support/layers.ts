/** Which file may import which: the layers of ARCHITECTURE.md as data. */
import type { Import, SourceFile } from "./source-tree.ts";

interface LayerRule {
  /** Files the rule is for; the first rule that matches counts. */
  readonly files: RegExp;
  /** Files of the project they may import. */
  readonly mayImport: RegExp;
  /** Files they may import for their types only. */
  readonly mayImportTypes?: RegExp;
  /** Packages and `node:` modules they may import. */
  readonly packages: RegExp;
}

const NOTHING = /^(?!)/;
const ANYTHING = /^/;

/** A folder of adapters sees itself, core and ports. */
function adapterRule(folder: string): LayerRule {
  const own = `src/adapters/${folder}/`;
  return {
    files: new RegExp(`^${own}`),
    mayImport: new RegExp(`^(?:${own}|src/core/|src/ports/)`),
    packages: ANYTHING,
  };
}

/** Files directly in `apps/` put the parts together; the demo and the sandbox command bring their own cloud. */
const WIRING = /^src\/apps\/(?:[^/]+$|demo\/|cli\/commands\/sandbox\.ts$)/;

/** Rules in order; a source file without one is an error. */
export function layerRules(adapterFolders: readonly string[]): LayerRule[] {
  return [
    { files: /^src\/core\//, mayImport: /^src\/core\//, packages: /^zod$/ },
    { files: /^src\/ports\//, mayImport: /^src\/(?:core|ports)\//, packages: NOTHING },
    {
      files: /^src\/services\//,
      mayImport: /^src\/(?:core|ports|services)\//,
      mayImportTypes: /^src\/config\/schema\.ts$/,
      packages: /^(?:zod|node:(?:crypto|zlib))$/,
    },
    ...adapterFolders.map(adapterRule),
    { files: /^src\/sandbox\//, mayImport: /^src\/(?:core|ports|sandbox)\//, packages: /^(?:zod$|node:)/ },
    { files: /^src\/config\//, mayImport: /^src\/(?:core|data|config)\//, packages: ANYTHING },
    { files: WIRING, mayImport: /^src\/|^package\.json$/, packages: ANYTHING },
    {
      files: /^src\/apps\//,
      mayImport: /^src\/(?:apps|services|ports|core|config|data)\/|^package\.json$/,
      packages: ANYTHING,
    },
  ];
}

/** What a file imports against the rules, one sentence each. */
export function forbiddenImports(file: SourceFile, rules: readonly LayerRule[]): string[] {
  const rule = rules.find((each) => each.files.test(file.path));
  if (!rule) return [`${file.path} is in no layer`];
  return file.imports.filter((each) => !isAllowed(each, rule)).map((each) => `${file.path} imports ${each.specifier}`);
}

function isAllowed({ specifier, file, isTypeOnly }: Import, rule: LayerRule): boolean {
  if (file === null) return rule.packages.test(specifier);
  return rule.mayImport.test(file) || (isTypeOnly && (rule.mayImportTypes?.test(file) ?? false));
}

/** Cycles of value imports at load time, each as `a → b → a`. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || finished.has(path)) return;
    for (const { file, isTypeOnly, isLazy } of byPath.get(path)?.imports ?? []) {
      if (file !== null && !isTypeOnly && !isLazy) visit(file, [...trail, path]);
    }
    finished.add(path);
  };
  for (const { path } of files) visit(path, []);
  return cycles;
}
