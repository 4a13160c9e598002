/** The packed package, installed into an empty folder, on the Node of the tests and on one that is too old. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKafka } from "../../tools/kafka/cluster.ts";
import { ensureKafka } from "../../tools/kafka/jars.ts";
import { astra, oneLine, record, start, workFolder } from "./cli.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let folder: Awaited<ReturnType<typeof workFolder>>;
let app = "";
let bin = "";
/** Makes the Node of the tests look like an old one to the launcher; what the launcher starts is itself again. */
let asOldNode: readonly [string, ...string[]];

beforeAll(async () => {
  folder = await workFolder();
  app = join(folder.path, "app");
  await mkdir(app);
  await writeFile(join(app, "package.json"), '{"private":true}');
  await run(process.execPath, [join(ROOT, "tools/build.ts")], { cwd: ROOT });
  const packed = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder.path], {
    cwd: ROOT,
  });
  const tarball = join(folder.path, packed.stdout.trim().split("\n").at(-1) ?? "");
  const flags = ["--omit=optional", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...flags, tarball], { cwd: app });
  bin = join(app, "node_modules/.bin/astra");
  const disguise = join(folder.path, "old-node.mjs");
  await writeFile(
    disguise,
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });\n',
  );
  asOldNode = [process.execPath, "--import", disguise, bin];
});

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

test("the installed binary answers --version and --help, and runs a sandbox", async () => {
  const { version } = record(JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")));
  const command = [process.execPath, bin] as const;
  expect(await astra(["--version"], { command })).toEqual({ status: 0, stdout: `${String(version)}\n`, stderr: "" });
  expect((await astra(["--help"], { command })).stdout).toContain("run-engine");
  const child = start(["sandbox", "--port", "0", "--json"], { command });
  const [line] = (await once(child.stdout?.setEncoding("utf8") ?? child, "data")) as [string];
  const { endpoint } = record(JSON.parse(line));
  expect((await fetch(String(endpoint))).status).toBe(403);
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
});

test("an old Node without a newer one beside it is refused, with the fix", async () => {
  const text = await astra(["--version"], { command: asOldNode });
  expect(text).toMatchObject({ status: 1, stdout: "" });
  expect(text.stderr).toMatch(/needs Node\.js 22\.22.*ASTRA_NODE_TOO_OLD.*fix:/s);
  expect(oneLine(await astra(["list", "--json"], { command: asOldNode }))).toMatchObject({
    ok: false,
    error: { code: "ASTRA_NODE_TOO_OLD" },
  });
});

test("an old Node goes on in the newer one beside it: output, status and signals pass through", async () => {
  const beside = join(app, "node_modules/node/bin");
  await mkdir(beside, { recursive: true });
  await writeFile(join(beside, "../package.json"), '{"name":"node","version":"24.0.0"}');
  await symlink(process.execPath, join(beside, "node"));
  expect(await astra(["--version"], { command: asOldNode })).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
  expect((await astra(["no-such-command"], { command: asOldNode })).status).toBe(64);
  const child = start(["sandbox", "--port", "0", "--json"], { command: asOldNode });
  await once(child.stdout ?? child, "data");
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
});

test("the installed binary makes control calls to a store", { timeout: 60_000 }, async () => {
  const command = [process.execPath, bin] as const;
  const report = oneLine(await astra(["demo", "--objects", "40", "--days", "20", "--json"], { command }));
  expect(report).toMatchObject({ ok: true, objects: 40 });
});

const kafkaFound = await ensureKafka();
const notRun = "missing" in kafkaFound ? ` (not run: ${kafkaFound.missing})` : "";

test.skipIf("missing" in kafkaFound)(
  `the installed binary speaks to a broker${notRun}`,
  { timeout: 120_000 },
  async () => {
    const command = [process.execPath, bin] as const;
    const cluster = await startKafka();
    try {
      for (const compression of ["lz4", "zstd"]) {
        const log = { kind: "kafka", topic: compression, kafka: { brokers: cluster.bootstrap, compression } };
        const config = join(folder.path, `${compression}.yaml`);
        await writeFile(config, JSON.stringify({ bucket: "data", log }));
        const sent = oneLine(await astra(["generate-event", "x", "--config", config, "--json"], { command }));
        expect(sent).toMatchObject({ produced: 1, topic: compression });
        const replay = [
          "replay",
          "--from",
          "beginning",
          "--state",
          join(folder.path, `${compression}.db`),
          "--config",
          config,
          "--json",
        ];
        expect(oneLine(await astra(replay, { command }))).toMatchObject({ read: 1, applied: 1 });
      }
    } finally {
      await cluster.stop();
    }
  },
);

test("nothing but Node's own modules is left outside of the bundle", async () => {
  const dist = join(app, "node_modules/astra/dist");
  const files = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".js"));
  const outside = new Set<string>();
  for (const name of files) {
    const text = await readFile(join(dist, name), "utf8");
    for (const [, module = ""] of text.matchAll(/^(?:import|export) [^;]*?from "([^"]+)";/gm))
      if (!/^(?:node:|\.)/.test(module)) outside.add(module);
  }
  const { builtinModules } = await import("node:module");
  expect([...outside].filter((module) => !builtinModules.includes(module))).toEqual([]);
});
