import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";

export const policyCheck: CommandSpec = {
  name: "policy check",
  group: "Decide and move",
  summary: "Find rules that never act, contradict each other, or are sure to lose money.",
  details: "Exits with 1 where there are errors, with 0 where there are warnings only. Asks no store.",
  arguments: [{ form: "[file]", summary: "The policy file; the configured one where absent." }],
  examples: [
    ["astra policy check", "the configured policy file"],
    ["astra policy check policies.yaml --json", "another file, as one line of JSON"],
  ],
  async run(call) {
    const [{ checkPolicies }, { namedPolicies }, { policyCheckText }] = await Promise.all([
      import("../../../services/check-policies.ts"),
      import("../policy-files.ts"),
      import("../output/policy-check-text.ts"),
    ]);
    await using ctx = await call.context();
    const { file, rules } = namedPolicies(call.arguments[0], ctx.config);
    const check = await checkPolicies({ ctx, input: { rules } });
    await call.terminal.show({
      json: { ok: check.errors === 0, file, ...check },
      text: () => policyCheckText(file, check),
    });
    return check.errors === 0 ? EXIT.done : EXIT.failed;
  },
};
