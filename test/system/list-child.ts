/** Lists a bucket through the adapter and prints what it saw; started by bounded-memory.test.ts. */
import { setImmediate as turn } from "node:timers/promises";
import { openS3Store } from "../../src/adapters/s3/object-store.ts";
import { systemRandom } from "../../src/adapters/system/system-random.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import { ACCESS_KEY, SECRET_KEY } from "../support/sandbox.ts";

const [, , endpoint = "", bucket = "", form = ""] = process.argv;
await using store = openS3Store(
  bucket,
  {
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { kind: "static", accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  },
  { clock: new WallClock(), random: systemRandom() },
);
let objects = 0;
let bytes = 0;
for await (const page of form === "parallel" ? store.listParallel() : store.list()) {
  objects += page.length;
  for (const { sizeBytes } of page) bytes += sizeBytes;
  // A reader that is slower than the store.
  await turn();
}
process.stdout.write(JSON.stringify({ objects, bytes }));
