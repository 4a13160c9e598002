import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/apps/cli/commands.ts";
import { astra, oneLine } from "./cli.ts";

test("--version prints the version and nothing else", async () => {
  const result = await astra(["--version"]);
  expect(result).toMatchObject({ status: 0, stderr: "" });
  expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("help lists every command in its group, and no argument at all means help", async () => {
  const [help, bare] = await Promise.all([astra(["--help"]), astra([])]);
  expect(help.status).toBe(0);
  expect(bare).toMatchObject({ status: 0, stdout: help.stdout });
  for (const { name, group } of COMMANDS) {
    expect(help.stdout).toContain(`${group}:`);
    expect(help.stdout).toMatch(new RegExp(`^  ${name.split(" ")[0]}\\b`, "m"));
  }
});

describe.concurrent("help of", () => {
  test.each(COMMANDS.map((spec) => [spec.name, spec] as const))(
    "%s shows summary, options and examples",
    async (name, spec) => {
      const result = await astra([...name.split(" "), "--help"]);
      expect(result).toMatchObject({ status: 0, stderr: "" });
      const flat = result.stdout.replace(/\s+/g, " ");
      expect(flat).toContain(spec.summary);
      expect(result.stdout).toContain("Examples:");
      for (const [line] of spec.examples) expect(result.stdout).toContain(line);
      for (const { flags } of spec.options ?? []) expect(result.stdout).toContain(flags);
      expect(result.stdout).toContain("--json");
    },
  );
});

describe("what is typed wrong", () => {
  test.each([
    [["generat-event", "x"], "unknown command 'generat-event'; did you mean generate-event?"],
    [["generate-event"], "missing required argument 'name'"],
    [["generate-event", "x", "--siez", "1"], "unknown option '--siez'; did you mean --size?"],
    [["generate-event", "x", "--size", "huge"], '"huge" is no size'],
    [["generate-event", "x", "--count", "0"], '"0" is no whole number of 1 to 100000000'],
    [["generate-event", "x", "--rate", "-1"], '"-1" is no rate'],
    [["list", "--tier", "tepid"], "Allowed choices are hot, warm, cold, archive, auto."],
    [["replay"], "required option '--from <place>' not specified"],
    [["replay", "--from", "yesterday"], '"yesterday" is no place in the log'],
    [["sandbox", "--port", "70000"], '"70000" is no whole number of 0 to 65535'],
    [["completion", "powershell"], 'there are no completions for "powershell"'],
    [["explain"], "missing required argument 'object'"],
    [["list", "--log-path", "a", "--kafka-brokers", "b:1"], "name two different logs"],
  ])("%j is a usage error", async (args, message) => {
    const text = await astra(args);
    expect(text).toMatchObject({ status: 64, stdout: "" });
    expect(text.stderr).toContain(message);
    expect(text.stderr).toContain("fix:");
    expect(text.stderr).not.toMatch(/^\s+at /m);
    expect(text.stderr).toContain("(ASTRA_USAGE_INVALID)");
  });
});

test("completions name every command and are valid for their shell", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const result = await astra(["completion", shell]);
    expect(result.status).toBe(0);
    for (const { name } of COMMANDS) expect(result.stdout).toContain(name.split(" ")[0]);
  }
  const script = oneLine(await astra(["completion", "bash", "--json"]))["script"];
  const checked = await astra(
    ["-c", `${String(script)}\nCOMP_WORDS=(astra metadata im) COMP_CWORD=2; _astra; echo "\${COMPREPLY[@]}"`],
    {
      command: ["bash"],
    },
  );
  expect(checked).toMatchObject({ status: 0, stdout: "import\n" });
});
