/** Access logs by the real command line: killed and started again, and out of a log bucket on another server. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { ensureMoto } from "../../tools/test-servers.ts";
import { workFolder } from "../cli/cli.ts";
import { logLine, logTime } from "../support/access-log-lines.ts";
import { startMoto } from "../support/moto.ts";
import { sdkClient } from "../support/sandbox.ts";
import { until } from "../support/waiting.ts";
import { jsonOf, startCli } from "./cli-process.ts";

const PATIENCE_MS = 60_000;
const YESTERDAY = logTime(Date.now() - 86_400_000);
/** More objects than one transaction takes. */
const OBJECTS = 130_000;
const FILES = 3;

function lines(keys: readonly string[], of: number): string {
  return keys.map((key, index) => `${logLine({ key, id: `F${of}L${index}`, time: YESTERDAY })}\n`).join("");
}

/** Reads of all objects, and how many objects have them. */
async function counted(path: string): Promise<{ readonly reads: number; readonly objects: number }> {
  await using state = openSqliteState({ path });
  let [reads, objects] = [0, 0];
  for await (const page of state.objects({})) {
    objects += page.length;
    for (const { access } of page) reads += access.lifetimeReads;
  }
  return { reads, objects };
}

test(
  "killed between two transactions, the next start counts the rest and nothing twice",
  { timeout: 180_000 },
  async () => {
    await using folder = await workFolder();
    const statePath = join(folder.path, "state.db");
    const config = { bucket: "data", state: { path: statePath }, log: { path: join(folder.path, "log.db") } };
    await writeFile(join(folder.path, "astra.yaml"), JSON.stringify(config));
    await mkdir(join(folder.path, "logs"));
    const keys = Array.from({ length: OBJECTS }, (_, index) => `k/${index}`);
    for (let file = 0; file < FILES; file += 1) {
      const part = keys.filter((_, index) => index % FILES === file);
      const text = `${lines(part, file)}${lines(part.slice(0, 1000), FILES + file)}`;
      await writeFile(
        join(folder.path, "logs", `${file}${file === 1 ? ".gz" : ""}`),
        file === 1 ? gzipSync(text) : text,
      );
    }
    const { child, ended } = startCli(["ingest", "access-logs", "logs"], folder.path);
    const before = await until("the first transaction", PATIENCE_MS, async () => {
      await using state = openSqliteState({ path: statePath });
      const [totals] = await state.readSourceTotals();
      return totals ? totals.lines : null;
    });
    child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    const all = OBJECTS + FILES * 1000;
    expect(before).toBeLessThan(all);
    const next = await jsonOf(["ingest", "access-logs", "logs"], folder.path);
    expect(next).toMatchObject({ ok: true, files: FILES, unreadableFiles: 0 });
    expect(Number(next["accesses"])).toBeLessThanOrEqual(all - before);
    expect(Number(next["accesses"])).toBeGreaterThan(0);
    expect(await counted(statePath)).toEqual({ reads: all, objects: OBJECTS });
    expect(await jsonOf(["ingest", "access-logs", "logs"], folder.path)).toMatchObject({
      accesses: 0,
      duplicates: FILES,
    });
    expect(await counted(statePath)).toEqual({ reads: all, objects: OBJECTS });
  },
);

const found = await ensureMoto();
const missing = "missing" in found ? found.missing : null;

test.skipIf(missing !== null)("logs in a bucket of moto, followed until SIGTERM", { timeout: 120_000 }, async () => {
  const moto = await startMoto();
  if ("missing" in moto) throw new Error(moto.missing);
  await using server = moto;
  await using folder = await workFolder();
  const s3 = sdkClient(server.endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: "logs" }));
  const put = (name: string, body: string | Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket: "logs", Key: `data/${name}`, Body: body }));
  await put("2026-11-20-10-00-00-AAAA", lines(["a", "b"], 0));
  await put("2026-11-20-11-00-00-BBBB", gzipSync(lines(["a"], 1)));
  const statePath = join(folder.path, "state.db");
  const config = {
    bucket: "data",
    s3: {
      endpoint: server.endpoint,
      region: "us-east-1",
      path_style: true,
      credentials: { access_key_id: "A", secret_access_key: "S" },
    },
    state: { path: statePath },
    log: { path: join(folder.path, "log.db") },
  };
  await writeFile(join(folder.path, "astra.yaml"), JSON.stringify(config));
  const source = "s3://logs/data/";
  expect(await jsonOf(["ingest", "access-logs", source], folder.path)).toMatchObject({
    accesses: 3,
    files: 2,
    known: 0,
  });
  const args = ["ingest", "access-logs", source, "--follow", "--interval", "1", "--json"];
  const { child, ended } = startCli(args, folder.path);
  await put("2026-11-20-10-30-00-CCCC", lines(["a"], 2));
  await until("the new log", PATIENCE_MS, async () => ((await counted(statePath)).reads === 4 ? true : null));
  child.kill("SIGTERM");
  const { status, stdout } = await ended;
  expect(status).toBe(0);
  const summary: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ type: "summary", ok: true, accesses: 1, known: 2 });
  expect(await counted(statePath)).toEqual({ reads: 4, objects: 2 });
  s3.destroy();
});
