import { styleText } from "node:util";
import { EXIT } from "../../../core/errors.ts";
import { TIERS } from "../../../core/tier.ts";
import type { ListedLine } from "../../../services/list-objects.ts";
import { bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { formatDay } from "../output/date.ts";
import { counted, formatBytes, formatCount } from "../output/size.ts";
import { tierColour } from "../output/tier-colour.ts";
import { visible } from "../output/visible.ts";
import { VERSION } from "../version.ts";

export const list: CommandSpec = {
  name: "list",
  group: "Look",
  summary: "List objects with class, tier, age and reads.",
  details: "With --json: one line an object, between a version line and a summary line.",
  options: [
    { flags: "--tier <tier>", summary: "Only objects of this tier.", choices: TIERS },
    { flags: "--prefix <prefix>", summary: "Only keys that begin so." },
  ],
  examples: [
    ["astra list --bucket data --tier archive", "what lies in the archive"],
    ["astra list --bucket data --json | head -3", "the same for programs, one object a line"],
  ],
  async run(call) {
    const { listObjects } = await import("../../../services/list-objects.ts");
    await using ctx = await call.context();
    const { terminal } = call;
    const bucket = bucketOf(ctx.config);
    const tier = TIERS.find((known) => known === call.text("tier"));
    const prefix = call.text("prefix");
    const input = { bucket, ...(tier && { tier }), ...(prefix !== undefined && { prefix }) };
    let objects = 0;
    let bytes = 0;
    // With the first page, so that a call that fails before it gives one line, the error's.
    let isBegun = false;
    const begin = async (): Promise<void> => {
      if (terminal.isJson && !isBegun) await terminal.line({ type: "version", version: VERSION, command: "list" });
      isBegun = true;
    };
    for await (const page of listObjects({ ctx, input })) {
      await begin();
      const isRead = terminal.isJson
        ? await terminal.write(await jsonLines(page))
        : terminal.isQuiet || (await terminal.write(page.map(textLine).join("")));
      objects += page.length;
      for (const line of page) bytes += line.sizeBytes;
      if (!isRead || ctx.signal.aborted) break;
    }
    await begin();
    if (terminal.isJson) await terminal.line({ type: "summary", ok: true, bucket, objects, bytes });
    else terminal.note(`${counted(objects, "object")}, ${formatBytes(bytes)}.`);
    return EXIT.done;
  },
};

async function jsonLines(page: readonly ListedLine[]): Promise<string> {
  const { jsonLine } = await import("../output/visible.ts");
  return page.map((line) => `${jsonLine({ type: "object", ...line })}\n`).join("");
}

/** Columns of fixed width: pages are written as they come, so no column can wait for its widest cell. */
function textLine(line: ListedLine): string {
  const tier = line.tier === null ? "-".padEnd(7) : styleText(tierColour(line.tier), line.tier.padEnd(7));
  const last = line.lastAccessMs === null ? "never" : formatDay(line.lastAccessMs);
  const cells = [
    tier,
    visible(line.storageClass).padEnd(19),
    formatBytes(line.sizeBytes).padStart(10),
    `${Math.floor(line.ageDays)} d`.padStart(7),
    `${formatCount(line.windowReads)} reads`.padStart(12),
    last.padEnd(10),
    visible(line.key),
  ];
  return `${cells.join("  ")}\n`;
}
