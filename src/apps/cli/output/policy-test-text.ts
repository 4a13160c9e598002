/** Results of a policy test as text. */
import { styleText } from "node:util";
import type { CaseResult, PolicyTest } from "../../../services/test-policies.ts";
import { symbols } from "./symbols.ts";
import { visible } from "./visible.ts";

export function policyTestText({ passed, failed, cases }: PolicyTest): string {
  return [...cases.map(caseText), `${passed} passed, ${failed} failed`].join("\n");
}

function caseText({ name, where, passed, faults }: CaseResult): string {
  const { ok, bad } = symbols();
  if (passed) return `${styleText("green", ok)} ${visible(name)}`;
  const lines = faults.map((fault) => `    ${visible(fault)}`);
  return [`${styleText("red", bad)} ${visible(name)} (${visible(where)})`, ...lines].join("\n");
}
