import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";

export const inventoryShow: CommandSpec = {
  name: "inventory show",
  group: "Events and objects",
  summary: "Show the inventories there are, or one of them with its classes.",
  arguments: [{ form: "[id]", summary: "An inventory's id, or its beginning." }],
  examples: [
    ["astra inventory show", "all of them, the newest first"],
    [
      "astra inventory show 20261123 --bucket data",
      "one of s3://data: objects and bytes by class, and what was left out",
    ],
  ],
  async run(call) {
    const [{ showInventories, showInventory }, { inventoriesText, inventoryText }] = await Promise.all([
      import("../../../services/inventory/show-inventories.ts"),
      import("../output/inventories-text.ts"),
    ]);
    await using ctx = await call.context();
    const bucket = call.text("bucket") ?? null;
    const [id] = call.arguments;
    if (id === undefined) {
      const inventories = await showInventories({ ctx, input: { bucket } });
      const json = {
        ok: true,
        inventories: inventories.map(({ parts, ...rest }) => ({ ...rest, parts: parts.length })),
      };
      await call.terminal.show({ json, text: () => inventoriesText(inventories) });
    } else {
      const shown = await showInventory({ ctx, input: { bucket, id } });
      await call.terminal.show({ json: { ok: true, ...shown }, text: () => inventoryText(shown) });
    }
    return EXIT.done;
  },
};
