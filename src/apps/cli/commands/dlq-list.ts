import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { errorCode } from "../dead-letter-choice.ts";
import { wholeNumber } from "../parse-options.ts";

const SHOWN_LETTERS = 20;

export const dlqList: CommandSpec = {
  name: "dlq list",
  group: "Operate",
  summary: "Show the events that were set aside, and why.",
  options: [
    {
      flags: "--limit <n>",
      summary: "Dead letters to show.",
      parse: wholeNumber(1, 100_000),
      shownDefault: String(SHOWN_LETTERS),
    },
    { flags: "--code <code>", summary: "Only those set aside for this reason.", parse: errorCode },
    { flags: "--all", summary: "Also those that were sent again or discarded." },
  ],
  examples: [
    ["astra dlq list", "what waits for somebody, counted by reason"],
    ["astra dlq list --code ASTRA_BODY_MISSING --json", "those whose body was not there, on one line"],
  ],
  async run(call) {
    const [{ listDeadLetters }, { deadLettersText }] = await Promise.all([
      import("../../../services/dead-letters/list-dead-letters.ts"),
      import("../output/dead-letters-text.ts"),
    ]);
    await using ctx = await call.context();
    const code = call.text("code");
    const input = {
      limit: call.number("limit") ?? SHOWN_LETTERS,
      settled: call.has("all"),
      ...(code !== undefined && { code }),
    };
    const result = await listDeadLetters({ ctx, input });
    await call.terminal.show({ json: { ok: true, ...result }, text: () => deadLettersText(result) });
    return EXIT.done;
  },
};
