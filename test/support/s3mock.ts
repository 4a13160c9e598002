import { type Missing, ensureS3Mock } from "../../tools/test-servers.ts";
import { freePort } from "./free-port.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** The one key it takes to encrypt with. */
export const KMS_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** Adobe S3Mock on a free loopback port. */
export async function startS3Mock(): Promise<ServerProcess | Missing> {
  const found = await ensureS3Mock();
  if ("missing" in found) return found;
  const http = await freePort();
  // It opens three more ports; left alone, two of them are fixed.
  const [https, vectors, vectorsHttps] = [await freePort(), await freePort(), await freePort()];
  const args = [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-jar",
    found.jar,
    `--com.adobe.testing.s3mock.store.valid-kms-keys=${KMS_KEY}`,
    `--http.port=${http}`,
    `--server.port=${https}`,
    `--vectors.http.port=${vectors}`,
    `--vectors.https.port=${vectorsHttps}`,
  ];
  return startServer("java", args, `http://127.0.0.1:${http}`);
}
