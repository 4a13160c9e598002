import { SIZES } from "../../src/core/predict/predictor.ts";
import { type BenchCase, CheckFailed, type Round } from "../bench-case.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import { type Outcome, phaseOf } from "../outcome.ts";
import type { DecisionTableInput } from "../work/decision-table.ts";

const TABLES = 18;
const LOOK_UPS = 2_000_000;

export const decisionTable: BenchCase = {
  name: "decision-table",
  summary: "decision tables of six classes solved from a model, and choices looked up in them",
  async run(options) {
    const input: DecisionTableInput = {
      tables: options.quick ? SIZES : TABLES,
      lookUps: amount(options.objects, LOOK_UPS, options.quick),
    };
    const solve: Round[] = [];
    const lookUp: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const outcome = await measure("decision-table", input, options.profile);
      checkChoices(outcome);
      solve.push({ ...rest(outcome), phase: phaseOf(outcome, "solve") });
      lookUp.push({ ...rest(outcome), phase: phaseOf(outcome, "look up") });
    }
    return {
      unit: "table or look-up",
      main: { name: "solve (table)", rounds: solve },
      parts: [{ name: "choose (look-up, guards included)", rounds: lookUp }],
      peers: [],
      detail: { ...input, checked: "what is read most days and what is too small stay; what is long unread does not" },
    };
  },
};

function rest({ rssPeakBytes }: Outcome): Omit<Round, "phase"> {
  return { rssPeakBytes, processCpuSeconds: null };
}

/** The smallest size goes nowhere, the largest leaves STANDARD when it is not read; no size does while it is read. */
function checkChoices({ found }: Outcome): void {
  for (const [index, choices] of Object.entries(found)) {
    const [read = "", unread = ""] = String(choices).split(" ");
    const size = Number(index) % SIZES;
    const isWrong =
      !["STANDARD", "INTELLIGENT_TIERING"].includes(read) ||
      (size === 0 && unread !== "STANDARD") ||
      (size === SIZES - 1 && unread === "STANDARD");
    if (isWrong) throw new CheckFailed(`table ${index}: ${choices}`);
  }
}
