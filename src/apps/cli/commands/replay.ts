import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { counted, formatCount } from "../output/size.ts";
import { replayStart } from "../parse-options.ts";

export const replay: CommandSpec = {
  name: "replay",
  group: "Operate",
  summary: "Build the state anew from the log; bodies are not uploaded again.",
  details: "What the state already holds stays as it is, so a replay into it changes nothing.",
  options: [
    {
      flags: "--from <place>",
      summary: "`beginning`, an offset of every partition, or a time.",
      isRequired: true,
    },
  ],
  examples: [
    ["astra replay --from beginning --state rebuilt.db", "a fresh state from the whole log"],
    ["astra replay --from 2026-03-01T00:00:00Z --state march.db", "only what the log took since then"],
  ],
  async run(call) {
    const from = replayStart(call.text("from") ?? "");
    const { replayEvents } = await import("../../../services/replay-events.ts");
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const result = await replayEvents({ ctx, input: { from, progress: progress.report } }).finally(() =>
      progress.clear(),
    );
    const { read, applied, alreadyApplied, duplicates, invalid } = result;
    await call.terminal.show({
      json: { ok: true, state: ctx.config.state.path, ...result },
      text: () =>
        `${counted(read, "event")} read into ${ctx.config.state.path}: ${formatCount(applied)} applied, ${formatCount(alreadyApplied)} held already, ` +
        `${formatCount(duplicates)} repeated, ${formatCount(invalid)} not valid.`,
    });
    return EXIT.done;
  },
};
