/** How far the bill and the optimum are from known results, as text. */
import { styleText } from "node:util";
import { CASE_TOLERANCE, type CasesChecked, type Compared, type Deviation } from "../../../services/backtest-cases.ts";
import { counted } from "./size.ts";
import { symbols } from "./symbols.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const NAMES: Readonly<Record<Compared, string>> = {
  storage: "storage",
  transitions: "transitions",
  retrieval: "retrieval",
  earlyDeletion: "early deletion",
  total: "total",
  restoreDays: "restore days",
  optimum: "optimum",
};

export function backtestCasesText({ cases, paths, worst }: CasesChecked): string {
  const columns = [
    { title: "" },
    { title: "compared" },
    { title: "largest error", align: "right" as const },
    { title: "expected", align: "right" as const },
    { title: "found", align: "right" as const },
    { title: "where" },
  ];
  const wrong = worst.filter(isWrong).length;
  const verdict =
    wrong === 0
      ? styleText("green", "Everything agrees to 1e-9.")
      : styleText("red", `${counted(wrong, "kind")} of figures do not agree.`);
  return [
    `${counted(cases, "case")}, ${counted(paths, "path")}; errors are relative, of restore days in days.`,
    table(columns, worst.map(row), "  "),
    verdict,
  ].join("\n");
}

function isWrong({ error }: Deviation): boolean {
  return error > CASE_TOLERANCE;
}

function row(found: Deviation): string[] {
  const { ok, bad } = symbols();
  const isMoney = found.what !== "restoreDays";
  const shown = (value: number) => (isMoney ? `$${value.toPrecision(10)}` : String(value));
  const where = found.path === null ? `case ${found.caseId}` : `case ${found.caseId}, path ${found.path}`;
  return [
    isWrong(found) ? styleText("red", bad) : styleText("green", ok),
    NAMES[found.what],
    isMoney ? found.error.toExponential(1) : String(found.error),
    ...(found.error === 0 ? [] : [shown(found.expected), shown(found.actual), visible(where)]),
  ];
}
