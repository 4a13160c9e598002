import { EXIT } from "../../../core/errors.ts";
import { bucketOf, firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const metadataImport: CommandSpec = {
  name: "metadata import",
  group: "Operate",
  summary: "Take creation dates and access counts from a JSON file.",
  details: "Times without a zone are UTC.",
  arguments: [{ form: "<file>", summary: "The JSON file; docs/metadata.md shows its form." }],
  examples: [
    [
      "astra metadata import metadata.json --bucket data",
      "what is known of s3://data is replaced by what the file says",
    ],
  ],
  async run(call) {
    const file = firstArgument(call, "file");
    const [{ readJson }, { importMetadata }] = await Promise.all([
      import("../files.ts"),
      import("../../../services/exchange-metadata.ts"),
    ]);
    await using ctx = await call.context();
    const json = await readJson(file, "ASTRA_METADATA_INVALID");
    const bucket = bucketOf(ctx.config);
    const progress = call.terminal.progress();
    const input = { bucket, json, where: file, progress: progress.report };
    const result = await importMetadata({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({
      json: { ok: true, bucket, ...result },
      text: () => `${counted(result.imported, "object")} of s3://${bucket} imported.`,
    });
    return EXIT.done;
  },
};
