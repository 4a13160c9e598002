import { EXIT } from "../../../core/errors.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

export const inventoryList: CommandSpec = {
  name: "inventory list",
  group: "Events and objects",
  summary: "Make an inventory by listing a bucket.",
  details:
    "Kept in parts as it goes, so that a listing that was killed goes on where it was, within a day. Memory does not grow with the bucket.",
  arguments: [{ form: "[address]", summary: "s3://bucket, or s3://bucket/prefix; without it the configured bucket." }],
  options: [
    { flags: "--parallel", summary: "List stretches of keys side by side: faster where each answer takes its time." },
  ],
  examples: [
    ["astra inventory list s3://data --parallel", "all of s3://data, by several requests at a time"],
    ["astra inventory list s3://data/logs/", "what lies below logs/"],
  ],
  async run(call) {
    const [{ listInventory }, { listedText }] = await Promise.all([
      import("../../../services/inventory/list-inventory.ts"),
      import("../output/inventories-text.ts"),
    ]);
    await using ctx = await call.context();
    const [address] = call.arguments;
    const { bucket, prefix } = address === undefined ? { bucket: bucketOf(ctx.config), prefix: "" } : placeOf(address);
    const progress = call.terminal.progress();
    const input = { bucket, prefix, isParallel: call.has("parallel"), progress: progress.report };
    const result = await listInventory({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: true, ...result }, text: () => listedText(result) });
    return EXIT.done;
  },
};

function placeOf(address: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(address) ?? [];
  if (bucket === undefined) {
    throw usageError(
      `${JSON.stringify(address)} is no address of a bucket`,
      "Give s3://bucket, or s3://bucket/prefix.",
    );
  }
  return { bucket, prefix };
}
