import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

async function contentOf(path: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of files.bytes(path)) pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

async function faultOf(work: Promise<unknown>): Promise<AstraError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AstraError) return error;
  throw new Error("nothing was refused", { cause: error });
}

describe("bytes", () => {
  it("are those of the file, whatever its length", async () => {
    const long = Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => index % 251));
    expect((await contentOf(await written("long", long))).equals(long)).toBe(true);
    expect(await contentOf(await written("empty", ""))).toHaveLength(0);
  });

  it("of a file that is gone end in a fault that names it", async () => {
    const none = join(folder, "gone");
    expect(await faultOf(contentOf(none))).toMatchObject({ code: "ASTRA_ACCESS_LOG_INVALID", where: none });
  });
});

describe("a path", () => {
  it("of a folder gives its files by name, without hidden ones and links", async () => {
    const top = join(folder, "top");
    await mkdir(join(top, "b", ".git"), { recursive: true });
    for (const name of ["c", "a", "b/1", ".hidden", "b/.git/x"]) await writeFile(join(top, name), "");
    await symlink("/etc/passwd", join(top, "link"));
    await symlink(folder, join(top, "up"));
    const found = async (path: string) => (await files.find(path)).map((file) => file.path);
    expect(await found(top)).toEqual(["a", "b/1", "c"].map((name) => join(top, name)));
    expect(await found(join(top, "a"))).toEqual([join(top, "a")]);
  });

  it("has a mark that changes with its content", async () => {
    const path = await written("marked", "one");
    const [before] = await files.find(path);
    expect(await files.find(path)).toEqual([before]);
    await appendFile(path, "two");
    expect((await files.find(path))[0]?.mark).not.toBe(before?.mark);
  });

  it("that isn't there, is no file or holds nothing is refused", async () => {
    await mkdir(join(folder, "nothing"));
    const refused = async (path: string) => (await faultOf(files.find(path))).message;
    expect(await refused(join(folder, "none"))).toContain("there is no such file or folder");
    expect(await refused(join(folder, "nothing"))).toContain("the folder holds no files");
    expect(await refused("/dev/null")).toContain("neither a file nor a folder");
  });
});
