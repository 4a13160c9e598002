import { EXIT } from "../../../core/errors.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const policyTest: CommandSpec = {
  name: "policy test",
  group: "Decide and move",
  summary: "Decide made-up objects by the policies and compare with what a file expects of them.",
  details: "Exits with 1 where a case fails. Asks no store; docs/policies.md shows the form of the file.",
  arguments: [{ form: "<file>", summary: "YAML file of the cases." }],
  options: [{ flags: "--policies <file>", summary: "Policy file; the configured one where absent." }],
  examples: [
    ["astra policy test cases.yaml", "cases against the configured policies"],
    ["astra policy test cases.yaml --policies draft.yaml", "against a draft"],
  ],
  async run(call) {
    const path = firstArgument(call, "file");
    const [{ testPolicies }, { namedPolicies }, { parsePolicyCases }, { readNamedFile }, { policyTestText }] =
      await Promise.all([
        import("../../../services/test-policies.ts"),
        import("../policy-files.ts"),
        import("../../../config/policy-cases.ts"),
        import("../../../config/load.ts"),
        import("../output/policy-test-text.ts"),
      ]);
    await using ctx = await call.context();
    const { file, rules } = namedPolicies(call.text("policies"), ctx.config);
    const cases = parsePolicyCases(path, readNamedFile(path, "the command"));
    const result = await testPolicies({ ctx, input: { rules, cases } });
    const isPassed = result.failed === 0;
    await call.terminal.show({ json: { ok: isPassed, policies: file, ...result }, text: () => policyTestText(result) });
    return isPassed ? EXIT.done : EXIT.failed;
  },
};
