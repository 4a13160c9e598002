import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EXIT } from "../../../core/errors.ts";
import { bucketOf, firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { formatBytes } from "../output/size.ts";
import { visible } from "../output/visible.ts";

export const upload: CommandSpec = {
  name: "upload",
  group: "Events and objects",
  summary: "Upload a file now, and tell the log of it.",
  arguments: [{ form: "<file>", summary: "File to upload." }],
  options: [
    { flags: "--key <key>", summary: "Key of the object.", shownDefault: "the file's name" },
    { flags: "--class <class>", summary: "Storage class.", shownDefault: "the class of hot objects" },
    { flags: "--overwrite", summary: "Replace an object that is there." },
  ],
  examples: [
    ["astra upload report.pdf --bucket data", "uploads report.pdf as s3://data/report.pdf"],
    [
      "astra upload dump.sql.gz --bucket data --key backups/2026-03-01.sql.gz --class STANDARD_IA",
      "with a key and a class of its own",
    ],
  ],
  async run(call) {
    const path = resolve(firstArgument(call, "file"));
    // The roots guard against events; a file named by the person at the terminal is theirs to give.
    await using ctx = await call.context((config) => ({
      ...config,
      ingest: { ...config.ingest, file_roots: [...config.ingest.file_roots, dirname(path)] },
    }));
    const { uploadFile } = await import("../../../services/upload-file.ts");
    const storageClass = call.text("class");
    const result = await uploadFile({
      ctx,
      input: {
        bucket: bucketOf(ctx.config),
        key: call.text("key") ?? basename(path),
        body: { uri: pathToFileURL(path).href },
        overwrite: call.has("overwrite"),
        ...(storageClass !== undefined && { storageClass }),
      },
    });
    await call.terminal.show({
      json: { ok: true, ...result },
      text: () =>
        `${formatBytes(result.sizeBytes)} uploaded to ${visible(`s3://${result.bucket}/${result.key}`)} in ${result.storageClass}.`,
    });
    return EXIT.done;
  },
};
