/** Wires sources of inventories to files of this machine. */
import type { SourceFiles } from "../ports/source-files.ts";

/** Files of this machine. */
export async function openSourceFiles(): Promise<SourceFiles> {
  const { localSourceFiles } = await import("../adapters/system/source-files.ts");
  return localSourceFiles();
}
