/** Paths: no body, key or name reaches a file outside of where it may. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { openFileBody } from "../../src/adapters/system/file-body.ts";
import { writeNewFile } from "../../src/apps/cli/files.ts";
import { fileEvent } from "../../src/apps/cli/folder-watch.ts";
import { isAstraError } from "../../src/core/errors.ts";
import { eventObject, parseEvent } from "../../src/core/event.ts";
import { HOSTILE, RUNS, SEED, TIMEOUT_MS } from "./fuzzing.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "astra-paths-")));
const root = join(folder, "root");
mkdirSync(join(root, "sub", ".git"), { recursive: true });
for (const name of ["a.txt", "sub/b.txt", "with space", "ä", "%41"]) writeFileSync(join(root, name), "inside");
for (const name of ["root/.hidden", "root/sub/.git/config", "root/astra.yaml", "secret.txt", "rootless"])
  writeFileSync(join(folder, name), "SECRET");
symlinkSync(join(folder, "secret.txt"), join(root, "link"));
symlinkSync(folder, join(root, "up"));
symlinkSync(join(root, "sub"), join(root, "down"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STEPS = [
  "..",
  ".",
  "sub",
  "a.txt",
  "b.txt",
  "link",
  "up",
  "down",
  "secret.txt",
  ".hidden",
  ".git",
  "config",
  "astra.yaml",
  "root",
  "with space",
  "%2e%2e",
  "..%2f",
  "%2F",
  "%00",
  "//",
  "ä",
  "%41",
  "..\\",
  "\u0000",
];

const scheme = fc.constantFrom(
  "file://",
  "file://",
  "file:",
  "FILE://",
  "file:///",
  "file://localhost",
  "file://evil.example",
);
const base = fc.constantFrom(root, root, root, encodeURI(root), `${root}/sub`, folder, "", "/etc");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...STEPS) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
);
const good = fc.constantFrom(
  "a.txt",
  "sub/b.txt",
  "down/b.txt",
  "./a.txt",
  "sub/../a.txt",
  "up/root/a.txt",
  "with%20space",
);
const uri = fc
  .tuple(scheme, base, fc.array(step, { maxLength: 2 }), fc.option(good))
  .map(([first, from, steps, last]) => `${first}${[from, ...steps, ...(last === null ? [] : [last])].join("/")}`);

test("bodies from files", { timeout: TIMEOUT_MS }, async () => {
  const count = { inside: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(uri, async (name) => {
      try {
        const body = await openFileBody(name, [root]);
        const chunks = await Array.fromAsync(body.chunks);
        assert.equal(Buffer.concat(chunks).toString(), "inside", name);
        count.inside += 1;
      } catch (error) {
        if (!isAstraError(error, "ASTRA_BODY_FORBIDDEN", "ASTRA_BODY_MISSING")) throw error;
        assert.ok(!error.message.includes("SECRET"));
        count.refused += 1;
      }
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS / 20) },
  );
  expect(count.inside).toBeGreaterThan(RUNS / 1000);
});

test("a file to write is written there or not at all, and leaves nothing beside it", async () => {
  const out = join(folder, "out");
  mkdirSync(join(out, "folder"), { recursive: true });
  const names = ["plain", "with space", "folder", "none/x", "", ".", "..", "ä", "x".repeat(300)];
  for (const name of names) {
    try {
      await writeNewFile(name === "" ? "" : join(out, name), text());
    } catch (error) {
      if (!isAstraError(error, "ASTRA_USAGE_INVALID")) throw error;
    }
  }
  expect(readdirSync(out).toSorted()).toEqual(["folder", "plain", "with space", "ä"]);
  expect(readdirSync(folder).toSorted()).toEqual(["out", "root", "rootless", "secret.txt"]);
});

async function* text(): AsyncGenerator<string> {
  yield "text";
}

test("names of watched files are keys and addresses that lead back to them", () => {
  for (const name of ["a b", "%2e%2e", "ä#?.txt", "\u001b[2J", "a\nb", "-rf"]) {
    const file = { path: join(root, name), name, sizeBytes: 1, mark: "", isNew: true };
    const event = parseEvent(fileEvent(file, { bucket: "data", prefix: "p/", id: "1", nowMs: 0 }));
    expect(eventObject(event).key).toBe(`p/${name}`);
    expect(
      decodeURIComponent(new URL(event.data.body && "uri" in event.data.body ? event.data.body.uri : "").pathname),
    ).toBe(join(root, name));
  }
});
