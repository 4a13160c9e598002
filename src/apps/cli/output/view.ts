/** What a command tells: one value with two renderings. */

export interface View {
  /** Rendered on one line with `--json`; `ok` says whether the command did what it was asked for. */
  readonly json: { readonly ok: boolean } & Readonly<Record<string, unknown>>;
  /** Without a final line end. */
  readonly text: () => string;
}
