import { EXIT } from "../../../core/errors.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const inventoryRemove: CommandSpec = {
  name: "inventory remove",
  group: "Events and objects",
  summary: "Take an inventory off this machine, whole or begun.",
  details: "Nothing in a bucket is touched, and plans that were made of it stay.",
  arguments: [{ form: "<id>", summary: "The inventory's id, or its beginning." }],
  examples: [["astra inventory remove 20261123 --bucket data", "its folder is gone from the disk"]],
  async run(call) {
    const id = firstArgument(call, "id of the inventory");
    const { removeInventory } = await import("../../../services/inventory/remove-inventory.ts");
    await using ctx = await call.context();
    const removed = await removeInventory({ ctx, input: { bucket: call.text("bucket") ?? null, id } });
    const text = `Inventory ${removed.id} of s3://${removed.bucket} is removed.`;
    await call.terminal.show({ json: { ok: true, ...removed }, text: () => text });
    return EXIT.done;
  },
};
