/** Signals, workers and watching: what only shows when processes live for a while. */
import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type RunningSandbox,
  astra,
  oneLine,
  record,
  start,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
});

const started: ChildProcess[] = [];

/** A process that a failing test does not leave behind. */
function begin(args: readonly string[]): ChildProcess {
  const child = start(args, { cwd: folder.path });
  started.push(child);
  return child;
}

afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const inFolder = (args: readonly string[]): ReturnType<typeof astra> => astra(args, { cwd: folder.path });

/** Children of a process, as the system lists them. */
function childrenOf(parent: ChildProcess): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent.pid)], { encoding: "utf8" });
  return stdout
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(Number);
}

async function until<T>(look: () => Promise<T | null> | T | null): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function output(child: ChildProcess): { text: string } {
  const collected = { text: "" };
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    collected.text += piece;
  });
  return collected;
}

/** Objects in the bucket, by a listing of its own. */
async function listedKeys(): Promise<string[]> {
  const lines = (await inFolder(["list", "--json"])).stdout.trimEnd().split("\n");
  return lines
    .map((line) => record(JSON.parse(line)))
    .flatMap((line) => (line["type"] === "object" ? [String(line["key"])] : []));
}

test("a worker killed outright is started again, and a signal to the parent ends all of them well", async () => {
  await inFolder(["generate-event", "w-{n}", "--count", "40", "--json"]);
  const child = begin(["consume", "--workers", "2", "--json"]);
  const told = output(child);
  let talk = "";
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    talk += piece;
  });
  const [victim] = await until(() => {
    const workers = childrenOf(child);
    return workers.length === 2 ? workers : null;
  });
  process.kill(victim ?? 0, "SIGKILL");
  await until(() => (talk.includes("starting it again (1 of 3)") ? true : null));
  await until(async () => ((await listedKeys()).filter((key) => key.startsWith("w-")).length === 40 ? true : null));
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(record(JSON.parse(told.text))).toMatchObject({ ok: true, workers: 2, restarts: 1, deadLettered: 0 });
  expect(oneLine(await inFolder(["consume", "--drain", "--json"]))).toMatchObject({ ok: true, deadLettered: 0 });
}, 60_000);

test("the first signal drains: what was taken is committed, and the exit status is 0", async () => {
  const child = begin(["consume", "--json"]);
  const told = output(child);
  await inFolder(["generate-event", "s-{n}", "--count", "10"]);
  await until(async () => ((await listedKeys()).filter((key) => key.startsWith("s-")).length === 10 ? true : null));
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(record(JSON.parse(told.text))).toMatchObject({ ok: true, consumed: 10, uploaded: 10 });
  expect(oneLine(await inFolder(["consume", "--drain", "--json"]))).toMatchObject({ consumed: 0 });
}, 60_000);

test("watch tells of new and changed files once they are stable, and of nothing twice", async () => {
  const incoming = join(folder.path, "incoming");
  await mkdir(join(incoming, "sub"), { recursive: true });
  await writeFile(join(incoming, "present.txt"), "was there before");
  const child = begin(["watch", "incoming", "--prefix", "in/", "--json"]);
  const told = output(child);
  const events = (): string[] =>
    told.text
      .split("\n")
      .filter((line) => line.includes('"type":"event"'))
      .map((line) => {
        const { key, event } = record(JSON.parse(line));
        return `${String(event)} ${String(key)}`;
      });
  await until(() => (told.text.includes('"type":"version"') ? true : null));
  await writeFile(join(incoming, "sub", "{n} new.txt"), "one");
  await until(() => (events().length === 1 ? true : null));
  await writeFile(join(incoming, "present.txt"), "and is another now");
  await until(() => (events().length === 2 ? true : null));
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
  expect(events()).toEqual(["astra.object.created in/sub/{n} new.txt", "astra.object.overwritten in/present.txt"]);
  expect(told.text.trimEnd().split("\n").at(-1)).toContain('"type":"summary","ok":true');
  expect(oneLine(await inFolder(["consume", "--drain", "--json"]))).toMatchObject({ uploaded: 2, deadLettered: 0 });
}, 60_000);
