import { EXIT } from "../../../core/errors.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";

export const backtestCases: CommandSpec = {
  name: "backtest cases",
  group: "Decide and move",
  summary: "Check the bill and the optimum against a file of known results.",
  details:
    "Replays every path of the file and searches every optimum at the configured prices; ends with 1 where anything differs by more than 1e-9.",
  arguments: [{ form: "<file>", summary: "JSON file of cases." }],
  examples: [
    ["astra backtest cases daily-bill.json", "the largest error of every part of the bill, and the case it is in"],
    ["astra backtest cases daily-bill.json --json", "the number of cases and the two largest errors"],
  ],
  async run(call) {
    const file = firstArgument(call, "file");
    const [{ readJson }, { CASE_TOLERANCE, backtestCases: check }, { backtestCasesText }] = await Promise.all([
      import("../files.ts"),
      import("../../../services/backtest-cases.ts"),
      import("../output/backtest-cases-text.ts"),
    ]);
    await using ctx = await call.context();
    const checked = check({ ctx, input: { json: await readJson(file, "ASTRA_CASES_INVALID"), where: file } });
    const { cases, billMaxRelativeError, optimumMaxRelativeError } = checked;
    // The line is a fixed form that other programs compare: nothing is added to it, not even `ok`.
    if (call.terminal.isJson) await call.terminal.line({ cases, billMaxRelativeError, optimumMaxRelativeError });
    else if (!call.terminal.isQuiet) await call.terminal.write(`${backtestCasesText(checked)}\n`);
    return Math.max(billMaxRelativeError, optimumMaxRelativeError) <= CASE_TOLERANCE ? EXIT.done : EXIT.failed;
  },
};
