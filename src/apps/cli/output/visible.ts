/** Makes text from outside harmless for a terminal and for line-based tools. */

/** C0 and C1 controls, DEL, line separators, and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const SHORT: Readonly<Record<string, string>> = { "\n": String.raw`\n`, "\r": String.raw`\r`, "\t": String.raw`\t` };

/** Every control character, terminal escape and direction mark written out: `\n`, `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(
    UNSEEN,
    (character) => SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** As {@link visible}, but line ends stay: for messages of several lines. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/** One line of JSON in which nothing is left that a terminal would act on. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "bigint" ? member.toString() : member,
  );
  return text.replace(UNSEEN, escaped);
}

/** Like {@link jsonLine}, in lines of their own for people who read it. */
export function jsonDocument(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.replace(UNSEEN, (character) => (character === "\n" ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
