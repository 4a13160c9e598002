import { EXIT } from "../../../core/errors.ts";
import type { MetadataEntry } from "../../../services/exchange-metadata.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";

export const metadataExport: CommandSpec = {
  name: "metadata export",
  group: "Operate",
  summary: "Write creation dates and access counts as JSON.",
  options: [{ flags: "--out <file>", summary: "File to write.", shownDefault: "standard output" }],
  examples: [
    ["astra metadata export --bucket data --out metadata.json", "into a file"],
    ["astra metadata export --bucket data | jq length", "into another program"],
  ],
  async run(call) {
    const { exportMetadata } = await import("../../../services/exchange-metadata.ts");
    await using ctx = await call.context();
    const bucket = bucketOf(ctx.config);
    const count = { objects: 0 };
    const text = exportText(exportMetadata({ ctx, input: { bucket } }), count);
    const file = call.text("out");
    if (file === undefined) {
      for await (const piece of text) if (!(await call.terminal.write(piece))) break;
      return EXIT.done;
    }
    const { writeNewFile } = await import("../files.ts");
    await writeNewFile(file, text);
    await call.terminal.show({
      json: { ok: true, bucket, file, exported: count.objects },
      text: () => `${counted(count.objects, "object")} of s3://${bucket} written to ${file}.`,
    });
    return EXIT.done;
  },
};

/** One JSON object, one entry a line. */
async function* exportText(
  pages: AsyncIterable<readonly (readonly [string, MetadataEntry])[]>,
  count: { objects: number },
): AsyncGenerator<string> {
  let separator = "{";
  for await (const page of pages) {
    if (page.length === 0) continue;
    count.objects += page.length;
    yield page
      .map(
        ([key, entry], index) => `${index === 0 ? separator : ","}\n${JSON.stringify(key)}: ${JSON.stringify(entry)}`,
      )
      .join("");
    separator = ",";
  }
  yield separator === "{" ? "{}\n" : "\n}\n";
}
