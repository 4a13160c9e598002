/** Manifests and files of somebody who means harm: refused by name, and nothing of them is taken. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type CliResult, astra, oneLine, record, workFolder } from "./cli.ts";

const FOLDER = "inv/daily/2026-11-01T00-00Z";
const MANIFEST = `${FOLDER}/manifest.json`;
const TABLE = "Key,Size,LastModifiedDate\na%2Bb,1,2026-01-01\n";

let cwd: string;

beforeEach(async () => {
  const folder = await workFolder();
  cwd = folder.path;
  return () => folder[Symbol.asyncDispose]();
});

async function take(...args: string[]): Promise<CliResult> {
  return astra(["inventory", "import", ...args, "--json"], { cwd });
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

async function manifest(files: readonly { readonly key: string; readonly text: string }[]): Promise<void> {
  const text = JSON.stringify({
    sourceBucket: "data",
    version: "2016-11-30",
    creationTimestamp: "1767225600000",
    fileFormat: "CSV",
    fileSchema: "Key, Size, LastModifiedDate",
    files: files.map(({ key, text: content }) => ({ key, size: content.length, MD5checksum: md5(content) })),
  });
  await mkdir(join(cwd, FOLDER), { recursive: true });
  await writeFile(join(cwd, MANIFEST), text);
  await writeFile(join(cwd, FOLDER, "manifest.checksum"), md5(text));
}

const codeOf = ({ stdout, stderr }: CliResult): unknown => /ASTRA_\w+/.exec(stdout + stderr)?.[0];

test("a manifest opens no file outside of its folders, and no device", async () => {
  await manifest([{ key: "dev/zero", text: "0" }]);
  expect(codeOf(await take(MANIFEST))).toBe("ASTRA_INVENTORY_MISSING");
  await manifest([{ key: `${"../".repeat(20)}dev/zero`, text: "0" }]);
  expect(codeOf(await take(MANIFEST))).toBe("ASTRA_INVENTORY_MISSING");
  await mkdir(join(cwd, "inv/daily/data"));
  execFileSync("mkfifo", [join(cwd, "inv/daily/data/pipe.csv.gz")]);
  await manifest([{ key: "inv/daily/data/pipe.csv.gz", text: "0" }]);
  const result = await take(MANIFEST);
  expect(codeOf(result)).toBe("ASTRA_INVENTORY_INVALID");
  expect(result.stdout + result.stderr).toContain("pipe.csv.gz");
});

test("a manifest that names a file twice would count every object twice", async () => {
  const file = { key: "inv/daily/data/a.csv", text: '"k","1","2026-01-01T00:00:00Z"\n' };
  await mkdir(join(cwd, "inv/daily/data"), { recursive: true });
  await writeFile(join(cwd, file.key), file.text);
  await manifest([file, file]);
  const result = await take(MANIFEST);
  expect(codeOf(result)).toBe("ASTRA_INVENTORY_FORMAT");
  expect(result.stdout + result.stderr).toContain("twice");
  await manifest([file]);
  expect(oneLine(await take(MANIFEST))).toMatchObject({ ok: true, inventory: { rows: 1 } });
});

test("another content under the same name and date is not mixed with what was taken", async () => {
  await mkdir(join(cwd, "inv/daily/data"), { recursive: true });
  const files = ["a", "b"].map((key) => ({ key: `inv/daily/data/${key}.csv`, text: `"${key}","1","2026-01-01"\n` }));
  for (const { key, text } of files) await writeFile(join(cwd, key), text);
  await manifest(files.slice(0, 1));
  expect(oneLine(await take(MANIFEST))).toMatchObject({ ok: true });
  await manifest(files.slice(1));
  const result = await take(MANIFEST);
  expect(codeOf(result)).toBe("ASTRA_INVENTORY_INVALID");
  expect(result.stdout + result.stderr).toContain("astra inventory remove");
});

test("a file that is named twice is one, and the same file read in another way is another inventory", async () => {
  await writeFile(join(cwd, "a.csv"), TABLE);
  const plain = oneLine(await take("a.csv", "./a.csv", join(cwd, "a.csv"), "--bucket", "data"));
  expect(plain).toMatchObject({ inventory: { rows: 1 } });
  const decoded = oneLine(await take("a.csv", "--bucket", "data", "--keys-encoded"));
  const again = oneLine(await take("a.csv", "--bucket", "data"));
  const ids = [decoded, again].map(({ inventory }) => record(inventory)["id"]);
  expect(new Set(ids).size).toBe(2);
});
