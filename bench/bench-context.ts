/** Contexts as the command line opens them, for a bucket and files of the benchmark. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { openContext } from "../src/apps/wiring.ts";
import { type Config, configSchema } from "../src/config/schema.ts";
import type { Context } from "../src/services/context.ts";
import { ACCESS_KEY, SECRET_KEY } from "./sandbox-messages.ts";

export const placeSchema = z.strictObject({
  /** Holds the log and the state. */
  folder: z.string(),
  bucket: z.string(),
  endpoint: z.string().nullable(),
  /** Kafka's, instead of the embedded log. */
  brokers: z.array(z.string()).nullable(),
  /** Further fields of the configuration. */
  settings: z.record(z.string(), z.unknown()).optional(),
  /** Consumer group; one named like the bucket where absent. */
  group: z.string().optional(),
});
/** Where a piece of work happens. */
export type Place = z.infer<typeof placeSchema>;

export function openPlace(place: Place): Promise<Context & AsyncDisposable> {
  return openContext(configOf(place));
}

/** File of the state. */
export function statePath({ folder, bucket }: Pick<Place, "folder" | "bucket">): string {
  return join(folder, `${bucket}-state.db`);
}

function configOf({ folder, bucket, endpoint, brokers, settings = {}, group = bucket }: Place): Config {
  const names = { topic: `${bucket}-events`, dead_letter_topic: `${bucket}-events.dlq`, group };
  return configSchema.parse({
    ...settings,
    bucket,
    s3: {
      ...(endpoint !== null && { endpoint }),
      region: "us-east-1",
      credentials: { access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY },
    },
    log:
      brokers === null
        ? { ...names, path: join(folder, `${bucket}-log.db`) }
        : { ...names, kind: "kafka", kafka: { brokers } },
    state: { path: statePath({ folder, bucket }) },
  });
}

/** A folder that is gone afterwards. */
export async function scratchFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "astra-bench-"));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
    },
  };
}
