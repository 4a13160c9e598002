#!/usr/bin/env node
/** The command line's entry: answers `--version` itself, and leaves everything else to modules loaded when needed. */
import { VERSION } from "./version.ts";

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { runProgram } = await import("./program.ts");
  process.exit(await runProgram(args));
}
