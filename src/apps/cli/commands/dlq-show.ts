import { EXIT } from "../../../core/errors.ts";
import { type Call, firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { deadLetterPlace } from "../dead-letter-choice.ts";
import { counted } from "../output/size.ts";
import { usageError } from "../parse-options.ts";

export const dlqShow: CommandSpec = {
  name: "dlq show",
  group: "Operate",
  summary: "Show one dead letter: its reason, headers and bytes.",
  details: "Bytes that are no text are shown in hexadecimal; nothing in them reaches the terminal as it is.",
  arguments: [{ form: "<place>", summary: "PARTITION/OFFSET of the dead letter." }],
  options: [
    { flags: "--raw", summary: "Write just the original bytes to standard output, which must be no terminal." },
    { flags: "--out <file>", summary: "Write just the original bytes to a file." },
  ],
  examples: [
    ["astra dlq show 0/12", "why it was set aside, and what it holds"],
    ["astra dlq show 0/12 --out event.json", "the event's own bytes in a file"],
  ],
  async run(call) {
    const place = deadLetterPlace(firstArgument(call, "place"));
    const [{ showDeadLetter }, { deadLetterJson, deadLetterText }] = await Promise.all([
      import("../../../services/dead-letters/show-dead-letter.ts"),
      import("../output/dead-letters-text.ts"),
    ]);
    checkRaw(call);
    await using ctx = await call.context();
    const letter = await showDeadLetter({ ctx, input: place });
    const file = call.text("out");
    if (file !== undefined) {
      const { writeNewFile } = await import("../files.ts");
      await writeNewFile(file, onePiece(letter.value));
      const bytes = letter.value.byteLength;
      await call.terminal.show({
        json: { ok: true, place: letter.place, file, bytes },
        text: () => `${counted(bytes, "byte")} written to ${file}.`,
      });
    } else if (call.has("raw")) await call.terminal.write(letter.value);
    else
      await call.terminal.show({ json: { ok: true, ...deadLetterJson(letter) }, text: () => deadLetterText(letter) });
    return EXIT.done;
  },
};

/** The bytes are hostile until somebody has looked at them. */
function checkRaw(call: Call): void {
  if (!call.has("raw")) return;
  if (call.terminal.isJson) throw usageError("--raw and --json exclude each other", "Give one of them.");
  if (process.stdout.isTTY)
    throw usageError("--raw would send the event's bytes to the terminal", "Redirect the output, or use --out FILE.");
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
