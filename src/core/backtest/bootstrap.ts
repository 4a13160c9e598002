/**
 * Intervals of a ratio of sums by resampling objects: as many objects as there are, drawn with replacement, 2,000 times;
 * the interval leaves 2.5 % of the ratios out on either side (percentile bootstrap, B. Efron, 1979).
 */
import { seededRandom } from "../workload/seeded-random.ts";

/** How an interval is drawn. */
export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
  /** Objects beyond this many are dealt at random into so many bundles, and bundles are drawn. */
  readonly mostUnits: number;
}

/** As the protocol of docs/intelligence.md asks for. */
export const DEFAULT_BOOTSTRAP: BootstrapOptions = { resamples: 2000, seed: 1, mostUnits: 20_000 };

/** A 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * For each of `numerators`, the interval of Σ numerator ÷ Σ denominator. All are drawn from the same resamples, so that
 * differences between them are not the luck of the draw.
 */
export function bootstrapRatios(
  numerators: readonly Float64Array[],
  denominator: Float64Array,
  options: BootstrapOptions = DEFAULT_BOOTSTRAP,
): readonly Interval[] {
  const random = seededRandom(options.seed);
  const { rows, units, width } = bundled([denominator, ...numerators], options.mostUnits, random);
  const ratios = numerators.map(() => new Float64Array(options.resamples));
  const sums = new Float64Array(width);
  for (let sample = 0; sample < options.resamples; sample += 1) {
    sums.fill(0);
    for (let draw = 0; draw < units; draw += 1) {
      const row = Math.floor(random() * units) * width;
      for (let column = 0; column < width; column += 1) sums[column] = (sums[column] ?? 0) + (rows[row + column] ?? 0);
    }
    ratios.forEach((of, index) => {
      of[sample] = (sums[index + 1] ?? 0) / (sums[0] ?? 0);
    });
  }
  return ratios.map((of) => {
    const sorted = of.toSorted();
    return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  });
}

/** The columns side by side, a row per unit: what is summed together lies together. */
function bundled(
  columns: readonly Float64Array[],
  mostUnits: number,
  random: () => number,
): { readonly rows: Float64Array; readonly units: number; readonly width: number } {
  const objects = columns[0]?.length ?? 0;
  const units = Math.min(objects, mostUnits);
  const width = columns.length;
  const rows = new Float64Array(units * width);
  for (let object = 0; object < objects; object += 1) {
    const unit = objects === units ? object : Math.floor(random() * units);
    columns.forEach((column, index) => {
      rows[unit * width + index] = (rows[unit * width + index] ?? 0) + (column[object] ?? 0);
    });
  }
  return { rows, units, width };
}

/** The value below which a share of the ascending values lies, linear between neighbours. */
export function quantile(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const at = (ascending.length - 1) * share;
  const below = Math.floor(at);
  const low = ascending[below] ?? Number.NaN;
  return low + (at - below) * ((ascending[below + 1] ?? low) - low);
}
