import { EXIT } from "../../../core/errors.ts";
import type { RunOrder } from "../../../ports/state-store.ts";
import { SEARCHED_RUNS } from "../../../services/find-run.ts";
import type { Call } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { usageError, wholeNumber } from "../parse-options.ts";

const SHOWN_RUNS = 20;

const ORDERS: ReadonlyMap<string, RunOrder> = new Map([
  ["pause", "pause"],
  ["resume", "run"],
  ["stop", "stop"],
]);

export const runs: CommandSpec = {
  name: "runs",
  group: "Look",
  summary: "Show earlier runs, or one of them; pause, resume or stop one.",
  details:
    "A process that works on the run sees the order within a second. A stopped run ends; after `resume`, applying its plan again goes on.",
  arguments: [
    { form: "[id]", summary: "A run's id, or its beginning; or pause, resume or stop, and then the id." },
    { form: "[ordered]", summary: "The id of the run to pause, resume or stop." },
  ],
  options: [
    {
      flags: "--limit <n>",
      summary: "Runs to show.",
      parse: wholeNumber(1, SEARCHED_RUNS),
      shownDefault: String(SHOWN_RUNS),
    },
  ],
  examples: [
    ["astra runs", "the last 20 runs"],
    ["astra runs 3f2a", "one run: how it stands, what it spent, and what failed or was skipped in it"],
    ["astra runs pause 3f2a", "it holds before its next move"],
    ["astra runs resume 3f2a", "it goes on"],
  ],
  async run(call) {
    const [first, second] = call.arguments;
    const order = first === undefined ? undefined : ORDERS.get(first);
    if (order !== undefined) return orderOne(call, order, second);
    if (second !== undefined) throw usageError(`${JSON.stringify(first)} is no order`, "Say pause, resume or stop.");
    return first === undefined ? showNewest(call) : showOne(call, first);
  },
};

async function showNewest(call: Call): Promise<number> {
  const { runsText } = await import("../output/runs-text.ts");
  await using ctx = await call.context();
  const newest = await ctx.state.runs(call.number("limit") ?? SHOWN_RUNS);
  await call.terminal.show({ json: { ok: true, runs: newest }, text: () => runsText(newest) });
  return EXIT.done;
}

async function showOne(call: Call, id: string): Promise<number> {
  const [{ showRun }, { runDetailText }] = await Promise.all([
    import("../../../services/show-run.ts"),
    import("../output/runs-text.ts"),
  ]);
  await using ctx = await call.context();
  const shown = await showRun({ ctx, input: { id } });
  await call.terminal.show({ json: { ok: true, ...shown }, text: () => runDetailText(shown) });
  return EXIT.done;
}

async function orderOne(call: Call, order: RunOrder, id: string | undefined): Promise<number> {
  if (id === undefined || id === "") throw usageError("the run's id is missing", "See `astra runs` for the ids.");
  const [{ orderRun }, { orderText }] = await Promise.all([
    import("../../../services/order-run.ts"),
    import("../output/runs-text.ts"),
  ]);
  await using ctx = await call.context();
  const run = await orderRun({ ctx, input: { id, order } });
  await call.terminal.show({ json: { ok: true, order, run }, text: () => orderText(order, run) });
  return EXIT.done;
}
