import { type Missing, ensureMoto } from "../../tools/test-servers.ts";
import { freePort } from "./free-port.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** moto's server on a free loopback port. */
export async function startMoto(): Promise<ServerProcess | Missing> {
  const found = await ensureMoto();
  if ("missing" in found) return found;
  const port = await freePort();
  const args = ["-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  return startServer(found.python, args, `http://127.0.0.1:${port}`, { MOTO_S3_DEFAULT_MAX_KEYS: "1000" });
}
