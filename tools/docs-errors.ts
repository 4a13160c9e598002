/** Writes docs/errors.md from the list in src/core/error-list.ts: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { ERRORS, type ErrorClass } from "../src/core/errors.ts";

const PAGE = resolve(import.meta.dirname, "../docs/errors.md");

const FAULT_OF: Readonly<Record<ErrorClass, string>> = {
  user: "input or configuration",
  environment: "surroundings",
  bug: "bug in Astra",
};

/** The page as it should be. */
export function errorsPage(): string {
  const rows = ERRORS.map(
    ({ code, class: fault, exit, fix }) =>
      `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${FAULT_OF[fault]} | ${exit} | ${fix} |`,
  );
  return `<!-- Made by \`npm run docs\` from src/core/error-list.ts; edit there. -->
# Errors

Every error names the thing it is about and what to do. On the command line it looks like this:

\`\`\`
error: log.partitions: expected a number (ASTRA_CONFIG_INVALID)
  where: astra.yaml:7:15
  fix:   Correct the named field; \`docs/configuration.md\` lists all of them.
\`\`\`

With \`--json\` it is one line on standard output: \`{"ok":false,"error":{"code":…,"message":…,"where":…,"fix":…}}\`.
Only a bug has a stack trace, and only with \`ASTRA_DEBUG=1\`.
The fix below is the general one; an error that knows more says more. Exit statuses: [exit-codes.md](exit-codes.md).

| code | lies in | exit | what to do |
|---|---|---|---|
${rows.join("\n")}
`;
}

if (import.meta.main) writeFileSync(PAGE, errorsPage());
