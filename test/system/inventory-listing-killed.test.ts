/** A listing that is killed goes on where it was: nothing is lost, and nothing listed twice. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { workFolder } from "../cli/cli.ts";
import { ACCESS_KEY, BUCKET, SECRET_KEY, sandboxFixture } from "../support/sandbox.ts";
import { until } from "../support/waiting.ts";
import { runCli, startCli } from "./cli-process.ts";

/** More than one part of an inventory has. */
const OBJECTS = 330_000;
const PATIENCE_MS = 120_000;

test.each([["--parallel"], []])(
  "a killed listing goes on after the parts it has %s",
  async (...options) => {
    await using fixture = await sandboxFixture();
    await using folder = await workFolder();
    fixture.sandbox.fill(BUCKET, OBJECTS, (index) => ({
      key: `${index % 7}/${String(index).padStart(7, "0")}`,
      sizeBytes: 1,
    }));
    const { endpoint } = fixture.sandbox;
    const s3 = { endpoint, credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY } };
    await writeFile(
      join(folder.path, "astra.yaml"),
      JSON.stringify({ s3, bucket: BUCKET, state: { path: "state.db" } }),
    );
    const first = startCli(["inventory", "list", ...options, "--json"], folder.path);
    const marks = async (): Promise<number> => {
      const names = await readdir(join(folder.path, "inventories"), { recursive: true }).catch(() => []);
      return names.filter((name) => /part-[\da-f]+\.json$/.test(name)).length;
    };
    await until("the first part", PATIENCE_MS, async () => ((await marks()) > 0 ? true : null));
    first.child.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    const second = await runCli(["inventory", "list", `s3://${BUCKET}`, ...options, "--json"], folder.path);
    expect(second.stderr).toBe("");
    const result = JSON.parse(second.stdout) as { objectsBefore: number; inventory: { id: string; rows: number } };
    expect(result.objectsBefore).toBeGreaterThanOrEqual(250_000);
    expect(result.inventory.rows).toBe(OBJECTS);
    const shown = await runCli(["inventory", "show", result.inventory.id, "--json"], folder.path);
    expect(JSON.parse(shown.stdout)).toMatchObject({ classes: [{ storageClass: "STANDARD", rows: OBJECTS }] });
  },
  2 * PATIENCE_MS,
);
