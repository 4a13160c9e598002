import { applyRound } from "../apply-round.ts";
import type { BenchCase, Round } from "../bench-case.ts";
import { figuresOf } from "../figures.ts";
import { amount } from "../options.ts";
import { startSandboxProcess } from "../sandbox-process.ts";

const OBJECTS = 60_000;
const LATENCY_MS = 20;
const SLOW_DOWN_SHARE = 0.01;

export const throttled: BenchCase = {
  name: "throttled",
  summary: "class changes where 1 % of all requests are answered 503 SlowDown, beside the same without",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const latencyMs = options.latencyMs || LATENCY_MS;
    const smooth: Round[] = [];
    const rough: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      for (const [share, rounds] of [
        [0, smooth],
        [SLOW_DOWN_SHARE, rough],
      ] as const) {
        await using sandbox = await startSandboxProcess(latencyMs, share);
        rounds.push(await applyRound(options, sandbox, `throttled-${round}`, objects, false));
      }
    }
    const main = { name: "class change, 1 % of the answers SlowDown", rounds: rough };
    const without = { name: "without", rounds: smooth };
    const shareOfRate = figuresOf(main).unitsPerSecond / figuresOf(without).unitsPerSecond;
    return {
      unit: "object",
      amount: { objects },
      main,
      parts: [without],
      peers: [],
      detail: {
        latencyMs,
        shareOfRate: Number(shareOfRate.toPrecision(3)),
        checked: "classes in the store's own memory, and every line of the journal by a second reader: nothing lost",
      },
    };
  },
};
