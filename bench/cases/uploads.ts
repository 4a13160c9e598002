import { hash } from "node:crypto";
import { syntheticChunks } from "../../src/core/synthetic-body.ts";
import { numberedName } from "../../src/services/generate-events.ts";
import { type BenchCase, type Round, check } from "../bench-case.ts";
import { scratchFolder } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { ObjectTally, type TallySums } from "../object-tally.ts";
import { amount } from "../options.ts";
import { phaseOf } from "../outcome.ts";
import { startSandboxProcess } from "../sandbox-process.ts";
import type { UploadsInput } from "../work/uploads.ts";

const OBJECTS = 5_000;
const SIZE_BYTES = 1024;
const NAME = "incoming/measurement-{n}.json";

export const uploads: BenchCase = {
  name: "uploads",
  summary: "created events in the log become objects of 1 KiB in the store",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const expected = expectedSums(objects);
    const rounds: Round[] = [];
    await using sandbox = await startSandboxProcess(options.latencyMs);
    for (let round = 1; round <= options.rounds; round++) {
      await using folder = await scratchFolder();
      const bucket = `uploads-${round}`;
      await sandbox.stock({ bucket, count: 0, sizesBytes: [0], sizeRun: 1, ageDays: 0, rich: false });
      const place = { folder: folder.path, bucket, endpoint: sandbox.endpoint, brokers: null };
      const input: UploadsInput = { place, objects, name: NAME, sizeBytes: SIZE_BYTES };
      const outcome = await measure("uploads", input, options.profile);
      check("what the work counted", outcome.found, { uploaded: objects, deadLettered: 0 });
      check("what the store holds", await sandbox.tally(bucket), expected);
      rounds.push({
        phase: phaseOf(outcome, "uploads"),
        rssPeakBytes: outcome.rssPeakBytes,
        processCpuSeconds: null,
      });
    }
    return {
      unit: "object",
      main: { name: "upload", rounds },
      parts: [],
      peers: [],
      detail: {
        objects,
        sizeBytes: SIZE_BYTES,
        checked: "keys, sizes, classes and ETags (MD5 of the bodies) in the store's own memory",
      },
    };
  },
};

function expectedSums(objects: number): TallySums {
  const tally = new ObjectTally();
  for (let n = 1; n <= objects; n++) {
    const key = numberedName(NAME, n, objects);
    const body = Buffer.concat([...syntheticChunks(key, SIZE_BYTES)]);
    tally.add({ key, sizeBytes: SIZE_BYTES, storageClass: "STANDARD", etag: hash("md5", body) });
  }
  return tally.sums();
}
