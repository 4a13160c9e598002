/**
 * Names of log objects as S3 gives them ("Amazon S3 server access log object key format", User Guide): a prefix, then
 * `2026-11-23-18-00-00-UNIQUE`, or with date-based partitions `ACCOUNT/REGION/BUCKET/2026/11/23/` before that. They sort by
 * time, so that what came lately is found without listing everything.
 */
import { MS_PER_DAY, MS_PER_HOUR } from "../units.ts";

const NAME = /^(?<stem>.*?)(?<partition>\d{4}\/\d\d\/\d\d\/)?(?<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)-[0-9A-Za-z]+$/s;

/** Delivery is not in the order of names. */
const OVERLAP_MS = MS_PER_HOUR;
/** Partitions by event time give every object the first instant of its day, and go on growing when the day is over. */
const OVERLAP_OF_DAYS_MS = 2 * MS_PER_DAY;
/** Stems looked at one by one: more are listed as a whole. */
const MOST_STEMS = 100;

/** Where to begin a listing. */
export interface LogStart {
  readonly prefix: string;
  readonly startAfter: string;
}

interface Newest {
  readonly isPartitioned: boolean;
  timeMs: number;
  isOfDays: boolean;
}

/** The newest names seen below each stem. */
export class NewestLogs {
  readonly #stems = new Map<string, Newest>();
  #hasOthers = false;

  see(key: string): void {
    const found = NAME.exec(key)?.groups;
    const timeMs = found ? nameTimeMs(found["time"] ?? "") : Number.NaN;
    if (!found || Number.isNaN(timeMs)) {
      this.#hasOthers = true;
      return;
    }
    const isOfDays = timeMs % MS_PER_DAY === 0;
    const stem = found["stem"] ?? "";
    const known = this.#stems.get(stem);
    if (!known) this.#stems.set(stem, { isPartitioned: found["partition"] !== undefined, timeMs, isOfDays });
    else {
      known.timeMs = Math.max(known.timeMs, timeMs);
      known.isOfDays &&= isOfDays;
    }
  }

  /** Where new names are to be looked for; `null` where names don't tell. */
  starts(): readonly LogStart[] | null {
    if (this.#hasOthers || this.#stems.size === 0 || this.#stems.size > MOST_STEMS) return null;
    return [...this.#stems].map(([stem, { isPartitioned, timeMs, isOfDays }]) => {
      const name = timeName(timeMs - (isOfDays ? OVERLAP_OF_DAYS_MS : OVERLAP_MS));
      const partition = isPartitioned ? `${name.slice(0, 10).replaceAll("-", "/")}/` : "";
      return { prefix: stem, startAfter: `${stem}${partition}${name}` };
    });
  }
}

function nameTimeMs(time: string): number {
  const [year, month, day, hour, minute, second] = time.split("-");
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function timeName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "-");
}
