import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { CHOICE_OPTIONS, PLACES, choiceOf } from "../dead-letter-choice.ts";
import { counted } from "../output/size.ts";

export const dlqRetry: CommandSpec = {
  name: "dlq retry",
  group: "Operate",
  summary: "Send dead letters to the topic again, as they came.",
  details:
    "One that was sent again as often as `ingest.attempts` says is refused, or with --all left out and counted: exit status 3.",
  arguments: [PLACES],
  options: [
    ...CHOICE_OPTIONS,
    { flags: "--force", summary: "Also those sent again too often, and named ones that are settled." },
  ],
  examples: [
    ["astra dlq retry 0/12 0/15", "two of them"],
    ["astra dlq retry --all --code ASTRA_BODY_MISSING", "every one whose body was not there, now that it is"],
  ],
  async run(call) {
    const choice = choiceOf(call);
    const { retryDeadLetters } = await import("../../../services/dead-letters/retry-dead-letters.ts");
    await using ctx = await call.context();
    const result = await retryDeadLetters({ ctx, input: { choice, force: call.has("force") } });
    const { retried, exhausted, topic } = result;
    await call.terminal.show({
      json: { ok: exhausted === 0, ...result },
      text: () => {
        const sent = `${counted(retried, "event")} sent to ${topic} again.`;
        return exhausted === 0
          ? sent
          : `${sent} ${counted(exhausted, "dead letter")} left: sent again too often already; --force sends them all the same.`;
      },
    });
    return exhausted === 0 ? EXIT.done : EXIT.partlyApplied;
  },
};
