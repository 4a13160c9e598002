import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AstraError } from "../../core/errors.ts";
import { localLogFiles } from "./log-files.ts";

const files = localLogFiles();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "astra-logs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function linesOf(path: string): Promise<readonly (readonly [number, string | null])[]> {
  const found: (readonly [number, string | null])[] = [];
  for await (const { first, lines } of files.lines(path)) {
    for (const [index, line] of lines.entries()) found.push([first + index, line]);
  }
  return found;
}

async function faultOf(work: Promise<unknown>): Promise<AstraError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AstraError) return error;
  throw new Error("nothing was refused", { cause: error });
}

describe("lines", () => {
  it("come numbered, with any line end, plain or gzipped", async () => {
    const expected = [
      [1, "a"],
      [2, ""],
      [3, "ä"],
    ];
    expect(await linesOf(await written("plain", "a\n\nä"))).toEqual(expected);
    expect(await linesOf(await written("dos", "a\r\n\r\nä\r\n"))).toEqual(expected);
    expect(await linesOf(await written("packed.log", gzipSync("a\n\nä\n")))).toEqual(expected);
    expect(await linesOf(await written("empty", ""))).toEqual([]);
  });

  it("keep their number where one is longer than any record, and what is no UTF-8 is marked", async () => {
    const long = "x".repeat(300_000);
    const path = await written("long", Buffer.concat([Buffer.from(`a\n${long}\nb\n`), Buffer.from([0xff, 0x0a])]));
    expect(await linesOf(path)).toEqual([
      [1, "a"],
      [2, null],
      [3, "b"],
      [4, "\uFFFD"],
    ]);
    expect(await linesOf(await written("endless", long))).toEqual([[1, null]]);
  });

  it("of a damaged or cut gzip file end in a fault that names it", async () => {
    const packed = gzipSync("line\n".repeat(10_000));
    const cut = await written("cut.gz", packed.subarray(0, packed.length - 12));
    expect(await faultOf(linesOf(cut))).toMatchObject({
      code: "ASTRA_ACCESS_LOG_INVALID",
      where: cut,
      message: "the log cannot be read: the gzip file ends too early",
    });
    const damaged = await written("damaged.gz", Buffer.concat([packed.subarray(0, 10), Buffer.alloc(50, 0xff)]));
    expect((await faultOf(linesOf(damaged))).message).toContain("the gzip file is damaged");
  });
});

describe("a path", () => {
  it("of a folder gives its files by name, without hidden ones and links", async () => {
    const top = join(folder, "top");
    await mkdir(join(top, "b", ".git"), { recursive: true });
    for (const name of ["c", "a", "b/1", ".hidden", "b/.git/x"]) await writeFile(join(top, name), "");
    await symlink("/etc/passwd", join(top, "link"));
    await symlink(folder, join(top, "up"));
    expect(await files.find(top)).toEqual(["a", "b/1", "c"].map((name) => join(top, name)));
    expect(await files.find(join(top, "a"))).toEqual([join(top, "a")]);
  });

  it("that isn't there, is no file or holds nothing is refused", async () => {
    await mkdir(join(folder, "nothing"));
    const refused = async (path: string) => (await faultOf(files.find(path))).message;
    expect(await refused(join(folder, "none"))).toContain("there is no such file or folder");
    expect(await refused(join(folder, "nothing"))).toContain("the folder holds no files");
    expect(await refused("/dev/null")).toContain("neither a file nor a folder");
  });
});
