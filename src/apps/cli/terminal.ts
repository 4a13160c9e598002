/** Standard output, standard error and the person in front of them. */
import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import { AstraError, type ErrorDetails } from "../../core/errors.ts";
import { type ProgressLine, progressLine } from "./output/progress.ts";
import type { View } from "./output/view.ts";
import { jsonLine, visibleLines } from "./output/visible.ts";

export class Terminal {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  #isReaderGone = false;

  constructor(options: { readonly isJson: boolean; readonly isQuiet: boolean }) {
    this.isJson = options.isJson;
    this.isQuiet = options.isQuiet;
    // A reader such as `head` may leave early: what it does not want is dropped, the work goes on.
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.#isReaderGone = true;
    });
  }

  /** @returns `false` once nobody reads any more. Waits where the reader is slow. */
  async write(piece: string | Uint8Array): Promise<boolean> {
    if (this.#isReaderGone) return false;
    await new Promise<void>((resolve) => process.stdout.write(piece, () => resolve()));
    return !this.#isReaderGone;
  }

  async line(value: unknown): Promise<boolean> {
    return this.write(`${jsonLine(value)}\n`);
  }

  /** The result of a command, in the form asked for. */
  async show(view: View): Promise<void> {
    if (this.isJson) await this.line(view.json);
    else if (!this.isQuiet) await this.write(`${view.text()}\n`);
  }

  /** Talk beside the result, on standard error. */
  note(text: string): void {
    if (!this.isQuiet) process.stderr.write(`${visibleLines(text)}\n`);
  }

  warn(text: string): void {
    const label = styleText("yellow", "warning:", { stream: process.stderr });
    process.stderr.write(`${label} ${visibleLines(text)}\n`);
  }

  progress(): ProgressLine {
    return progressLine(!this.isQuiet && !this.isJson);
  }

  get isInteractive(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY && !this.isJson;
  }

  /**
   * Asks on standard error; anything but `y` or `yes` means no.
   * @throws AstraError ASTRA_CONFIRMATION_MISSING where nobody can be asked.
   */
  async confirm(question: string, signal: AbortSignal, details: ErrorDetails = {}): Promise<boolean> {
    if (!this.isInteractive)
      throw new AstraError("ASTRA_CONFIRMATION_MISSING", `${question} was not confirmed`, details);
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(?:es)?$/i.test((await asking.question(`${question}? [y/N] `, { signal })).trim());
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      asking.close();
    }
  }
}
