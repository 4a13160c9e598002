import { styleText } from "node:util";
import { EXIT } from "../../../core/errors.ts";
import type { Finding } from "../../../services/diagnose.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";
import { symbols } from "../output/symbols.ts";
import { visible, visibleLines } from "../output/visible.ts";

export const doctor: CommandSpec = {
  name: "doctor",
  group: "Operate",
  summary: "Try everything Astra needs, change nothing, and say how to mend what is broken.",
  details:
    "Checks the log and its topics, the state file, and, where a bucket is named, the store, its permissions and the clock.",
  examples: [["astra doctor --bucket data", "all checks; exits with 1 where one fails"]],
  async run(call) {
    const { diagnose } = await import("../../../services/diagnose.ts");
    await using ctx = await call.context();
    const hasBucket = ctx.config.bucket !== undefined || Object.keys(ctx.config.buckets).length === 1;
    const findings = await diagnose({ ctx, input: hasBucket ? { bucket: bucketOf(ctx.config) } : {} });
    const ok = findings.every((finding) => finding.ok);
    await call.terminal.show({ json: { ok, findings }, text: () => findingsText(findings) });
    return ok ? EXIT.done : EXIT.failed;
  },
};

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map(({ check, ok, detail, fix }) => {
    const mark = ok ? styleText("green", symbols().ok) : styleText("red", symbols().bad);
    const mended = fix === null ? "" : `\n    fix: ${visible(fix)}`;
    return `${mark} ${visible(check)}: ${visibleLines(detail)}${mended}`;
  });
  const broken = findings.filter((finding) => !finding.ok).length;
  return [...lines, broken === 0 ? "All is well." : `${counted(broken, "check")} failed.`].join("\n");
}
