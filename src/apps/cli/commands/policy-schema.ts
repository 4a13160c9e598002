import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";

export const policySchema: CommandSpec = {
  name: "policy schema",
  group: "Decide and move",
  summary: "Print the JSON Schema of policy files, for editors.",
  usesConfig: false,
  examples: [["astra policy schema > policy.schema.json", "then begin the file with `$schema: ./policy.schema.json`"]],
  async run(call) {
    const { policyJsonSchema } = await import("../../../config/policy-schema.ts");
    const schema = policyJsonSchema();
    await call.terminal.show({ json: { ok: true, schema }, text: () => JSON.stringify(schema, null, 2) });
    return EXIT.done;
  },
};
