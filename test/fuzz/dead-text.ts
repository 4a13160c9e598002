/** Text of the hostile, and the proof that nothing of it acts. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { hostileText } from "./fuzzing.ts";

/** Colours of our own, where standard output has any. */
// oxlint-disable-next-line no-control-regex -- this is what colours are made of
export const COLOUR = /\u001b\[\d+(?:;\d+)*m/g;
/** Controls but the line end, and marks that turn the direction of text or hide it. */
const ACTED_ON = /[^\P{Cc}\n]|[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** @throws where a terminal, or a tool that reads lines, would act on something in the text */
export function expectDead(text: string): void {
  const found = ACTED_ON.exec(text.replace(COLOUR, ""));
  assert.equal(found, null, `${JSON.stringify(found?.[0])} in ${JSON.stringify(text.slice(0, 400))}`);
}

/** A colour of the hostile must not be taken for one of ours. */
export const outside = fc.oneof(
  hostileText(),
  fc.constantFrom("\u001b[31;1mred", "\u001b]8;;http://x\u0007a", "a\rb", "\u009b2J"),
);
