/** Findings of a policy check as text. */
import { styleText } from "node:util";
import type { PolicyFinding } from "../../../core/policy/policy-finding.ts";
import type { PolicyCheck } from "../../../services/check-policies.ts";
import { counted } from "./size.ts";
import { visible } from "./visible.ts";

export function policyCheckText(file: string, { rules, errors, warnings, findings, priceBook }: PolicyCheck): string {
  const total =
    findings.length === 0
      ? `${visible(file)}: ${counted(rules, "rule")}, nothing found.`
      : `${visible(file)}: ${counted(rules, "rule")}, ${counted(errors, "error")}, ${counted(warnings, "warning")}.`;
  return [...findings.map(findingText), `${total} Prices: ${visible(priceBook)}.`].join("\n");
}

function findingText({ severity, kind, rule, where, message, fix }: PolicyFinding): string {
  const label = styleText(severity === "error" ? "red" : "yellow", `${severity}: ${kind}`);
  return `${label}: rule ${visible(rule)}: ${visible(message)}\n  where: ${visible(where)}\n  fix:   ${visible(fix)}`;
}
