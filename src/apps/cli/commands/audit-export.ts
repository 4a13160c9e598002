import { EXIT } from "../../../core/errors.ts";
import type { AuditRecord } from "../../../ports/state-store.ts";
import type { CommandSpec } from "../command.ts";

export const auditExport: CommandSpec = {
  name: "audit export",
  group: "Look",
  summary: "Write the whole audit trail, one entry a line.",
  details: "Lines of JSON can be verified by anyone; docs/audit.md shows how. CSV is for spreadsheets.",
  options: [
    { flags: "--out <file>", summary: "File to write.", shownDefault: "standard output" },
    { flags: "--format <format>", summary: "Form of the lines.", choices: ["ndjson", "csv"], shownDefault: "ndjson" },
  ],
  examples: [
    ["astra audit export --out audit.ndjson", "into a file"],
    ["astra audit export --format csv --out audit.csv", "for a spreadsheet; no cell is a formula"],
  ],
  async run(call) {
    const [{ exportAudit }, { auditCsv, auditNdjson, countedEntries }] = await Promise.all([
      import("../../../services/audit/export-audit.ts"),
      import("../output/audit-text.ts"),
    ]);
    await using ctx = await call.context();
    const count = { entries: 0 };
    const pages = counting(exportAudit({ ctx }), count);
    const text = call.text("format") === "csv" ? auditCsv(pages) : auditNdjson(pages);
    const file = call.text("out");
    if (file === undefined) {
      for await (const piece of text) if (!(await call.terminal.write(piece))) break;
      return EXIT.done;
    }
    const { writeNewFile } = await import("../files.ts");
    await writeNewFile(file, text);
    await call.terminal.show({
      json: { ok: true, file, entries: count.entries },
      text: () => `${countedEntries(count.entries)} written to ${file}.`,
    });
    return EXIT.done;
  },
};

async function* counting(
  pages: AsyncIterable<readonly AuditRecord[]>,
  count: { entries: number },
): AsyncGenerator<readonly AuditRecord[]> {
  for await (const page of pages) {
    count.entries += page.length;
    yield page;
  }
}
