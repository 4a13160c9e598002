/** Every command, in the order in which the help lists them. */
import type { CommandSpec } from "./command.ts";
import { access } from "./commands/access.ts";
import { apply } from "./commands/apply.ts";
import { completion } from "./commands/completion.ts";
import { consume } from "./commands/consume.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { generateEvent } from "./commands/generate-event.ts";
import { list } from "./commands/list.ts";
import { metadataExport } from "./commands/metadata-export.ts";
import { metadataImport } from "./commands/metadata-import.ts";
import { plan } from "./commands/plan.ts";
import { replay } from "./commands/replay.ts";
import { runEngine } from "./commands/run-engine.ts";
import { runs } from "./commands/runs.ts";
import { sandbox } from "./commands/sandbox.ts";
import { upload } from "./commands/upload.ts";
import { watch } from "./commands/watch.ts";

export const COMMANDS: readonly CommandSpec[] = [
  demo,
  sandbox,
  generateEvent,
  upload,
  watch,
  consume,
  access,
  runEngine,
  plan,
  apply,
  explain,
  list,
  runs,
  metadataImport,
  metadataExport,
  replay,
  doctor,
  completion,
];

/** What the first word of two-word commands stands for. */
export const SUBCOMMAND_GROUPS: Readonly<Record<string, string>> = {
  metadata: "Exchange creation dates and access counts with other tools.",
};
