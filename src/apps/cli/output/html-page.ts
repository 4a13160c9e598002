/** A page that needs nothing but itself: no script, no font, no request; light or dark as its reader prefers. */
import { visible } from "./visible.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text from anywhere, harmless in an element and in a quoted attribute; control characters written out. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #14161a); --card: light-dark(#ffffff, #1b1e24); --ink: light-dark(#1d2129, #e8e6e1);
  --soft: light-dark(#667080, #98a1ae); --line: light-dark(#e3e1da, #2c3038); --accent: light-dark(#0b6e5b, #4cc9a7);
  --c0: light-dark(#0b6e5b, #4cc9a7); --c1: light-dark(#b4541a, #f0925a); --c2: light-dark(#2f5fb3, #7ba7f0);
  --c3: light-dark(#8a3f8f, #d08ad4); --c4: light-dark(#8f7414, #d9bd57); --c5: light-dark(#a8304a, #f07f95);
  --c6: light-dark(#3b7f9b, #7cc4de); --c7: light-dark(#5d7a2b, #a8c96b); --c8: light-dark(#75614b, #c0a88c);
  --c9: light-dark(#5b5f97, #a3a7e0);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 ui-sans-serif, system-ui, "Segoe UI", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .2rem; }
p { margin: .3rem 0; } .soft { color: var(--soft); } .lead { font-size: 1.08rem; max-width: 60ch; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: 1.25rem 1.4rem; margin-top: 1.25rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin-top: .6rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; border-bottom: 1px solid var(--line); }
th, td { padding: .38rem .6rem .38rem 0; white-space: nowrap; } td.wrap { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
td { border-bottom: 1px solid color-mix(in srgb, var(--line) 60%, transparent); } tr:last-child td { border-bottom: 0; }
.num { text-align: right; padding-right: 0; padding-left: .9rem; } tr.near td { font-weight: 650; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .5em; }
.pair { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); }
.pair section { min-width: 0; }
svg { display: block; width: 100%; height: auto; font: 12px ui-sans-serif, system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); } svg .grid { stroke: var(--line); }
footer { color: var(--soft); font-size: .85rem; margin-top: 1.5rem; }
@media print { :root { color-scheme: light; } .scroll { overflow: visible; } section { break-inside: avoid; } }
`;

/** @param body elements, already escaped */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

/** A column of a table of the page. */
export interface HtmlColumn {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Long text that may be broken. */
  readonly isWrapped?: boolean;
}

/** A table; cells are elements, already escaped. */
export function htmlTable(
  columns: readonly HtmlColumn[],
  rows: readonly { readonly cells: readonly string[]; readonly isNear?: boolean }[],
): string {
  const classOf = ({ isNumber, isWrapped }: HtmlColumn): string => {
    if (isNumber) return ' class="num"';
    return isWrapped ? ' class="wrap"' : "";
  };
  const head = columns.map((column) => `<th scope="col"${classOf(column)}>${escapeHtml(column.title)}</th>`).join("");
  const lines = rows.map(({ cells, isNear }) => {
    const line = columns.map((column, index) => `<td${classOf(column)}>${cells[index] ?? ""}</td>`).join("");
    return `<tr${isNear ? ' class="near"' : ""}>${line}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}
