import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Missing, ensureMoto } from "../../tools/test-servers.ts";
import { freePort } from "./free-port.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const ENVIRONMENT = { MOTO_S3_DEFAULT_MAX_KEYS: "1000" };

/** moto's server on a free loopback port. */
export async function startMoto(): Promise<ServerProcess | Missing> {
  const found = await ensureMoto();
  if ("missing" in found) return found;
  const port = await freePort();
  const args = ["-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  return startServer(found.python, args, `http://127.0.0.1:${port}`, ENVIRONMENT);
}

/** A server whose objects can be written in the past. */
export interface DatedMoto extends ServerProcess {
  /** Objects written from now on have this LastModified; `null`: that of the clock. */
  writeAt(ms: number | null): Promise<void>;
}

/** moto's server with objects of any age. @param folder for the file that tells it the time */
export async function startDatedMoto(folder: string): Promise<DatedMoto | Missing> {
  const found = await ensureMoto();
  if ("missing" in found) return found;
  const port = await freePort();
  const timeFile = join(folder, "moto-time");
  const writeAt = (ms: number | null): Promise<void> => writeFile(timeFile, ms === null ? "" : String(ms));
  await writeAt(null);
  const script = join(import.meta.dirname, "moto-dated.py");
  const args = ["-W", "ignore", script, timeFile, "-H", "127.0.0.1", "-p", String(port)];
  return { ...(await startServer(found.python, args, `http://127.0.0.1:${port}`, ENVIRONMENT)), writeAt };
}
