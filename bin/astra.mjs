#!/usr/bin/env node
// Runs on any Node from 18: goes on in this process where it is new enough, else in the Node that was installed beside
// Astra (optional dependency `node`). Plain JavaScript, as an old Node has to read it.
import { constants } from "node:os";

const NEEDED = [22, 22];
const EXIT_FAILED = 1;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const SIGNAL_EXIT_BASE = 128;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  await import("../dist/main.js");
} else {
  const binary = await besideNode();
  if (binary === null) refuse();
  else await rerun(binary);
}

/** @returns the path of the newer Node, or `null`. */
async function besideNode() {
  const [{ createRequire }, { existsSync }, { dirname, join }] = await Promise.all([
    import("node:module"),
    import("node:fs"),
    import("node:path"),
  ]);
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    const binary = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(binary) ? binary : null;
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}

function refuse() {
  const found = `Astra needs Node.js ${NEEDED.join(".")} or newer; this is ${process.versions.node}`;
  const fix =
    "Install Node.js 22.22 or newer, or reinstall Astra with optional dependencies so that it brings its own.";
  const error = { code: "ASTRA_NODE_TOO_OLD", message: found, where: process.execPath, fix };
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ ok: false, error })}\n`);
  else process.stderr.write(`error: ${found} (${error.code})\n  where: ${error.where}\n  fix:   ${fix}\n`);
  process.exitCode = EXIT_FAILED;
}

async function rerun(binary) {
  const { spawn } = await import("node:child_process");
  const { fileURLToPath } = await import("node:url");
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to every process of the group: only signals meant for this one are passed on.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  await new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`error: ${binary} cannot be started: ${error.message} (ASTRA_NODE_TOO_OLD)\n`);
      process.exitCode = EXIT_FAILED;
      resolve();
    });
    child.once("close", (code, signal) => {
      process.exitCode = code ?? SIGNAL_EXIT_BASE + (constants.signals[signal] ?? 0);
      resolve();
    });
  });
}
