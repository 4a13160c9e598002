import { EXIT } from "../../../core/errors.ts";
import { firstArgument } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export const completion: CommandSpec = {
  name: "completion",
  group: "Operate",
  summary: "Print completions for a shell.",
  usesConfig: false,
  arguments: [{ form: "<shell>", summary: "bash, zsh or fish." }],
  examples: [
    ['eval "$(astra completion bash)"', "in ~/.bashrc"],
    ["astra completion zsh > ~/.zfunc/_astra", "in a folder of $fpath"],
    ["astra completion fish > ~/.config/fish/completions/astra.fish", "for fish"],
  ],
  async run(call) {
    const asked = firstArgument(call, "shell");
    const shell = SHELLS.find((known) => known === asked);
    if (!shell)
      throw usageError(`there are no completions for ${JSON.stringify(asked)}`, `Name one of ${SHELLS.join(", ")}.`);
    const { completionScript } = await import("../completion-script.ts");
    const script = await completionScript(shell);
    await call.terminal.show({ json: { ok: true, shell, script }, text: () => script.trimEnd() });
    return EXIT.done;
  },
};
