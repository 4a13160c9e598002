/** `npm run build`: the command line into dist/. */
import { bundle } from "./bundle.ts";

const entries = { main: "src/apps/cli/main.ts", "batch-worker": "src/apps/batch-worker.ts" };
const { files, bytes } = await bundle(entries, "dist");
process.stdout.write(`dist: ${files} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB\n`);
