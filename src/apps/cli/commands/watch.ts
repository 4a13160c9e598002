import { resolve } from "node:path";
import { EXIT } from "../../../core/errors.ts";
import { bucketOf, firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";
import { visible } from "../output/visible.ts";
import { wholeNumber } from "../parse-options.ts";
import { VERSION } from "../version.ts";

const INTERVAL_SECONDS = 1;

export const watch: CommandSpec = {
  name: "watch",
  group: "Events and objects",
  summary: "Put an event into the log for every new or changed file of a folder.",
  details:
    "A file counts once it has stayed the same from one look to the next. Consumers read it from where it lies: the folder must be under `ingest.file_roots`.",
  arguments: [{ form: "<dir>", summary: "Folder to watch, with its subfolders." }],
  options: [
    { flags: "--initial", summary: "Also the files that are there at the start." },
    { flags: "--prefix <prefix>", summary: "Put before the path to make the key.", shownDefault: "nothing" },
    {
      flags: "--interval <seconds>",
      summary: "Time between two looks.",
      parse: wholeNumber(1, 86_400),
      shownDefault: String(INTERVAL_SECONDS),
    },
  ],
  examples: [
    ["astra watch ./incoming --bucket data", "new and changed files, until Ctrl-C"],
    ["astra watch ./incoming --bucket data --initial --prefix 2026/", "what is there already, too, below 2026/"],
  ],
  async run(call) {
    const [{ FolderWatch, fileEvent }, { appendEvents }] = await Promise.all([
      import("../folder-watch.ts"),
      import("../../../services/append-events.ts"),
    ]);
    const folder = resolve(firstArgument(call, "dir"));
    await using ctx = await call.context();
    const { terminal } = call;
    const bucket = bucketOf(ctx.config);
    const watched = await FolderWatch.open(folder, { includesPresent: call.has("initial") });
    const roots = ctx.config.ingest.file_roots.map((root) => resolve(root));
    if (!roots.some((root) => folder === root || folder.startsWith(`${root}/`))) {
      terminal.warn(
        `${folder} is not under ingest.file_roots (${roots.join(", ")}); a consumer with this configuration will refuse the files.`,
      );
    }
    if (terminal.isJson) await terminal.line({ type: "version", version: VERSION, command: "watch" });
    else terminal.note(`Watching ${folder}; Ctrl-C ends it.`);
    const intervalMs = (call.number("interval") ?? INTERVAL_SECONDS) * 1000;
    let produced = 0;
    while (!ctx.signal.aborted) {
      const files = await watched.look();
      const events = files.map((file) =>
        fileEvent(file, { bucket, prefix: call.text("prefix") ?? "", id: ctx.random.id(), nowMs: ctx.clock.now() }),
      );
      await appendEvents({ ctx, input: { events } });
      watched.settle(files);
      produced += files.length;
      for (const event of events) {
        if (terminal.isJson)
          await terminal.line({
            type: "event",
            key: event.subject,
            event: event.type,
            sizeBytes: event.data.sizeBytes,
          });
        else if (!terminal.isQuiet)
          await terminal.write(`${event.type.replace("astra.object.", "").padEnd(11)}  ${visible(event.subject)}\n`);
      }
      await ctx.clock.sleep(intervalMs, ctx.signal);
    }
    if (terminal.isJson) await terminal.line({ type: "summary", ok: true, bucket, produced });
    else terminal.note(`${counted(produced, "event")} appended to ${ctx.config.log.topic}.`);
    return EXIT.done;
  },
};
