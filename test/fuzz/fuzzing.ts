/**
 * What all fuzz areas share: how many cases, from which seed, how they are made from valid ones, and what must stay so
 * whatever comes in.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { isAstraError } from "../../src/core/errors.ts";

/** Cases of an area together; `FUZZ_RUNS` widens them. */
export const RUNS = wholeNumber("FUZZ_RUNS", 100_000);
/** The same cases every time, unless `FUZZ_SEED` names others. */
export const SEED = wholeNumber("FUZZ_SEED", 20_260_301);
/** A guard against a hang of the suite itself, for as many cases as asked for. */
export const TIMEOUT_MS = 60_000 + RUNS * 3;
/** No case may take longer; far above what any takes, also on a busy machine. */
const CASE_BUDGET_MS = 10_000;

function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`${name} must be a whole number above 0`);
}

/** What became of a case: past the first validation, or refused as it should be. */
export type Outcome = "accepted" | "refused";

interface Area<T> {
  readonly name: string;
  readonly input: fc.Arbitrary<T>;
  /** Throws, by an assertion or otherwise, where the case shows a fault. */
  readonly check: (input: T) => Outcome;
  /** Part of {@link RUNS} that this area has; 1 where it stands alone. */
  readonly share?: number;
  /** Least part of the cases that must get past the first validation: less means that the generator shows nothing. */
  readonly leastAccepted: number;
}

/** Runs the cases of an area. A failing one is shrunk, and printed with its seed and path. */
export function expectHarmless<T>({ name, input, check, share = 1, leastAccepted }: Area<T>): void {
  const before = prototypeMarks();
  const count = { cases: 0, accepted: 0 };
  const started = process.cpuUsage();
  fc.assert(
    fc.property(input, (value) => {
      const caseMs = performance.now();
      count.cases += 1;
      if (check(value) === "accepted") count.accepted += 1;
      if (performance.now() - caseMs > CASE_BUDGET_MS) throw new Error("the case ran into the guard against hangs");
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS * share), endOnFailure: false },
  );
  expect(prototypeMarks()).toEqual(before);
  const { user, system } = process.cpuUsage(started);
  tell(`${name}: ${count.cases} cases, ${count.accepted} accepted, ${Math.round((user + system) / 1000)} ms of CPU`);
  expect(count.accepted / count.cases).toBeGreaterThanOrEqual(leastAccepted);
}

/** With `FUZZ_REPORT=1`, one line an area on standard error. */
function tell(line: string): void {
  if (process.env["FUZZ_REPORT"] === "1") process.stderr.write(`${line}\n`);
}

/** `accepted` where the work is done, `refused` where it throws one of our own errors; any other fault passes through. */
export function acceptedOrRefused(work: () => unknown): Outcome {
  try {
    work();
    return "accepted";
  } catch (error) {
    if (!isAstraError(error) || error.code === "ASTRA_INTERNAL") throw error;
    // Shown to people as they are, so they must be texts.
    if (typeof error.message !== "string" || typeof error.fix !== "string")
      throw new TypeError("an error without words", { cause: error });
    return "refused";
  }
}

const PROTOTYPES = [Object, Array, Function, String, Number, Map, Set, Date, RegExp, Error, Promise];

/** Everything that hangs on the built-in prototypes. */
function prototypeMarks(): readonly string[] {
  return PROTOTYPES.flatMap(({ name, prototype }: { name: string; prototype: object }) =>
    Reflect.ownKeys(prototype).map((key) => `${name}.${String(key)}`),
  );
}

/** Fails where an object anywhere in a parsed value had its prototype replaced. */
export function expectPlain(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isBuiltIn = prototype === null || PROTOTYPES.some((known) => known.prototype === prototype);
  if (!isBuiltIn) throw new Error("an object has a prototype that came from outside");
  for (const member of Object.values(value)) expectPlain(member);
}

/** Pieces that parsers and terminals trip over. */
export const HOSTILE = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "\u0000",
  "\u001b[2J",
  "\u001b]0;x\u0007",
  "\u009b31m",
  "\u202e",
  "\u2028",
  "\uFEFF",
  "\uFFFD",
  "\uD800",
  "\uDFFF",
  "😀",
  "é",
  "../",
  "..%2f",
  "%00",
  "%",
  "%25",
  "%zz",
  "+",
  "\r\n",
  "\n",
  "\t",
  " ",
  '"',
  "'",
  "\\",
  "`",
  "<",
  ">",
  "&",
  "=cmd|'/c calc'!A1",
  "@SUM(1)",
  "-1",
  "0",
  "1e999",
  "NaN",
  "9".repeat(40),
  "[",
  "]",
  "{",
  "}",
  "*",
  "**",
  "?",
  "/",
  "//",
  ":",
  ";",
  ",",
  "|",
  "$",
  "#",
  "null",
  "true",
] as const;

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly piece: string;
}

/** Valid texts with a few pieces put in, taken out or put over others; every fourth as it is. */
export function mutated(valid: fc.Arbitrary<string>, pieces: readonly string[] = []): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...HOSTILE, ...pieces) },
    { weight: 1, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
  );
  const edit = fc.record({ at: fc.nat(65_535), cut: fc.nat(6), piece }, { noNullPrototype: true });
  return fc.tuple(valid, fc.array(edit, { maxLength: 3 })).map(([text, edits]) => edits.reduce(edited, text));
}

function edited(text: string, { at, cut, piece }: Edit): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + piece + text.slice(place + cut);
}

/** Keys of objects as the hostile would name them, besides ordinary ones. */
export function hostileText(maxLength = 24): fc.Arbitrary<string> {
  return fc
    .oneof(
      {
        weight: 2,
        arbitrary: fc.array(fc.constantFrom(...HOSTILE, "a", "b/", "x.log"), { minLength: 1, maxLength: 4 }),
      },
      { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength }).map((text) => [text]) },
    )
    .map((parts) => parts.join(""));
}
