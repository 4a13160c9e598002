/** What a policy has cost by and by: the changes it made are charged again, with a look at the account on given days. */
import type { SortedPath } from "./class-path.ts";
import { totalOf } from "./daily-bill.ts";
import { ObjectAccount, type ReplayInput } from "./replay.ts";

/** `count` days from the split to the trace's end, evenly spaced, the last being the end. */
export function curveDays(
  { trace, splitDay }: Pick<ReplayInput, "trace" | "splitDay">,
  count: number,
): readonly number[] {
  const span = trace.days - splitDay;
  const days = Array.from({ length: count }, (_, index) => splitDay + Math.round((span * (index + 1)) / count));
  return [...new Set(days)].filter((day) => day > splitDay);
}

/**
 * Dollars of all objects charged before each of `days`, ascending; the last of them must be the trace's end, and then its
 * entry is the whole cost.
 */
export function costCurve(input: ReplayInput, path: SortedPath, days: readonly number[]): Float64Array {
  const { onClass: _, ...quiet } = input;
  const spent = new Float64Array(days.length);
  for (let object = 0; object < input.trace.objects; object += 1) {
    const account = new ObjectAccount(quiet, object);
    if (!account.isOver) addObject(account, path, object, days, spent);
  }
  for (let index = 1; index < spent.length; index += 1) spent[index] = (spent[index] ?? 0) + (spent[index - 1] ?? 0);
  return spent;
}

function addObject(
  account: ObjectAccount,
  path: SortedPath,
  object: number,
  days: readonly number[],
  spent: Float64Array,
): void {
  const end = path.start[object + 1] ?? 0;
  let change = path.start[object] ?? 0;
  let before = 0;
  for (let index = 0; index < days.length; index += 1) {
    const day = days[index] ?? Infinity;
    if (account.day >= day) continue;
    for (; change < end && (path.day[change] ?? 0) < day; change += 1) {
      account.advance(path.day[change] ?? 0);
      account.move(path.storageClass[change] ?? 0);
    }
    account.advance(day);
    const now = account.isOver ? account.close().total : totalOf(account.bill);
    spent[index] = (spent[index] ?? 0) + now - before;
    before = now;
    if (account.isOver) return;
  }
}
