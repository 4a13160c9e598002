import { EXIT } from "../../../core/errors.ts";
import type { Call } from "../call.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { instant, usageError } from "../parse-options.ts";

export const inventoryImport: CommandSpec = {
  name: "inventory import",
  group: "Events and objects",
  summary: "Take an S3 Inventory, or files of objects in Parquet or CSV.",
  details: [
    "A source is the manifest.json of an S3 Inventory, a folder or prefix that holds dated inventories (the newest whole one is taken), or files of somebody else, plain or gzipped, on this machine or in a bucket.",
    "Sizes and checksums are verified; noncurrent versions, delete markers, rows of other buckets and rows that can't be read are left out and counted.",
    "An import that was interrupted goes on after the files that are done. docs/inventory.md says more.",
  ].join(" "),
  arguments: [{ form: "<source...>", summary: "s3://bucket/prefix, a manifest.json, a folder, or files." }],
  options: [
    { flags: "--prefix <prefix>", summary: "The inventory holds only keys that begin so.", shownDefault: "all keys" },
    {
      flags: "--taken <time>",
      summary: "When files without a manifest were made; without it the time of the oldest.",
      parse: instant,
    },
    { flags: "--keys-encoded", summary: "Keys in CSV files without a manifest are URL-encoded." },
  ],
  examples: [
    ["astra inventory import s3://inventories/data/daily", "the newest whole inventory below that prefix"],
    [
      "astra inventory import objects.parquet --bucket data",
      "a file of somebody else, with the columns Key, Size and LastModifiedDate",
    ],
  ],
  async run(call) {
    const sources = call.arguments;
    if (sources.length === 0 || sources.includes("")) throw usageError("the source is missing");
    const [{ importInventory }, { openSourceFiles }, { importedText }] = await Promise.all([
      import("../../../services/inventory/import-inventory.ts"),
      import("../../source-files.ts"),
      import("../output/inventories-text.ts"),
    ]);
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const input = {
      sources,
      bucket: call.text("bucket") ?? null,
      bucketOfFiles: () => bucketOf(ctx.config),
      prefix: call.text("prefix") ?? "",
      takenMs: call.number("taken") ?? null,
      keysEncoded: call.has("keysEncoded"),
      files: await openSourceFiles(),
      progress: progress.report,
    };
    const result = await importInventory({ ctx, input }).finally(() => progress.clear());
    warnOfAge(call, result.ageMs);
    await call.terminal.show({ json: { ok: true, ...result }, text: () => importedText(result) });
    return EXIT.done;
  },
};

const OLD_MS = 48 * 3_600_000;

function warnOfAge(call: Call, ageMs: number): void {
  if (ageMs < OLD_MS) return;
  const days = Math.floor(ageMs / 86_400_000);
  call.terminal.warn(
    `the inventory is ${days} days old: what changed since is not in it. A plan takes it only where it is named, and leaves out objects that the state knows to have changed.`,
  );
}
