/** Preloaded into a process (`node --import`): writes its peak of resident memory, in bytes, into the file that is named. */
import { writeFileSync } from "node:fs";

process.once("exit", () => {
  const path = process.env["PEAK_MEMORY_FILE"];
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS * 1024));
});
