import { AstraError, EXIT } from "../../../core/errors.ts";
import type { VerifyAuditInput } from "../../../services/audit/verify-audit.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

export const auditVerify: CommandSpec = {
  name: "audit verify",
  group: "Look",
  summary: "Recompute the audit trail, and the plans it tells of.",
  details:
    "Finds the first entry that was changed, taken out, put in or exchanged. An end that was cut off is found by --head, with what an earlier check told to keep.",
  options: [{ flags: "--head <hash>", summary: "HASH or HASH@ENTRY, as an earlier check printed it." }],
  examples: [
    ["astra audit verify", "whether everything is as it was written, and what to keep for the next time"],
    [`astra audit verify --head ${"0".repeat(64)}@0`, "as well, whether the trail still holds what was kept"],
  ],
  async run(call) {
    const text = call.text("head");
    const input: VerifyAuditInput = text === undefined ? {} : { head: keptHead(text) };
    const [{ verifyAudit }, { verifiedText }] = await Promise.all([
      import("../../../services/audit/verify-audit.ts"),
      import("../output/audit-text.ts"),
    ]);
    await using ctx = await call.context();
    const result = await verifyAudit({ ctx, input });
    const { fault, planFault } = result;
    const file = ctx.config.state.path;
    if (fault) {
      const where = fault.seq === null ? file : `${file}, entry ${fault.seq}`;
      throw new AstraError("ASTRA_AUDIT_BROKEN", fault.text, { where });
    }
    if (planFault !== null) throw new AstraError("ASTRA_AUDIT_BROKEN", planFault, { where: file });
    const { entries, head, plans } = result;
    await call.terminal.show({ json: { ok: true, entries, head, plans }, text: () => verifiedText(result) });
    return EXIT.done;
  },
};

/** @throws AstraError ASTRA_USAGE_INVALID */
function keptHead(text: string): NonNullable<VerifyAuditInput["head"]> {
  const match = /^([0-9a-f]{64})(?:@(\d{1,15}))?$/.exec(text);
  if (match) return { hash: match[1] ?? "", seq: match[2] === undefined ? null : Number(match[2]) };
  throw usageError(`${JSON.stringify(text)} is no head`, "Give it as `astra audit verify` printed it: HASH@ENTRY.");
}
