/** Exported lifecycle rules as text. */
import { NATIVE_REFUSAL_WORDS } from "../../../core/export/native-documents.ts";
import type { ExportedLifecycle, IrregularReason } from "../../../services/export/export-lifecycle.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const IRREGULAR_WORDS: Readonly<Record<IrregularReason, string>> = {
  reads: "depend on how often objects are read",
  predicted: "are predicted from reads",
  price: "depend on reads and prices, not on age",
  name: "are chosen by the end of the key",
  idle: "go by idle time: lifecycle rules know only age",
  policy: "are ordered by a policy that is no rule by age",
  other_objects: "stand beside objects that the same rule would move, and the plan does not",
  ...NATIVE_REFUSAL_WORDS,
};

/** @param out the document itself, or the file it was written to */
export function lifecycleText(exported: ExportedLifecycle, out: string, isFile: boolean): string {
  const { plan, provider, rules, existingRules, left } = exported;
  const right = "right" as const;
  const kept = existingRules > 0 ? `, after ${counted(existingRules, "rule")} that the bucket has already` : "";
  const parts = [
    `${counted(rules.length, "rule")} for ${provider}, from plan ${plan.id}${kept}. Astra does not write them itself.`,
  ];
  if (rules.length > 0) {
    const columns = [
      { title: "prefix" },
      { title: "after" },
      { title: "to" },
      { title: "sizes" },
      { title: "objects", align: right },
      { title: "fee by copy", align: right },
      { title: "fee by rule", align: right },
    ];
    const rows = rules.map((rule) => [
      visible(rule.prefix === "" ? "(all)" : rule.prefix),
      `${rule.days} d`,
      visible(rule.to),
      sizesText(rule.largerThan, rule.smallerThan),
      formatCount(rule.moves),
      formatMoney(rule.feeMicros),
      rule.nativeFeeMicros === null ? "unknown" : formatMoney(rule.nativeFeeMicros),
    ]);
    parts.push(table(columns, rows));
  }
  if (left.length > 0) {
    const columns = [
      { title: "moves in no rule" },
      { title: "objects", align: right },
      { title: "bytes", align: right },
    ];
    parts.push(
      table(
        columns,
        left.map(({ reason, moves, bytes }) => [IRREGULAR_WORDS[reason], formatCount(moves), formatBytes(bytes)]),
      ),
    );
  }
  if (rules.length > 0) parts.push("Rules see ages only: what is read from now on, they move all the same.");
  parts.push(isFile ? `Written to ${visible(out)}.` : out.trimEnd());
  return parts.join("\n\n");
}

function sizesText(largerThan: number | null, smallerThan: number | null): string {
  const parts = [
    ...(largerThan === null ? [] : [`> ${formatBytes(largerThan)}`]),
    ...(smallerThan === null ? [] : [`< ${formatBytes(smallerThan)}`]),
  ];
  return parts.length === 0 ? "default" : parts.join(", ");
}
