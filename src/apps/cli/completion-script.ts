/** Completion scripts, made from the same specs as the commands themselves. */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { CONFIG_OPTIONS, OUTPUT_OPTIONS } from "./common-options.ts";

interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
}

/** Loaded here, not at the top: the list of commands holds the command that asks for this. */
export async function completionScript(shell: "bash" | "zsh" | "fish"): Promise<string> {
  const { COMMANDS } = await import("./commands.ts");
  const commands = COMMANDS.map(completed);
  if (shell === "bash") return bash(commands);
  return shell === "zsh" ? zsh(commands) : fish(commands);
}

function completed(spec: CommandSpec): Completed {
  const common = spec.usesConfig === false ? OUTPUT_OPTIONS : [...CONFIG_OPTIONS, ...OUTPUT_OPTIONS];
  return { name: spec.name, summary: spec.summary, options: [...(spec.options ?? []), ...common] };
}

function longFlag(option: OptionSpec): string {
  return option.flags.split(" ")[0] ?? option.flags;
}

/** First words, and for two-word commands their second words. */
function words(commands: readonly Completed[]): Map<string, string[]> {
  const tree = new Map<string, string[]>();
  for (const { name } of commands) {
    const [first = "", second] = name.split(" ");
    tree.set(first, [...(tree.get(first) ?? []), ...(second === undefined ? [] : [second])]);
  }
  return tree;
}

function bash(commands: readonly Completed[]): string {
  const tree = words(commands);
  const seconds = [...tree]
    .filter(([, more]) => more.length > 0)
    .map(([first, more]) => `    ${first}) words="${more.join(" ")} --help" ;;`);
  const cases = commands.map(
    (command) => `    "${command.name}") words="${[...command.options.map(longFlag), "--help"].join(" ")}" ;;`,
  );
  return `# bash completion for astra
_astra() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" first="\${COMP_WORDS[1]}" words=""
  case "$previous" in
    ${["--config", "--state", "--log-path", "--out", "--source"].join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...tree.keys()].join(" ")} help --help --version" -- "$current"))
    return
  fi
  case "$first" in
${seconds.join("\n")}
  esac
  case "$first" in
    ${[...tree]
      .filter(([, more]) => more.length > 0)
      .map(([first]) => first)
      .join("|")}) [ "$COMP_CWORD" -gt 2 ] && first="$first \${COMP_WORDS[2]}" ;;
  esac
  case "$first" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _astra astra
`;
}

/** zsh understands bash's completions, descriptions are its own. */
function zsh(commands: readonly Completed[]): string {
  const firsts = [...words(commands)].map(([first, more]) => {
    const summary = more.length > 0 ? more.join(" or ") : (commands.find(({ name }) => name === first)?.summary ?? "");
    return `    '${first}:${quoted(summary)}'`;
  });
  const cases = commands.map(({ name, options }) => {
    const specs = options.map(
      (option) =>
        `'${longFlag(option)}[${quoted(option.summary)}]${option.flags.includes("<") ? ":value:_files" : ""}'`,
    );
    return `    '${name}') _arguments -s ${specs.join(" ")} '--help[Print help]' '*:file:_files' ;;`;
  });
  const nested = [...words(commands)].filter(([, more]) => more.length > 0);
  const seconds = nested.map(
    ([first, more]) =>
      `    ${first}) if (( CURRENT == 3 )); then compadd ${more.join(" ")}; return; fi; name="$name $words[3]" ;;`,
  );
  return `#compdef astra
_astra() {
  local -a commands=(
${firsts.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local name="$words[2]"
  case "$name" in
${seconds.join("\n")}
  esac
  case "$name" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = _astra ]; then _astra "$@"; else compdef _astra astra; fi
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = ["# fish completion for astra", "complete -c astra -f"];
  for (const [first, more] of words(commands)) {
    const summary = commands.find(({ name }) => name === first)?.summary ?? more.join(" or ");
    lines.push(`complete -c astra -n __fish_use_subcommand -a ${first} -d '${quoted(summary)}'`);
    for (const second of more) lines.push(`complete -c astra -n '__fish_seen_subcommand_from ${first}' -a ${second}`);
  }
  for (const { name, options } of commands) {
    const seen = name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    for (const option of options) {
      const takesValue = option.flags.includes("<") ? " -r -F" : "";
      lines.push(
        `complete -c astra -n '${seen}' -l ${longFlag(option).slice(2)} -d '${quoted(option.summary)}'${takesValue}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

/** For single quotes, zsh's colons and brackets included. */
function quoted(text: string): string {
  return text
    .replaceAll("'", "")
    .replaceAll("`", "")
    .replace(/[[\]:]/g, "");
}
