/** A small chart as SVG: points over a logarithmic axis, and the aim as a dashed line. */

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly aim: number;
}

const WIDTH = 560;
const HEIGHT = 260;
const LEFT = 60;
const TOP = 40;
const RIGHT = 20;
const BOTTOM = 45;

/** Text on a white ground, readable in light and dark pages alike. */
export function lineChart({ title, xLabel, points, aim }: Chart): string {
  const most = Math.max(aim, ...points.map(({ y }) => y)) * 1.15;
  const logs = points.map(({ x }) => Math.log10(x));
  const [low, high] = [Math.min(...logs, 5) - 0.2, Math.max(...logs, 6) + 0.2];
  const atX = (x: number): number => LEFT + ((Math.log10(x) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const atY = (y: number): number => HEIGHT - BOTTOM - (y / most) * (HEIGHT - TOP - BOTTOM);
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${atX(x).toFixed(1)} ${atY(y).toFixed(1)}`);
  const dots = points.map(
    ({ x, y }) =>
      `<circle cx="${atX(x).toFixed(1)}" cy="${atY(y).toFixed(1)}" r="4" fill="#0b6"/>` +
      `<text x="${atX(x).toFixed(1)}" y="${(atY(y) - 10).toFixed(1)}" text-anchor="middle">${Number(y.toPrecision(3))}</text>` +
      `<text x="${atX(x).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${x.toLocaleString("en")}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="14" font-weight="bold">${title}</text>`,
    `<line x1="${LEFT}" y1="${HEIGHT - BOTTOM}" x2="${WIDTH - RIGHT}" y2="${HEIGHT - BOTTOM}" stroke="#888"/>`,
    `<line x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${HEIGHT - BOTTOM}" stroke="#888"/>`,
    `<line x1="${LEFT}" y1="${atY(aim).toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${atY(aim).toFixed(1)}" stroke="#c33" stroke-dasharray="6 4"/>`,
    `<text x="${LEFT - 6}" y="${(atY(aim) + 4).toFixed(1)}" text-anchor="end" fill="#c33">${aim}</text>`,
    `<text x="${LEFT - 6}" y="${HEIGHT - BOTTOM + 4}" text-anchor="end">0</text>`,
    `<path d="${path.join(" ")}" fill="none" stroke="#0b6" stroke-width="2"/>`,
    ...dots,
    `<text x="${(WIDTH + LEFT - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xLabel}</text>`,
    "</svg>",
    "",
  ].join("\n");
}
