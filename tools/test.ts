/**
 * `npm test`: prepares the servers, runs the static checks and every suite, and counts.
 * `npm test -- PATTERN` runs the matching suites only. The last line is always `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type TestCase, type TestModule, type TestSuite, startVitest } from "vitest/node";
import { sharedPath } from "../test/support/shared.ts";

const ROOT = resolve(import.meta.dirname, "..");

interface Named {
  readonly name: string;
  readonly reason: string;
}

interface Tally {
  passed: number;
  readonly failures: Named[];
  readonly skips: Named[];
}

function heading(text: string): void {
  process.stdout.write(`\n── ${text}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// --- servers ---------------------------------------------------------------------------------------------------------

const PREPARATIONS = [
  { name: "Apache Kafka", module: "tools/kafka/jars.ts", entry: "ensureKafka" },
  { name: "moto", module: "tools/test-servers.ts", entry: "ensureMoto" },
  { name: "S3Mock", module: "tools/test-servers.ts", entry: "ensureS3Mock" },
] as const;

/** Fetches what the suites run against. What a machine lacks is said here once; its suites are then skipped by name. */
async function prepare(): Promise<readonly Named[]> {
  const missing: Named[] = [];
  for (const { name, module, entry } of PREPARATIONS) {
    const reason = await ensure(join(ROOT, module), entry);
    say(reason === null ? `${name}: ready` : `${name}: ${reason}`);
    if (reason !== null) missing.push({ name, reason });
  }
  return missing;
}

/** @returns why the server can't run here, or `null`. */
async function ensure(path: string, entry: string): Promise<string | null> {
  if (!existsSync(path)) return `${path} is missing`;
  try {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
    const ensureServer = module[entry];
    if (typeof ensureServer !== "function") return `${path} exports no ${entry}`;
    const found: unknown = await ensureServer();
    if (typeof found === "object" && found !== null && "missing" in found) return String(found.missing);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

// --- static checks ---------------------------------------------------------------------------------------------------

interface StaticCheck {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const CHECKED_FOLDERS = ["bin", "src", "test", "bench", "tools", "examples"];

function staticChecks(): StaticCheck[] {
  const checks: StaticCheck[] = [
    { name: "types", command: "tsc", args: ["-p", "."] },
    { name: "lint", command: "oxlint", args: ["--type-aware", "--deny-warnings"] },
    { name: "format", command: "oxfmt", args: ["--check", ...CHECKED_FOLDERS.filter(holdsFormattable)] },
    { name: "dead code", command: "knip", args: [] },
  ];
  if (!existsSync(join(ROOT, "tools/build.ts"))) return checks;
  const build = { name: "build", command: "node", args: ["tools/build.ts"] };
  return [...checks, build, { name: "package (publint)", command: "publint", args: ["--strict"] }];
}

/** The formatter refuses a folder without a file it knows. */
function holdsFormattable(folder: string): boolean {
  return globSync(`${folder}/**/*.{ts,mjs,json,yaml,yml}`, { cwd: ROOT }).length > 0;
}

function runStatic(checks: readonly StaticCheck[], tally: Tally): void {
  const path = `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
  for (const { name, command, args } of checks) {
    heading(name);
    const env = { ...process.env, PATH: path };
    const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", env });
    if (status === 0) {
      tally.passed += 1;
      say("passed");
    } else tally.failures.push({ name, reason: error?.message ?? `${command} ended with status ${status}` });
  }
}

// --- suites ----------------------------------------------------------------------------------------------------------

async function runSuites(patterns: readonly string[], tally: Tally): Promise<void> {
  heading("suites");
  // Vitest sets its own exit code; this command's comes from the tally.
  const vitest = await startVitest([...patterns], { run: true, watch: false, root: ROOT, passWithNoTests: false });
  const modules = vitest.state.getTestModules();
  for (const module of modules) countModule(module, tally);
  for (const error of vitest.state.getUnhandledErrors()) {
    tally.failures.push({ name: "unhandled error", reason: messageOf(error) });
  }
  if (modules.length === 0) tally.failures.push({ name: patterns.join(" "), reason: "no test file matches" });
  await vitest.close();
}

function countModule(module: TestModule, tally: Tally): void {
  const file = module.relativeModuleId;
  for (const error of module.errors()) tally.failures.push({ name: file, reason: error.message });
  for (const suite of module.children.allSuites()) countSuiteErrors(suite, file, tally);
  for (const test of module.children.allTests()) countTest(test, file, tally);
}

/** A hook that throws is an error of its suite and of no test. */
function countSuiteErrors(suite: TestSuite, file: string, tally: Tally): void {
  for (const error of suite.errors()) {
    tally.failures.push({ name: `${file} > ${suite.fullName}`, reason: error.message });
  }
}

function countTest(test: TestCase, file: string, tally: Tally): void {
  const name = `${file} > ${test.fullName}`;
  const result = test.result();
  if (result.state === "passed") tally.passed += 1;
  else if (result.state === "failed") tally.failures.push({ name, reason: result.errors[0]?.message ?? "failed" });
  else if (result.state === "skipped") tally.skips.push({ name, reason: result.note ?? "" });
  else tally.failures.push({ name, reason: "never ended" });
}

// --- summary ---------------------------------------------------------------------------------------------------------

function line({ name, reason }: Named): string {
  const first = reason.split("\n", 1)[0] ?? "";
  return first === "" ? `  ${name}` : `  ${name}: ${first}`;
}

function summarize(tally: Tally, missing: readonly Named[], isCi: boolean): void {
  heading("summary");
  if (tally.failures.length > 0) say(["failed:", ...tally.failures.map(line)].join("\n"));
  if (tally.skips.length > 0) say(["skipped:", ...tally.skips.map(line)].join("\n"));
  for (const { name, reason } of missing) say(`not available: ${name}: ${reason}`);
  if (sharedPath() === null) {
    const suites = globSync(["src/**/*.shared.test.ts", "test/**/*.shared.test.ts"], { cwd: ROOT });
    for (const suite of suites.toSorted()) say(`not run: ../shared is absent (${suite})`);
  }
  if (isCi && tally.skips.length > 0) say("CI=true: a skipped test is a failure");
  say(`${tally.passed} passed, ${tally.failures.length} failed, ${tally.skips.length} skipped`);
}

async function main(patterns: readonly string[]): Promise<void> {
  const tally: Tally = { passed: 0, failures: [], skips: [] };
  heading("servers for the suites");
  const missing = await prepare();
  if (patterns.length === 0) runStatic(staticChecks(), tally);
  await runSuites(patterns, tally);
  const isCi = process.env["CI"] === "true";
  summarize(tally, missing, isCi);
  process.exit(tally.failures.length > 0 || (isCi && tally.skips.length > 0) ? 1 : 0);
}

await main(process.argv.slice(2));
