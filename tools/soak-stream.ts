/** `node tools/soak-stream.ts [--events N] [--rounds N]`: events through three brokers and four workers, of which some are killed. */
import { parseArgs } from "node:util";

import { expectedReads, recordCount } from "../test/support/event-stream.ts";
import { runStreamTrial } from "../test/support/stream-trial.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    objects: { type: "string", default: "3000" },
    rate: { type: "string", default: "10000" },
    rounds: { type: "string", default: "1" },
  },
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

let failed = 0;
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const startedMs = Date.now();
  const shape = { events: Number(values.events), objects: Number(values.objects) };
  const onStep = (text: string): void => say(`  ${((Date.now() - startedMs) / 1000).toFixed(1)} s: ${text}`);
  const outcome = await runStreamTrial({ ...shape, ratePerSecond: Number(values.rate), onStep });
  const expected = expectedReads(shape);
  const wrong = [...expected].filter(([key, reads]) => outcome.reads.get(key) !== reads);
  const held = outcome.lag.reduce((sum, { end, first }) => sum + end - first, 0n);
  const isGood = wrong.length === 0 && outcome.reads.size === expected.size && outcome.consume.status === 0;
  if (!isGood) failed += 1;
  say(
    `round ${round}: ${isGood ? "exact" : "WRONG"}; ${recordCount(shape)} records, ${held} in the log, ${wrong.length} objects with other counts, ${outcome.producer.failures.length} appends done again`,
  );
  for (const failure of outcome.producer.failures) say(`  ${failure}`);
  for (const [key, reads] of wrong.slice(0, 10)) say(`  ${key}: ${outcome.reads.get(key)}, not ${reads}`);
  say(`  ${outcome.consume.stdout.trim()} ${outcome.consume.stderr.trim()}`);
}
say(`${values.rounds} rounds, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
