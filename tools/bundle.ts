/** Bundles entries with everything they need but native code: what a user starts is a bundle, and so is what is measured. */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What was written. */
export interface Bundled {
  readonly files: number;
  readonly bytes: number;
}

/**
 * An entry for each thread, and a chunk for everything that is loaded only when needed.
 * @param entries source files by the name of their bundle
 * @param folder below the project's, emptied before
 */
export async function bundle(entries: Readonly<Record<string, string>>, folder: string): Promise<Bundled> {
  const outdir = join(ROOT, folder);
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { ...entries },
    // Native code, found beside Astra where it is installed; and esbuild itself, which a benchmark's process never asks for.
    external: ["@duckdb/node-api", "esbuild"],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22.22",
    // ES modules where a package has them: of a CommonJS one, a dynamic import would have no named exports.
    mainFields: ["module", "main"],
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
    legalComments: "linked",
    logLevel: "warning",
    // Packages written for CommonJS ask for Node's own modules by require, which a module does not have by itself.
    banner: {
      js: "import { createRequire as astraRequire } from 'node:module'; const require = astraRequire(import.meta.url);",
    },
  });
  await copyWasm(outdir);
  const outputs = Object.values(metafile.outputs);
  return { files: outputs.length, bytes: outputs.reduce((sum, output) => sum + output.bytes, 0) };
}

/** The Kafka client's compression reads its WebAssembly from the folder `dist` beside the folder of its code. */
async function copyWasm(outdir: string): Promise<void> {
  const code = fileURLToPath(import.meta.resolve("@platformatic/wasm-utils"));
  const wasm = code.replace(/wasm-utils\/.*$/, "wasm-utils/dist/native.wasm");
  // Code in chunks/ looks beside its folder.
  const target = join(outdir, "dist", "native.wasm");
  await mkdir(dirname(target), { recursive: true });
  await copyFile(wasm, target);
}
