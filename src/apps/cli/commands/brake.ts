import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

export const brake: CommandSpec = {
  name: "brake",
  group: "Operate",
  summary: "Stop every move at once, or let them go on; alone, show how it stands.",
  details:
    "Every worker on this state sees the brake within a second: what it has begun is finished, nothing new is begun.",
  arguments: [{ form: "[switch]", summary: "`on` or `off`; without it, the state and today's budget are shown." }],
  options: [{ flags: "--why <text>", summary: "For whoever wonders later." }],
  examples: [
    ["astra brake on --why 'the bill looks wrong'", "nothing is moved any more"],
    ["astra brake off", "runs may go on: apply their plans again"],
    ["astra brake", "who set it, since when, and what today still may cost"],
  ],
  async run(call) {
    const { brakeText } = await import("../output/brake-text.ts");
    const isOn = switchOf(call.arguments[0]);
    const why = call.text("why");
    if (isOn === null && why !== undefined) throw usageError("--why tells of on or off", "Add `on` or `off`.");
    await using ctx = await call.context();
    if (isOn !== null) {
      const { setBrake } = await import("../../../services/set-brake.ts");
      await setBrake({ ctx, input: { isOn, ...(why !== undefined && { why }) } });
    }
    const { readBrake } = await import("../../../services/read-brake.ts");
    const result = await readBrake({ ctx });
    await call.terminal.show({ json: { ok: true, ...result }, text: () => brakeText(result) });
    return EXIT.done;
  },
};

/** @throws AstraError ASTRA_USAGE_INVALID */
function switchOf(text: string | undefined): boolean | null {
  if (text === undefined) return null;
  if (text === "on" || text === "off") return text === "on";
  throw usageError(
    `${JSON.stringify(text)} is neither on nor off`,
    "Say `astra brake on`, `astra brake off` or `astra brake`.",
  );
}
