/** Everything from outside, shown: nothing that a terminal, a line-based tool, a browser or a spreadsheet would act on. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { CsvParser } from "../../src/adapters/billing/csv-records.ts";
import { errorJson, errorText } from "../../src/apps/cli/errors-shown.ts";
import { accessLogsText } from "../../src/apps/cli/output/access-logs-text.ts";
import { auditText } from "../../src/apps/cli/output/audit-text.ts";
import { bytesText } from "../../src/apps/cli/output/bytes-text.ts";
import { csvLine } from "../../src/apps/cli/output/csv.ts";
import { explanationText } from "../../src/apps/cli/output/explanation-text.ts";
import { escapeHtml } from "../../src/apps/cli/output/html-page.ts";
import { planPage } from "../../src/apps/cli/output/plan-html.ts";
import { planText } from "../../src/apps/cli/output/plan-text.ts";
import { runDetailText, runsText } from "../../src/apps/cli/output/runs-text.ts";
import { jsonDocument, jsonLine, visible, visibleLines } from "../../src/apps/cli/output/visible.ts";
import { AstraError } from "../../src/core/errors.ts";
import { type PlanHeader, PlanTally, type PlannedMove } from "../../src/core/plan.ts";
import type { JournalEntry, RunRecord } from "../../src/ports/state-store.ts";
import type { Explanation } from "../../src/services/explain-object.ts";
import { COLOUR, expectDead, outside } from "./dead-text.ts";
import { HOSTILE, TIMEOUT_MS, expectHarmless } from "./fuzzing.ts";

test("words in texts, lines of JSON and errors", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "outputs, words",
    share: 0.77,
    input: fc.tuple(outside, outside),
    leastAccepted: 1,
    check: ([a, b]) => {
      for (const text of [visible(a), visibleLines(a), bytesText(Buffer.from(a))]) expectDead(text);
      for (const character of "\n\r\u001b") assert.ok(!visible(a).includes(character));
      const line = jsonLine({ [a]: b, list: [a] });
      expectDead(line);
      assert.ok(!line.includes("\n"));
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify({ [a]: b, list: [a] })));
      const document = jsonDocument({ [a]: b, list: [a] });
      expectDead(document);
      assert.deepEqual(JSON.parse(document), JSON.parse(line));
      const error = new AstraError("ASTRA_STORE_REFUSED", a, { where: b, fix: a });
      assert.ok(!errorText(error, true).replace(COLOUR, "").includes("\u001b"));
      expectDead(errorText(error, false));
      assert.equal(errorJson(error).split("\n").length, 2);
      assert.doesNotMatch(escapeHtml(a), /[<>"']/);
      return "accepted";
    },
  });
});

test("cells of CSV", { timeout: TIMEOUT_MS }, () => {
  const formula = fc.tuple(
    fc.constantFrom("", " ", "\t", "\n", "\u00a0", "\u200b", '"', "'"),
    fc.constantFrom("=1+1", "+1", "-1", "@A1", "＝1", "|x", "%0A"),
  );
  const cell = fc.oneof(
    outside,
    formula.map((parts) => parts.join("")),
    fc.constantFrom(...HOSTILE, ""),
  );
  expectHarmless({
    name: "outputs, CSV",
    share: 0.2,
    input: fc.array(cell, { minLength: 1, maxLength: 4 }),
    leastAccepted: 1,
    check: (cells) => {
      const parser = new CsvParser();
      const records = [...parser.push(csvLine(["first", ...cells])), ...parser.end()];
      assert.equal(records.length, 1);
      const read = records[0]?.cells ?? [];
      assert.equal(read.length, cells.length + 1);
      for (const each of read) {
        expectDead(each);
        assert.doesNotMatch(each, /^\s*[=+\-@＝＋－＠]/u);
      }
      return "accepted";
    },
  });
});

const MOVE: PlannedMove = {
  bucket: "b",
  key: "k",
  sizeBytes: 1000,
  etag: "e",
  from: "STANDARD",
  to: "GLACIER",
  toTier: "cold",
  mechanism: "copy",
  rule: "matrix:age",
  why: "age 120 d",
  createdMs: 0,
  feeMicros: 2,
  savingMicrosPerMonth: 1,
  breakEvenMs: Date.UTC(2027, 0, 23),
  worstCaseMicros: null,
  policy: null,
  orderedByPolicy: false,
};

function planOf(moves: readonly PlannedMove[], words: readonly string[]): PlanHeader {
  const [detail = "", to = "", priceBook = ""] = words;
  const tally = new PlanTally();
  for (const move of moves) {
    tally.seen(move.from, move.sizeBytes);
    tally.moves(move);
  }
  for (const refusal of ["native_rule_conflict", "ignored_by_policy", "class_not_managed", "unknown_price"] as const) {
    tally.refused({ refusal, sizeBytes: 1, savingMicrosPerMonth: 0, feeMicros: 0, to, detail });
  }
  const totals = tally.totals();
  return { id: "plan-1", bucket: "b", createdMs: 0, strategy: "matrix", priceBook, totals, hash: "0".repeat(64) };
}

test("plans, runs, audit and access logs", { timeout: TIMEOUT_MS }, () => {
  const run: RunRecord = {
    id: "r",
    planId: "p",
    bucket: "b",
    startedMs: 0,
    finishedMs: null,
    state: "partly",
    done: 0,
    failed: 1,
    skipped: 0,
    restoring: 0,
    movedBytes: 0,
    feeMicros: 0,
    savingMicrosPerMonth: 0,
    reasons: {},
    stopReason: null,
    stopDetail: null,
  };
  expectHarmless({
    name: "outputs, whole texts",
    share: 0.03,
    input: fc.record({
      key: outside,
      storageClass: outside,
      rule: outside,
      why: outside,
      policy: fc.option(outside),
      words: fc.tuple(outside, outside, outside),
    }),
    leastAccepted: 1,
    check: ({ key, storageClass, rule, why, policy, words }) => {
      const [reason] = words;
      const moves = [{ ...MOVE, key, from: storageClass, rule, why, policy }, MOVE];
      const plan = planOf(moves, words);
      for (const isVerbose of [true, false]) expectDead(planText(plan, moves, { file: key, isVerbose }));
      const page = planPage(plan, moves);
      expectDead(page);
      assert.doesNotMatch(page, /<(?:script|img|iframe|object|a)\b/i);
      const entry: JournalEntry = {
        runId: "r",
        seq: 0,
        move: moves[0] ?? MOVE,
        state: "failed",
        etagAfter: null,
        versionAfter: null,
        reason,
        updatedMs: 0,
        progress: null,
        dueMs: null,
      };
      const stopped = { ...run, reasons: { [reason]: 1 }, stopDetail: why };
      expectDead(runsText([stopped]));
      expectDead(runDetailText({ ...SHOWN_RUN, run: stopped, stop: { text: why, fix: rule }, faults: [entry] }));
      expectDead(
        explanationText({
          ...EXPLAINED,
          uri: `s3://b/${key}`,
          storageClass,
          history: [entry],
          rules: [{ name: rule, action: null, where: why }],
        }),
      );
      const record = {
        seq: 1,
        atMs: 0,
        actor: key,
        action: rule,
        detail: { [why]: reason },
        previousHash: "",
        hash: "",
      };
      expectDead(auditText([record]));
      expectDead(
        accessLogsText({
          ...NO_LOGS,
          firstBad: [{ where: why, fault: "cut" }],
          unreadable: [{ where: key, message: rule }],
        }),
      );
      return "accepted";
    },
  });
});

const BUDGET = { spentMicros: 1, capMicros: 2, leftMicros: 1 };
const SHOWN_RUN = {
  order: "run",
  runBudget: { ...BUDGET, objects: 1, objectsLeft: 1, bytes: 1, bytesLeft: null },
  dayBudget: BUDGET,
  totals: [],
  restoring: { lines: 1, bytes: 1 },
  tagged: { lines: 0, bytes: 0 },
} as const;

const EXPLAINED: Explanation = {
  uri: "s3://b/k",
  atMs: 0,
  sizeBytes: 1,
  storageClass: "STANDARD",
  createdMs: 0,
  ageDays: 1,
  isAgeKnown: true,
  isRemembered: true,
  lastAccessMs: null,
  windowReads: 0,
  lifetimeReads: 0,
  rate: { readsPerMonth: 0, readDaysPerMonth: 0 },
  readsByDay: [0, 1],
  strategy: "matrix",
  hold: null,
  rules: [],
  decision: {
    kind: "stay",
    proposal: { tier: "hot", storageClass: "STANDARD", rule: "r", why: "w" },
    policy: { rules: [], orderedBy: null, unknownRules: [] },
  },
  prediction: null,
  nextChange: null,
  reviewInDays: null,
  classes: [],
  priceBook: "book",
  history: [],
};

const NO_LOGS = {
  files: 1,
  duplicates: 0,
  known: 0,
  objectsChanged: 0,
  unreadableFiles: 2,
  lines: 1,
  accesses: 0,
  excludedReads: 0,
  withoutData: 0,
  otherOperations: 0,
  otherBuckets: 0,
  badLines: 1,
  badLinesBy: { cut: 1 },
  firstBad: [],
  unreadable: [],
  isWhole: false,
};
