import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import {
  type CliResult,
  type RunningSandbox,
  astra,
  oneLine,
  record,
  startSandboxProcess,
  workFolder,
  writeConfig,
} from "./cli.ts";

const HOSTILE = Buffer.from('{"subject":"esc\u001b[2Jape\u202e"}');
const BINARY = Buffer.from([0xff, 0xfe, 0x00, 0x41, 0x1b]);

let folder: Awaited<ReturnType<typeof workFolder>>;
let sandbox: RunningSandbox;
const run = (...args: readonly string[]): Promise<CliResult> => astra(args, { cwd: folder.path });

beforeAll(async () => {
  folder = await workFolder();
  sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
});

afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

function event(subject: string, uri: string): Buffer {
  const attributes = { specversion: "1.0", id: subject, source: "s3://data", type: "astra.object.created", subject };
  return Buffer.from(JSON.stringify({ ...attributes, time: "2026-01-01T00:00:00Z", data: { body: { uri } } }));
}

/** Appends records as a producer of another program would. */
async function produce(...values: readonly Uint8Array[]): Promise<void> {
  await using log = openSqliteLog({ path: join(folder.path, ".astra/log.db") }, { clock: new WallClock() });
  await log.ensureTopic("data-events", 1);
  const headers = { trace: "t-1", "astra-attempts": "not a number" };
  await log.append(
    "data-events",
    values.map((value) => ({ key: "data/\u001b[31mkey", value, headers })),
  );
}

async function consumed(): Promise<Record<string, unknown>> {
  return oneLine(await run("consume", "--drain", "--json"));
}

async function listed(...more: readonly string[]): Promise<Record<string, unknown>> {
  return oneLine(await run("dlq", "list", "--json", ...more));
}

test("without a dead letter", async () => {
  expect(await listed()).toMatchObject({ ok: true, letters: [], waiting: 0, retried: 0, discarded: 0, codes: [] });
  expect((await run("dlq", "list")).stdout).toBe("No dead letter in data-events.dlq.\n");
});

