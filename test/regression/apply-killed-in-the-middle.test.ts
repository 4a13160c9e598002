/** `run-engine` is killed outright while it moves objects: the next run finishes what was left, and a third moves none. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { astra, oneLine, record, start, startSandboxProcess, workFolder, writeConfig } from "../cli/cli.ts";

const OBJECTS = 200;

test(
  "after kill -9 in the middle of an apply every object is moved, and nothing is left to do",
  { timeout: 120_000 },
  async () => {
    await using folder = await workFolder();
    await using sandbox = await startSandboxProcess("data");
    await writeConfig(folder.path, sandbox.endpoint, "data");
    const cwd = folder.path;
    const classes = async (): Promise<string[]> => {
      const { stdout } = await astra(["list", "--json"], { cwd });
      const lines = stdout.trimEnd().split("\n");
      const objects = lines.map((line) => record(JSON.parse(line))).filter((line) => line["type"] === "object");
      return objects.map((object) => String(object["storageClass"]));
    };
    const names = Array.from({ length: OBJECTS }, (_, index) => `backup_${index}.zip`);
    await astra(["generate-event", ...names, "--size", "1MiB"], { cwd });
    expect(oneLine(await astra(["consume", "--drain", "--json"], { cwd }))).toMatchObject({ uploaded: OBJECTS });
    const old = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
    await writeFile(join(cwd, "meta.json"), JSON.stringify(Object.fromEntries(names.map((name) => [name, old]))));
    expect(await astra(["metadata", "import", "meta.json"], { cwd })).toMatchObject({ status: 0 });
    const slow = { kind: "latency", operation: "CopyObject", latencyMs: 400 };
    const headers = { "x-astra-secret": "S" };
    const faults = `${sandbox.endpoint}/_astra/faults`;
    expect((await fetch(faults, { method: "POST", headers, body: JSON.stringify(slow) })).status).toBe(204);
    const victim = start(["run-engine", "--yes"], { cwd });
    const ended = once(victim, "close");
    while (victim.exitCode === null && !(await classes()).includes("GLACIER")) continue;
    victim.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
    await fetch(faults, { method: "DELETE", headers });
    expect(await classes()).toContain("STANDARD");
    const next = await astra(["run-engine", "--yes"], { cwd });
    expect(next, next.stderr).toMatchObject({ status: 0 });
    expect(await classes()).toEqual(names.map(() => "GLACIER"));
    const third = await astra(["run-engine", "--yes"], { cwd });
    expect(third.stdout).toContain("Nothing to move");
    expect(third.status).toBe(0);
  },
);
