/** How a move would be made, and what that costs: the mechanism, and out of an archive the speed of the restore. */
import { type MoveMechanism, RESTORE_SPEEDS, type RestoreSpeedName } from "./plan-terms.ts";
import { type TagRule, tagRuleFor } from "./policy/tag-rule.ts";
import { copyFeeAt, feeInCalendar } from "./pricing/calendar-fee.ts";
import { type MoveFee, moveFee } from "./pricing/move-fee.ts";
import { DEFAULT_RESTORE_SPEED, ratesOf } from "./pricing/class-rates.ts";
import type { PriceBook } from "./pricing/price-book.ts";
import { feeItems } from "./pricing/waterfall.ts";
import { chooseRestoreSpeed } from "./restore-speed.ts";
import { MS_PER_DAY } from "./units.ts";

/** A way and its fee. */
export interface MoveWay {
  readonly mechanism: MoveMechanism;
  /** How the object is made readable for its copy; `null` where it need not be. */
  readonly restore: { readonly speed: RestoreSpeedName; readonly days: number } | null;
  readonly fee: MoveFee;
}

/** What is to be moved. */
export interface WayMove {
  readonly key: string;
  readonly sizeBytes: number;
  readonly from: string;
  readonly to: string;
  /** Days in the present class. */
  readonly daysHeld: number;
  /** `null` where the age must not be acted on: then no rule by age is relied on. */
  readonly ageDays: number | null;
  readonly atMs: number;
}

/** What the bucket and its owner allow. */
export interface WayTerms {
  readonly prices: PriceBook;
  /** Days the noncurrent version left by a copy is billed; 0 on a bucket without versioning. */
  readonly noncurrentDays: number;
  /** Days a copy restored for a move is asked for; 1 where absent. */
  readonly restoreDays?: number | undefined;
  /** Hours within which a restore should be there; at the standard speed where absent. */
  readonly restoreDeadlineHours?: number | undefined;
  /** Ways the owner allows; all by copy where absent. */
  readonly mechanisms?: readonly MoveMechanism[] | undefined;
  /** Rules of the bucket that wait for a tag. */
  readonly tagRules?: readonly TagRule[] | undefined;
  /** Each copy reads the ACL on both sides. */
  readonly readsAcl?: boolean | undefined;
}

const BY_COPY: readonly MoveMechanism[] = ["copy"];

/**
 * The cheapest way that is open.
 * @param isCopyRefused a copy would restart or defeat one of the bucket's own rules
 * @returns `null` where none is open or its price is unknown
 */
export function cheapestWay(move: WayMove, terms: WayTerms, isCopyRefused: boolean): MoveWay | null {
  const { mechanisms = BY_COPY } = terms;
  const copy = mechanisms.includes("copy") && !isCopyRefused ? copyWay(move, terms) : null;
  const tag = mechanisms.includes("tag") ? tagWay(move, terms) : null;
  if (!copy || !tag) return copy ?? tag;
  return tag.fee.totalMicros < copy.fee.totalMicros ? tag : copy;
}

/** The way by a copy, whether or not it is allowed: what a refused move would have cost. */
export function copyWay(move: WayMove, terms: WayTerms): MoveWay | null {
  const { from, to, sizeBytes, daysHeld, atMs } = move;
  const { prices, noncurrentDays, restoreDays, readsAcl } = terms;
  const restoreSpeed = speedOf(move, terms);
  const fee = copyFeeAt(
    prices,
    { from, to, sizeBytes, daysHeld, noncurrentDays, restoreDays, restoreSpeed, readsAcl },
    atMs,
  );
  const restore = restoreSpeed === undefined ? null : { speed: restoreSpeed, days: restoreDays ?? 1 };
  return fee && { mechanism: "copy", restore, fee };
}

function speedOf({ from, sizeBytes }: WayMove, terms: WayTerms): RestoreSpeedName | undefined {
  const speeds = ratesOf(terms.prices).managed.get(from)?.prices.restore;
  if (!speeds) return undefined;
  const { restoreDeadlineHours: deadlineHours } = terms;
  if (deadlineHours === undefined) return DEFAULT_RESTORE_SPEED;
  return chooseRestoreSpeed(speeds, RESTORE_SPEEDS, { sizeBytes, deadlineHours })?.speed ?? DEFAULT_RESTORE_SPEED;
}

/** Lifecycle rules are carried out once a day: the object stays where it is for about one more. */
const TAG_WAIT_DAYS = 1;

function tagWay(move: WayMove, { prices, tagRules = [] }: WayTerms): MoveWay | null {
  if (!tagRuleFor(tagRules, move)) return null;
  const { from, to, sizeBytes, atMs } = move;
  const daysHeld = move.daysHeld + TAG_WAIT_DAYS;
  const items = feeItems(prices, { from, to, mechanism: "tag" });
  // Looked at when it is tagged and when it should have moved: two requests in each class, tags included.
  const average =
    items && moveFee(prices, { from, to, sizeBytes, daysHeld, noncurrentDays: 0 }, [...items, "heads", "heads"]);
  const fee = average && feeInCalendar(average, atMs + TAG_WAIT_DAYS * MS_PER_DAY, 0);
  return fee && { mechanism: "tag", restore: null, fee };
}
