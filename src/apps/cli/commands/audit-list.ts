import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { instant, wholeNumber } from "../parse-options.ts";

const SHOWN_ENTRIES = 50;

export const auditList: CommandSpec = {
  name: "audit list",
  group: "Look",
  summary: "Show who did what, and when, newest first.",
  options: [
    { flags: "--action <action>", summary: "Only this, such as plan.approve." },
    { flags: "--actor <name>", summary: "Only by this person." },
    { flags: "--since <time>", summary: "Only at or after this time (UTC).", parse: instant },
    {
      flags: "--limit <n>",
      summary: "Entries to show.",
      parse: wholeNumber(1, 1_000_000),
      shownDefault: String(SHOWN_ENTRIES),
    },
  ],
  examples: [
    ["astra audit list", "the last 50 entries"],
    ["astra audit list --action plan.approve --since 2026-03-01 --json", "who approved what since March"],
  ],
  async run(call) {
    const [{ readAudit }, { auditText }] = await Promise.all([
      import("../../../services/audit/read-audit.ts"),
      import("../output/audit-text.ts"),
    ]);
    await using ctx = await call.context();
    const [action, actor, fromMs] = [call.text("action"), call.text("actor"), call.number("since")];
    const input = {
      limit: call.number("limit") ?? SHOWN_ENTRIES,
      ...(action !== undefined && { action }),
      ...(actor !== undefined && { actor }),
      ...(fromMs !== undefined && { fromMs }),
    };
    const entries = await readAudit({ ctx, input });
    await call.terminal.show({ json: { ok: true, entries }, text: () => auditText(entries) });
    return EXIT.done;
  },
};
