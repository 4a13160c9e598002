import { EXIT } from "../../../core/errors.ts";
import type { ConsumeEventsResult } from "../../../services/consume-events.ts";
import type { Call } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted, formatCount } from "../output/size.ts";
import type { View } from "../output/view.ts";
import { wholeNumber } from "../parse-options.ts";

const MOST_WORKERS = 64;

export const consume: CommandSpec = {
  name: "consume",
  group: "Events and objects",
  summary: "Take events from the log: upload bodies, count accesses, set bad events aside.",
  details: "Runs until Ctrl-C, or with --drain until nothing is left.",
  options: [
    {
      flags: "--workers <n>",
      summary: "Processes, each a member of the consumer group.",
      parse: wholeNumber(1, MOST_WORKERS),
      shownDefault: "1",
    },
    { flags: "--drain", summary: "Stop when the group has no lag left." },
  ],
  examples: [
    ["astra consume --drain", "work off what is in the log, then stop"],
    ["astra consume --workers 4", "four processes share the partitions until Ctrl-C"],
  ],
  async run(call) {
    const workers = call.number("workers") ?? 1;
    return workers === 1 ? consumeHere(call) : consumeInGroup(call, workers);
  },
};

async function consumeHere(call: Call): Promise<number> {
  const { stopWithParent } = await import("../worker-link.ts");
  stopWithParent();
  await using ctx = await call.context();
  const { consumeEvents } = await import("../../../services/consume-events.ts");
  const progress = call.terminal.progress();
  const input = { untilDrained: call.has("drain"), progress: progress.report };
  const result = await consumeEvents({ ctx, input }).finally(() => progress.clear());
  await call.terminal.show(consumeView(result, { workers: 1, restarts: 0 }));
  return EXIT.done;
}

async function consumeInGroup(call: Call, workers: number): Promise<number> {
  const [{ runWorkers }, { noteInputs }] = await Promise.all([
    import("../worker-group.ts"),
    import("../../../services/audit/note-inputs.ts"),
  ]);
  {
    // Before the workers are there, so that not each of them tells of the same change.
    await using ctx = await call.context();
    await noteInputs({ ctx });
  }
  const group = await runWorkers({ workers, signal: call.signal, terminal: call.terminal });
  await call.terminal.show(consumeView(group.sum, { workers, restarts: group.restarts }));
  return group.exitCode;
}

function consumeView(result: ConsumeEventsResult, how: { readonly workers: number; readonly restarts: number }): View {
  return {
    json: { ok: true, ...result, ...how },
    text: () => {
      const lines = [
        `${counted(result.consumed, "event")} consumed from ${result.topic} as group ${result.group}: ${formatCount(result.uploaded)} uploaded, ` +
          `${formatCount(result.duplicates + result.alreadyApplied)} known already, ${counted(result.deadLettered, "dead letter")}.`,
      ];
      if (how.workers > 1) lines.push(`${how.workers} workers, ${counted(how.restarts, "restart")}.`);
      return lines.join("\n");
    },
  };
}
