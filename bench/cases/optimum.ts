import { plainOptimum } from "../../test/support/plain-optimum.ts";
import { type BenchCase, type Round, check } from "../bench-case.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { phaseOf } from "../outcome.ts";
import { DAYS, type OptimumInput, benchObject, benchTariff, shownCost } from "../work/optimum.ts";

const OBJECTS = 20_000;
/** The long way takes a good part of a second an object. */
const CHECKED = 10;

export const optimum: BenchCase = {
  name: "optimum",
  summary: "the clairvoyant optimum of one object after another over a year, six classes",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const sampleEvery = Math.ceil(objects / CHECKED);
    const rounds: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const input: OptimumInput = { objects, sampleEvery };
      const outcome = await measure("optimum", input, options.profile);
      if (round === 1) check("optima", outcome.found, expectedCosts(objects, sampleEvery));
      rounds.push({ phase: phaseOf(outcome, "optimum"), rssPeakBytes: outcome.rssPeakBytes, processCpuSeconds: null });
    }
    return {
      unit: "object-day",
      main: { name: "optimum", rounds },
      parts: [],
      peers: [],
      detail: { objects, days: DAYS, checked: `${CHECKED} objects against a search over every state` },
    };
  },
};

function expectedCosts(objects: number, sampleEvery: number): Record<string, string> {
  const costs: Record<string, string> = {};
  for (let index = 0; index < objects; index += sampleEvery) {
    const { sizeBytes, life } = benchObject(index);
    costs[String(index)] = shownCost(plainOptimum(benchTariff(sizeBytes), life));
  }
  return costs;
}
