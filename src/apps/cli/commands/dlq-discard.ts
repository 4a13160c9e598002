import { EXIT } from "../../../core/errors.ts";
import type { DeadLetterChoice } from "../../../services/dead-letters/settle.ts";
import type { CommandSpec } from "../command.ts";
import { CHOICE_OPTIONS, PLACES, choiceOf } from "../dead-letter-choice.ts";
import { counted } from "../output/size.ts";

export const dlqDiscard: CommandSpec = {
  name: "dlq discard",
  group: "Operate",
  summary: "Mark dead letters as done with. The log keeps them; nothing is deleted.",
  arguments: [PLACES],
  options: [
    ...CHOICE_OPTIONS,
    { flags: "--why <text>", summary: "Kept in the audit trail." },
    { flags: "--yes", summary: "Do not ask; needed where there is no terminal." },
  ],
  examples: [
    ["astra dlq discard 0/12 --why 'sent by a test' --yes", "one of them"],
    ["astra dlq discard --all --code ASTRA_EVENT_INVALID --yes", "every one that was no event"],
  ],
  async run(call) {
    const choice = choiceOf(call);
    const { terminal } = call;
    if (!call.has("yes") && !(await terminal.confirm(`Discard ${meant(choice)}`, call.signal))) return EXIT.done;
    const { discardDeadLetters } = await import("../../../services/dead-letters/discard-dead-letters.ts");
    await using ctx = await call.context();
    const why = call.text("why");
    const result = await discardDeadLetters({ ctx, input: { choice, ...(why !== undefined && { why }) } });
    await terminal.show({
      json: { ok: true, ...result },
      text: () => `${counted(result.discarded, "dead letter")} discarded.`,
    });
    return EXIT.done;
  },
};

function meant(choice: DeadLetterChoice): string {
  if (choice.kind === "places") return counted(choice.places.length, "dead letter");
  return choice.code === undefined ? "every dead letter that waits" : `every dead letter of ${choice.code}`;
}
