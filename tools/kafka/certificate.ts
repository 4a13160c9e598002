/** A throw-away certificate authority and a server certificate for the loopback interface, made by openssl. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Certificates {
  readonly caPem: string;
  readonly caFile: string;
  /** The server's private key followed by its chain, as a broker's PEM keystore wants it. */
  readonly keystore: string;
}

/**
 * Writes CA and server certificate into `dir`, valid for 30 days on 127.0.0.1 and localhost.
 * @throws Error when openssl is missing.
 */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const path = (name: string): string => join(dir, name);
  const newKey = ["-newkey", "rsa:2048", "-nodes", "-sha256"];
  const authority = ["-subj", "/CN=Local Kafka CA", "-addext", "basicConstraints=critical,CA:TRUE"];
  await openssl([
    "req",
    "-x509",
    "-days",
    "30",
    ...newKey,
    ...authority,
    "-keyout",
    path("ca.key"),
    "-out",
    path("ca.pem"),
  ]);
  const server = ["-subj", "/CN=127.0.0.1", "-keyout", path("server.key"), "-out", path("server.csr")];
  await openssl(["req", "-new", ...newKey, ...server]);
  await writeFile(path("san.ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n");
  const signer = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-extfile", path("san.ext")];
  const request = ["-days", "30", "-in", path("server.csr"), "-out", path("server.pem")];
  await openssl(["x509", "-req", "-sha256", ...request, ...signer]);
  const caPem = await readFile(path("ca.pem"), "utf8");
  const chain = (await readFile(path("server.key"), "utf8")) + (await readFile(path("server.pem"), "utf8")) + caPem;
  await writeFile(path("keystore.pem"), chain, { mode: 0o600 });
  return { caPem, caFile: path("ca.pem"), keystore: path("keystore.pem") };
}

async function openssl(args: readonly string[]): Promise<void> {
  await run("openssl", [...args]);
}
