/** How much of an object a day with reads takes: its own days of the last three months, leaning on what is usual. */

/** Days before the last read that count, and the half-life of their weight. */
const MEMORY_DAYS = 90;
/** Weight of the usual amount, in days with reads. */
const PRIOR_DAYS = 2;

/**
 * Full-object reads of a day with reads, as of the last one.
 * @param days how many days with reads are known
 * @param dayAt their days, newest first; @param fullAt full-object reads on them
 */
export function habitualAmount(
  days: number,
  dayAt: (index: number) => number,
  fullAt: (index: number) => number,
  usual: number,
): number {
  if (days <= 0) return usual;
  const newest = dayAt(0);
  let full = PRIOR_DAYS * usual;
  let weight = PRIOR_DAYS;
  for (let index = 0; index < days; index += 1) {
    const age = newest - dayAt(index);
    if (age >= MEMORY_DAYS) break;
    const own = 2 ** (-age / MEMORY_DAYS);
    full += own * fullAt(index);
    weight += own;
  }
  return full / weight;
}
