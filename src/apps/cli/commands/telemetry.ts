import { EXIT } from "../../../core/errors.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const telemetry: CommandSpec = {
  name: "telemetry",
  group: "Look",
  summary: "Show what it costs to know how a bucket is read, beside the saving that it allows.",
  details:
    "Server access logs and CloudTrail by what was read of them so far, S3 Inventory by the number of objects. What is not known is shown as unknown, never as nothing.",
  options: [
    { flags: "--plan <id>", summary: "Take saving and objects from this plan; without it, from the runs so far." },
  ],
  examples: [
    ["astra telemetry --bucket data", "every source with its cost a month"],
    ["astra telemetry --bucket data --plan 0f3c --json", "beside the saving of a plan"],
  ],
  async run(call) {
    const [{ showTelemetry }, { telemetryText }] = await Promise.all([
      import("../../../services/show-telemetry.ts"),
      import("../output/telemetry-text.ts"),
    ]);
    await using ctx = await call.context();
    const planId = call.text("plan");
    const input = { bucket: bucketOf(ctx.config), ...(planId !== undefined && { planId }) };
    const result = await showTelemetry({ ctx, input });
    await call.terminal.show({ json: { ok: true, ...result }, text: () => telemetryText(result) });
    return EXIT.done;
  },
};
