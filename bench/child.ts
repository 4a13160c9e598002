/**
 * The measured process: does one piece of work, tells what it did, and ends; as its very last act it writes what all of it
 * cost into the file that its last argument names. Started by measured-process.ts.
 */
import { writeFileSync } from "node:fs";
import { z } from "zod";
import type { ProcessCost } from "./outcome.ts";
import { WORK, WORK_NAMES } from "./work-table.ts";

const asked = z.strictObject({ name: z.enum(WORK_NAMES), input: z.unknown() });

process.once("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cost: Omit<ProcessCost, "processWallSeconds"> = {
    processCpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    rssPeakBytes: maxRSS * 1024,
  };
  writeFileSync(process.argv.at(-1) ?? "", JSON.stringify(cost));
});
process.once("message", (message) => {
  void answer(message);
});

async function answer(message: unknown): Promise<void> {
  const { name, input } = asked.parse(message);
  const { work } = await WORK[name]();
  process.send?.(await work(input));
  process.disconnect();
}
