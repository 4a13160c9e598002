/** Out of an archive: ask for a readable copy at the planned speed, look again when it may be there, and not for ever. */
import { nextRestoreLookMs } from "../../core/restore-speed.ts";
import { DEFAULT_RESTORE_SPEED } from "../../core/pricing/rent.ts";
import type { ObjectHead } from "../../ports/object-store.ts";
import type { MoveLine } from "./move-line.ts";
import type { MoveOutcome } from "./move-outcome.ts";

/** A copy that expired before it was used is asked for once more. Each time is paid for. */
const MOST_ASKS = 2;

/** Bulk out of DEEP_ARCHIVE (S3 user guide, "Archive retrieval options"): for a class whose times are not known. */
const LONGEST_RESTORE_HOURS = 48;

/** The object is archived and not readable yet. */
export async function restoreObject(line: MoveLine, head: ObjectHead): Promise<MoveOutcome> {
  const { ctx, store, guard } = line.mover;
  const { move, progress } = line;
  const nowMs = ctx.clock.now();
  const known = progress.restore;
  const speed = known?.speed ?? move.restore?.speed ?? DEFAULT_RESTORE_SPEED;
  const hours = ctx.prices.classes[move.from]?.restore?.[speed]?.hours ?? LONGEST_RESTORE_HOURS;
  if (known && head.restore?.ongoing)
    return line.waiting("restore", nextRestoreLookMs({ askedMs: known.askedMs, hours }, nowMs));
  if (known && known.asks >= MOST_ASKS) return line.failed("restore_expired");
  await guard.mayRestore();
  // Durable before it is asked for: what costs money is never asked for without a trace.
  const restore = { speed, askedMs: nowMs, asks: (known?.asks ?? 0) + 1 };
  if (known && !(await guard.reserveAgain(line.entry))) return line.failed("restore_expired");
  await line.note({ restore });
  line.isSpent = true;
  await store.restore({ key: move.key, days: move.restore?.days ?? ctx.config.engine.restore_days, speed });
  return line.waiting("restore", nextRestoreLookMs({ askedMs: nowMs, hours }, nowMs));
}
