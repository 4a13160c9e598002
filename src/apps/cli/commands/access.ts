import { EXIT } from "../../../core/errors.ts";
import { parseObjectUri } from "../../../core/object-ref.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";
import { usageError, wholeNumber } from "../parse-options.ts";

export const access: CommandSpec = {
  name: "access",
  group: "Events and objects",
  summary: "Tell the log that objects were read.",
  arguments: [{ form: "<key...>", summary: "s3://BUCKET/KEY, or keys of the configured bucket." }],
  options: [
    { flags: "--reads <n>", summary: "Reads of each object.", parse: wholeNumber(1, 1_000_000_000), shownDefault: "1" },
    { flags: "--principal <name>", summary: "Who read; principals excluded by the configuration do not count." },
  ],
  examples: [
    ["astra access report.pdf --bucket data", "one read of one object"],
    ["astra access a.jpg b.jpg --bucket data --reads 12 --principal web", "twelve reads of each by `web`"],
  ],
  async run(call) {
    await using ctx = await call.context();
    const { recordAccess } = await import("../../../services/record-access.ts");
    const principal = call.text("principal");
    const reads = call.number("reads") ?? 1;
    const bucket = bucketOf(ctx.config);
    const result = await recordAccess({
      ctx,
      input: {
        bucket,
        keys: call.arguments.map((text) => keyIn(bucket, text)),
        reads,
        ...(principal !== undefined && { principal }),
      },
    });
    await call.terminal.show({
      json: { ok: true, bucket, reads, ...result },
      text: () => `${counted(result.produced, "access event")} appended to ${result.topic}.`,
    });
    return EXIT.done;
  },
};

/** @throws AstraError ASTRA_USAGE_INVALID for an object of another bucket */
function keyIn(bucket: string, text: string): string {
  const ref = parseObjectUri(text);
  if (!ref) return text;
  if (ref.bucket !== bucket) throw usageError(`${text} is not in the bucket ${bucket}`);
  return ref.key;
}
