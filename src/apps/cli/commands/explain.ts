import { EXIT } from "../../../core/errors.ts";
import { type ObjectRef, parseObjectUri } from "../../../core/object-ref.ts";
import type { Config } from "../../../config/schema.ts";
import { bucketOf, firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const explain: CommandSpec = {
  name: "explain",
  group: "Look",
  summary: "Say why an object is where it is: age, reads, rule, and the bill in every class.",
  arguments: [{ form: "<object>", summary: "s3://BUCKET/KEY, or a key of the configured bucket." }],
  examples: [["astra explain s3://data/backup_2024.zip", "the rule, the sums, and what happened before"]],
  async run(call) {
    const [{ explainObject }, { explanationText }] = await Promise.all([
      import("../../../services/explain-object.ts"),
      import("../output/explanation-text.ts"),
    ]);
    await using ctx = await call.context();
    const explanation = await explainObject({ ctx, input: refOf(firstArgument(call, "object"), ctx.config) });
    await call.terminal.show({ json: { ok: true, ...explanation }, text: () => explanationText(explanation) });
    return EXIT.done;
  },
};

function refOf(text: string, config: Config): ObjectRef {
  return parseObjectUri(text) ?? { bucket: bucketOf(config), key: text };
}
