import { EXIT } from "../../../core/errors.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const policyPreview: CommandSpec = {
  name: "policy preview",
  group: "Decide and move",
  summary: "Show what a policy file would change of today's decisions about a bucket, in money.",
  details:
    "With a file, it is compared with the configured policies; without one, the configured policies with none at all. " +
    "Moves nothing.",
  arguments: [{ form: "[file]", summary: "The policy file; the configured one where absent." }],
  options: [{ flags: "--prefix <prefix>", summary: "Only keys that begin so." }],
  examples: [
    ["astra policy preview draft.yaml --bucket data", "what the draft changes against the policies in force"],
    ["astra policy preview", "what the policies in force change against none"],
  ],
  async run(call) {
    const [{ previewPolicies }, { namedPolicies }, { policyPreviewText }] = await Promise.all([
      import("../../../services/preview-policies.ts"),
      import("../policy-files.ts"),
      import("../output/policy-preview-text.ts"),
    ]);
    await using ctx = await call.context();
    const named = call.arguments[0];
    const { file, rules } = namedPolicies(named, ctx.config);
    const progress = call.terminal.progress();
    const prefix = call.text("prefix");
    const input = {
      bucket: bucketOf(ctx.config),
      present: named === undefined ? [] : ctx.policies,
      proposed: rules,
      progress: progress.report,
      ...(prefix !== undefined && { prefix }),
    };
    const preview = await previewPolicies({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: true, file, ...preview }, text: () => policyPreviewText(file, preview) });
    return EXIT.done;
  },
};
