/** An export's files in a folder of this machine, each there whole or not at all. */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AstraError } from "../../core/errors.ts";
import { type ExportTarget, TextDigest } from "../../services/export/export-target.ts";

/** Made where it isn't there. @throws AstraError ASTRA_USAGE_INVALID where it can't be written */
export async function folderTarget(folder: string): Promise<ExportTarget> {
  await told(folder, () => mkdir(folder, { recursive: true }));
  return {
    location: folder,
    async create(name) {
      const path = join(folder, name);
      const draft = `${path}.${randomUUID().slice(0, 8)}.part`;
      const file: FileHandle = await told(path, () => open(draft, "wx"));
      const digest = new TextDigest();
      let isOpen = true;
      const close = async (): Promise<void> => {
        if (isOpen) await file.close();
        isOpen = false;
      };
      return {
        write: async (text) => {
          digest.update(text);
          await told(path, () => file.appendFile(text));
        },
        finish: async () => {
          await told(path, () => file.sync());
          await close();
          await told(path, () => rename(draft, path));
          return { etag: digest.hex() };
        },
        abandon: async () => {
          await close();
          await rm(draft, { force: true });
        },
      };
    },
  };
}

async function told<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "the disk refuses it";
    const fix = "Choose a folder that can be written.";
    throw new AstraError("ASTRA_USAGE_INVALID", `the export cannot be written: ${code}`, { where, fix, cause });
  }
}