describe("with dead letters", { timeout: 120_000 }, () => {
  test("the list counts them by reason, and nothing of theirs reaches the terminal", async () => {
    await produce(HOSTILE, BINARY, event("late.txt", "file:late.txt"), event("fine.txt", "synthetic:1:10"));
    expect(await consumed()).toMatchObject({ consumed: 4, uploaded: 1, deadLettered: 3 });
    const list = await listed();
    expect(list).toMatchObject({
      topic: "data-events.dlq",
      waiting: 3,
      codes: [
        { code: "ASTRA_EVENT_INVALID", letters: 2 },
        { code: "ASTRA_BODY_MISSING", letters: 1 },
      ],
    });
    expect(list["letters"]).toMatchObject([
      { place: "0/0", attempts: 0, mark: null, from: { partition: 0, offset: "0" }, headers: { trace: "t-1" } },
      { place: "0/1", sizeBytes: BINARY.byteLength },
      { place: "0/2", code: "ASTRA_BODY_MISSING" },
    ]);
    const { stdout } = await run("dlq", "list");
    expect(stdout).toMatch(/^3 dead letters in data-events\.dlq wait; 0 sent again, 0 discarded\./);
    expect(stdout).toContain(String.raw`data/\u{1b}[31mkey`);
    expect(stdout).not.toContain("\u001b");
    const one = await listed("--code", "ASTRA_EVENT_INVALID", "--limit", "1");
    expect(one).toMatchObject({ waiting: 2, letters: [{ place: "0/0" }] });
  });

  test("show: text made harmless, other bytes in hexadecimal, and the original ones on request", async () => {
    const text = await run("dlq", "show", "0/0");
    expect(text.status).toBe(0);
    expect(text.stdout).toContain("ASTRA_EVENT_INVALID");
    expect(text.stdout).toContain(String.raw`esc\u{1b}[2Jape\u{202e}`);
    expect(text.stdout).not.toContain("\u001b");
    const binary = await run("dlq", "show", "0/1");
    expect(binary.stdout).toMatch(/5 bytes:\n00000000 {2}ff fe 00 41 1b +\.\.\.A\.\n$/);
    expect(oneLine(await run("dlq", "show", "0/1", "--json"))).toMatchObject({
      ok: true,
      text: null,
      base64: BINARY.toString("base64"),
    });
    const raw = await run("dlq", "show", "0/0", "--raw");
    expect(raw.stdout).toBe(HOSTILE.toString());
    expect(oneLine(await run("dlq", "show", "0/1", "--out", "bytes.bin", "--json"))).toMatchObject({ bytes: 5 });
    expect(await readFile(join(folder.path, "bytes.bin"))).toEqual(BINARY);
  });

  test("retry: what can be worked on now is, and what still can't comes back with one try more", async () => {
    await writeFile(join(folder.path, "late.txt"), "now it is here");
    expect(oneLine(await run("dlq", "retry", "0/2", "0/0", "--json"))).toMatchObject({ ok: true, retried: 2 });
    expect(await consumed()).toMatchObject({ consumed: 2, uploaded: 1, deadLettered: 1 });
    const list = await listed();
    expect(list).toMatchObject({ waiting: 2, retried: 2 });
    expect(list["letters"]).toMatchObject([
      { place: "0/1", attempts: 0 },
      { place: "0/3", attempts: 1, headers: { trace: "t-1" } },
    ]);
    expect((await run("dlq", "show", "0/3", "--raw")).stdout).toBe(HOSTILE.toString());
    const again = await run("dlq", "retry", "0/0");
    expect(again).toMatchObject({ status: 1, stdout: "" });
    expect(again.stderr).toMatch(/dead letter 0\/0 was retried on 20.*ASTRA_DEAD_LETTER_REFUSED.*--force/s);
  });

  test("a letter is sent again a bounded number of times, unless it is forced", async () => {
    const attempts = { ASTRA_INGEST_ATTEMPTS: "2" };
    const bounded = (...args: readonly string[]) => astra(args, { cwd: folder.path, env: attempts });
    await bounded("dlq", "retry", "0/3");
    expect(await consumed()).toMatchObject({ deadLettered: 1 });
    const refused = await bounded("dlq", "retry", "0/4");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/0\/4 was sent again 2 times already.*ASTRA_DEAD_LETTER_REFUSED/s);
    const rest = await bounded("dlq", "retry", "--all", "--json");
    expect(rest.status).toBe(3);
    expect(oneLine(rest)).toMatchObject({ ok: false, retried: 1, exhausted: 1 });
    expect(await consumed()).toMatchObject({ consumed: 1, deadLettered: 1 });
    expect(oneLine(await bounded("dlq", "retry", "0/4", "--force", "--json"))).toMatchObject({ ok: true, retried: 1 });
    expect(await consumed()).toMatchObject({ consumed: 1, deadLettered: 1 });
  });

  test("discard asks first, marks, and deletes nothing", async () => {
    const unasked = await run("dlq", "discard", "--all");
    expect(unasked.status).toBe(64);
    expect(unasked.stderr).toContain("ASTRA_CONFIRMATION_MISSING");
    const args = ["dlq", "discard", "--all", "--code", "ASTRA_EVENT_INVALID", "--why", "a test's", "--yes", "--json"];
    expect(oneLine(await run(...args))).toMatchObject({ ok: true, discarded: 2 });
    expect(await listed()).toMatchObject({ waiting: 0, discarded: 2, letters: [] });
    expect((await listed("--all"))["letters"]).toHaveLength(7);
    expect((await run("dlq", "show", "0/5", "--raw")).stdout).toBe("\ufffd\ufffd\u0000A\u001b");
    const audited = oneLine(await run("audit", "list", "--action", "dead-letter.discard", "--json"))["entries"];
    expect(record((audited as unknown[])[0])).toMatchObject({ detail: { places: ["0/5", "0/6"], why: "a test's" } });
  });
});

describe("what is refused", () => {
  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ["a letter that isn't there", ["dlq", "show", "0/999"], 1, /no dead letter 0\/999.*ASTRA_DEAD_LETTER_MISSING/s],
    ["a partition that isn't there", ["dlq", "retry", "7/0"], 1, /no dead letter 7\/0.*ASTRA_DEAD_LETTER_MISSING/s],
    ["a place that is none", ["dlq", "show", "12"], 64, /"12" is no place.*PARTITION\/OFFSET/s],
    ["no letter at all", ["dlq", "retry"], 64, /no dead letter is named.*--all/s],
    ["both named and all", ["dlq", "retry", "0/0", "--all"], 64, /exclude each other/],
    ["a code without --all", ["dlq", "discard", "0/0", "--code", "ASTRA_X", "--yes"], 64, /Add --all/],
    ["a code that is none", ["dlq", "list", "--code", "x y"], 64, /is no error code.*where: --code/s],
    ["raw bytes in JSON", ["dlq", "show", "0/0", "--raw", "--json"], 64, /^$/],
  ];
  test.each(refusals)("%s", async (_name, args, status, says) => {
    const result = await run(...args);
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });
});
