/** `node tools/soak-apply.ts [--objects N] [--kills N] [--seed N]`: `astra apply` against moto, killed again and again. */
import { isDeepStrictEqual, parseArgs } from "node:util";

import { runApplyTrial } from "../test/support/apply-trial.ts";

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "10000" },
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const startedMs = Date.now();
const outcome = await runApplyTrial({
  objects: Number(values.objects),
  kills: Number(values.kills),
  seed: Number(values.seed),
  onStep: (text) => say(`  ${((Date.now() - startedMs) / 1000).toFixed(1)} s: ${text}`),
});
const wrong = outcome.expected.filter((object, index) => !isDeepStrictEqual(object, outcome.found[index]));
say(outcome.last.stdout.trim() + outcome.last.stderr.trim());
say(JSON.stringify(outcome.report));
say(`again: ${outcome.again.status} ${outcome.again.stdout.trim()}`);
say(
  `${outcome.expected.length} objects, ${outcome.kills} kills, ${wrong.length} objects not as they must be, ${outcome.openUploads} uploads left open`,
);
for (const object of wrong.slice(0, 5)) {
  say(`  must be ${JSON.stringify(object)}`);
  say(`  is      ${JSON.stringify(outcome.found.find(({ key }) => key === object.key))}`);
}
process.exitCode = wrong.length > 0 || outcome.openUploads > 0 || outcome.last.status !== 0 ? 1 : 0;
