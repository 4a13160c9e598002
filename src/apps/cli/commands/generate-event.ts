import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AstraError, EXIT } from "../../../core/errors.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { formatBytes, counted } from "../output/size.ts";
import { ratePerSecond, sizeBytes, wholeNumber } from "../parse-options.ts";

const DEFAULT_SIZE_BYTES = 1024;

export const generateEvent: CommandSpec = {
  name: "generate-event",
  group: "Events and objects",
  summary: "Put events of new objects into the log; a consumer uploads their bodies.",
  details: "With --count, `{n}` in a name becomes the number; without `{n}` the number goes before the extension.",
  arguments: [{ form: "<name...>", summary: "Keys of the objects." }],
  options: [
    { flags: "--size <size>", summary: "Size of a generated body.", parse: sizeBytes, shownDefault: "1KiB" },
    { flags: "--source <file|url>", summary: "Body to upload instead: a file, https:, s3: or synthetic:SEED:SIZE." },
    { flags: "--count <n>", summary: "Events per name.", parse: wholeNumber(1, 100_000_000), shownDefault: "1" },
    { flags: "--rate <n>", summary: "Events a second; as fast as possible without it.", parse: ratePerSecond },
    { flags: "--overwrite", summary: "Replace objects that are there." },
  ],
  examples: [
    ["astra generate-event report.pdf --bucket data --size 2MiB", "one event with a generated body of 2 MiB"],
    ["astra generate-event 'logs/app-{n}.log' --bucket data --count 10000 --rate 500", "10,000 events, 500 a second"],
    [
      "astra generate-event photo.jpg --bucket data --source ./photo.jpg",
      "an event whose body is a file the consumer can read",
    ],
  ],
  async run(call) {
    const source = call.text("source");
    const input = {
      names: call.arguments,
      count: call.number("count") ?? 1,
      sizeBytes: call.number("size") ?? DEFAULT_SIZE_BYTES,
      overwrite: call.has("overwrite"),
      ...(source !== undefined && { source: await bodyUri(source) }),
    };
    const rate = call.number("rate");
    await using ctx = await call.context();
    const { generateEvents } = await import("../../../services/generate-events.ts");
    const progress = call.terminal.progress();
    const bucket = bucketOf(ctx.config);
    const result = await generateEvents({
      ctx,
      input: { ...input, bucket, progress: progress.report, ...(rate !== undefined && { ratePerSecond: rate }) },
    }).finally(() => progress.clear());
    await call.terminal.show({
      json: { ok: true, bucket, ...result },
      text: () =>
        `${counted(result.produced, "event")} (${formatBytes(result.bytes)}) for s3://${bucket} appended to ${result.topic}.\nNext: astra consume --drain`,
    });
    return EXIT.done;
  },
};

const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** A URI as it is; a path as a `file:` URI, checked here because the person who typed it is here. */
async function bodyUri(source: string): Promise<string> {
  if (SCHEME.test(source)) return source;
  const path = resolve(source);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile())
    throw new AstraError("ASTRA_BODY_MISSING", "there is no such file", { where: path, fix: "Correct --source." });
  return pathToFileURL(path).href;
}
