/** The commands of the README, typed as written by a user with `astra` on the PATH. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The fenced sh blocks of a page. */
async function shellBlocks(page: string): Promise<string[]> {
  const text = await readFile(join(ROOT, page), "utf8");
  return [...text.matchAll(/```sh\n(?<block>[\s\S]*?)```/g)].map((match) => match.groups?.["block"] ?? "");
}

describe("the README", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "astra-readme-"));
    const launcher = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "src/apps/cli/main.ts")}" "$@"\n`;
    await writeFile(join(folder, "astra"), launcher, { mode: 0o755 });
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("begins with two commands that the package has", async () => {
    const blocks = await shellBlocks("README.md");
    expect(blocks.slice(0, 2)).toEqual(["npm ci && npm run demo\n", "npm ci && npm test\n"]);
    const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["demo", "test", "astra", "kafka", "bench"]));
  });

  it("moves objects by the commands of its walk-through", { timeout: 120_000 }, async () => {
    const [, , walkThrough = ""] = await shellBlocks("README.md");
    expect(walkThrough).toContain("astra run-engine --yes");
    const port = String(await freePort());
    const ready = "for i in $(seq 100); do astra doctor >/dev/null 2>&1 && break; sleep 0.2; done\n";
    const script = walkThrough
      .replaceAll("9000", port)
      .replace("astra doctor ", `${ready}astra doctor `)
      .concat("status=$?\nkill %1\nwait\nexit $status\n");
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };
    const { stdout } = await run("bash", ["-mec", script], { cwd: folder, env });
    expect(stdout).toContain("20 uploaded");
    expect(stdout).toContain("Done: 20 objects moved");
    expect(stdout).toMatch(/auto\s+INTELLIGENT_TIERING\s+5\.0 MiB.*backup_01\.zip/);
    expect(stdout).toContain("s3://data/backup_01.zip");
  });
});
