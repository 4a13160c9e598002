/** Finds new and changed files of a folder by looking again and again: works on every file system, network ones included. */
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { AstraError } from "../../core/errors.ts";

export interface WatchedFile {
  readonly path: string;
  /** Below the folder, with `/` between its parts. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Changes with the content as far as the file system tells. */
  readonly mark: string;
  readonly isNew: boolean;
}

export class FolderWatch {
  readonly #folder: string;
  /** Marks as of the last look. */
  #seen = new Map<string, string>();
  /** Marks of the files that were told of. */
  readonly #settled = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws AstraError ASTRA_USAGE_INVALID where there is no such folder. */
  static async open(folder: string, options: { readonly includesPresent: boolean }): Promise<FolderWatch> {
    const watch = new FolderWatch(folder);
    const present = await watch.#files();
    for (const file of present) watch.#seen.set(file.name, file.mark);
    if (!options.includesPresent) watch.settle(present);
    return watch;
  }

  /** Files that are new or changed, and the same as a look before. */
  async look(): Promise<readonly WatchedFile[]> {
    const files = await this.#files();
    const stable = files.filter(({ name, mark }) => this.#seen.get(name) === mark && this.#settled.get(name) !== mark);
    this.#seen = new Map(files.map(({ name, mark }) => [name, mark]));
    for (const name of this.#settled.keys()) if (!this.#seen.has(name)) this.#settled.delete(name);
    return stable;
  }

  /** These have been told of; until then `look` gives them again. */
  settle(files: readonly WatchedFile[]): void {
    for (const { name, mark } of files) this.#settled.set(name, mark);
  }

  async #files(): Promise<WatchedFile[]> {
    let entries: Dirent[];
    try {
      entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    } catch (error) {
      throw new AstraError("ASTRA_USAGE_INVALID", "the folder cannot be read", {
        where: this.#folder,
        cause: error,
        fix: "Name a folder that can be read.",
      });
    }
    const files: WatchedFile[] = [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // Gone since the folder was read: then there is nothing to tell.
      const found = await lstat(path, { bigint: true }).catch(() => null);
      if (!found?.isFile()) continue;
      const name = relative(this.#folder, path).split(sep).join("/");
      const mark = `${found.size}-${found.mtimeNs}-${found.ino}`;
      files.push({ path, name, sizeBytes: Number(found.size), mark, isNew: !this.#settled.has(name) });
    }
    return files;
  }
}

export interface FileEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: "astra.object.created" | "astra.object.overwritten";
  readonly subject: string;
  readonly time: string;
  readonly data: { readonly sizeBytes: number; readonly body: { readonly uri: string } };
}

export function fileEvent(
  file: WatchedFile,
  how: { readonly bucket: string; readonly prefix: string; readonly id: string; readonly nowMs: number },
): FileEvent {
  return {
    specversion: "1.0",
    id: how.id,
    source: `s3://${how.bucket}`,
    type: file.isNew ? "astra.object.created" : "astra.object.overwritten",
    subject: how.prefix + file.name,
    time: new Date(how.nowMs).toISOString(),
    data: { sizeBytes: file.sizeBytes, body: { uri: pathToFileURL(file.path).href } },
  };
}
