/** TLS in front of a server that speaks plain TCP, with a certificate made for the occasion. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { makeCertificates } from "../../tools/kafka/certificate.ts";

export interface TlsFront extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** PEM file of the authority that signed its certificate. */
  readonly caFile: string;
}

/** @param target `http://HOST:PORT` */
export async function startTlsFront(target: string): Promise<TlsFront> {
  const dir = await mkdtemp(join(tmpdir(), "tls-front-"));
  const { caFile, keystore } = await makeCertificates(dir);
  const pem = await readFile(keystore);
  const { hostname, port } = new URL(target);
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer({ key: pem, cert: pem }, (incoming) => {
    const outgoing = connect(Number(port), hostname);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => sockets.delete(one));
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port on the loopback interface");
  return {
    endpoint: `https://127.0.0.1:${address.port}`,
    caFile,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      await rm(dir, { recursive: true, force: true });
    },
  };
}
