/** Sizes and counts for people. */
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;
const STEP = 1024;

/** `1.2 GiB`: one decimal below 100, none above and none for bytes. */
export function formatBytes(sizeBytes: number): string {
  let value = Math.abs(sizeBytes);
  let unit = 0;
  // What would be shown as 1024 of a unit is shown as 1 of the next.
  while (Math.round(value) >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${sizeBytes < 0 ? "-" : ""}${value.toFixed(digits)} ${UNITS[unit] ?? "B"}`;
}

const WHOLE = new Intl.NumberFormat("en-US");

/** `12,345`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `1 object`, `12,345 objects`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
