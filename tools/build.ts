/** Bundles the command line into dist/: an entry for each thread, and a chunk for everything that is loaded only when needed. */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

await rm(`${root}dist`, { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: { main: "src/apps/cli/main.ts", "batch-worker": "src/apps/batch-worker.ts" },
  // Native code, found beside Astra where it is installed.
  external: ["@duckdb/node-api"],
  outdir: "dist",
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
// The Kafka client's compression reads its WebAssembly from the folder `dist` beside the folder of its code.
const wasm = fileURLToPath(import.meta.resolve("@platformatic/wasm-utils")).replace(
  /wasm-utils\/.*$/,
  "wasm-utils/dist/native.wasm",
);
await mkdir(`${root}dist/dist`, { recursive: true });
await copyFile(wasm, `${root}dist/dist/native.wasm`);
const outputs = Object.values(result.metafile.outputs);
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`dist: ${outputs.length} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB\n`);
