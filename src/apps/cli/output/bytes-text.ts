/** Bytes from outside, made harmless for a terminal: as text where they are text, else in hexadecimal. */
import { visibleLines } from "./visible.ts";

const SHOWN_CHARACTERS = 8192;
const SHOWN_BYTES = 1024;
const ROW_BYTES = 16;

/** What is too long to be of use on a screen is cut, and the rest counted. */
export function bytesText(bytes: Uint8Array): string {
  const text = utf8(bytes);
  if (text === null) return hexText(bytes);
  const shown = text.slice(0, SHOWN_CHARACTERS);
  const more = text.length - shown.length;
  return more > 0 ? `${visibleLines(shown)}\n… and ${more} more characters` : visibleLines(shown);
}

/** The text, where the bytes are UTF-8. */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function hexText(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < Math.min(bytes.byteLength, SHOWN_BYTES); at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const plain = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    rows.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(ROW_BYTES * 3 - 1)}  ${plain}`);
  }
  const more = bytes.byteLength - SHOWN_BYTES;
  if (more > 0) rows.push(`… and ${more} more bytes`);
  return rows.join("\n");
}
