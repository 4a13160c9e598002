/** The measured process: does one piece of work, tells what it cost, and ends. Started by measured-process.ts. */
import { z } from "zod";
import { WORK, WORK_NAMES } from "./work-table.ts";

const asked = z.strictObject({ name: z.enum(WORK_NAMES), input: z.unknown() });

process.once("message", (message) => {
  void answer(message);
});

async function answer(message: unknown): Promise<void> {
  const { name, input } = asked.parse(message);
  const { work } = await WORK[name]();
  const done = await work(input);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.send?.({
    ...done,
    processCpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    rssPeakBytes: maxRSS * 1024,
  });
  process.disconnect();
}
