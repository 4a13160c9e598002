/**
 * One object's state as bytes, to be kept in tables of millions: a header of 32-bit words, the numbers as doubles (NaN for
 * what is unknown), the days, then the texts. Everything begins at a multiple of eight bytes.
 */
import type { DayReads } from "../../core/access-stats.ts";
import type { HoldState, ObjectState } from "../../core/object-state.ts";
import { PAGE_BYTES } from "./record-pages.ts";

const HEADER_WORDS = 8;
const NUMBERS = 13;
const FIXED_BYTES = HEADER_WORDS * 4 + NUMBERS * 8;
const DAY_WORDS = 3;
const TWO_32 = 2 ** 32;

const FLAG = { ageUncertain: 1, hold: 2, legalHold: 4, noEtag: 8, noVersion: 16, noSequencer: 32 } as const;

/** Views of one page, made once. */
export class RecordPage {
  readonly words: Uint32Array;
  readonly signed: Int32Array;
  readonly numbers: Float64Array;
  readonly bytes: Buffer;

  constructor(buffer: ArrayBuffer) {
    this.words = new Uint32Array(buffer);
    this.signed = new Int32Array(buffer);
    this.numbers = new Float64Array(buffer);
    this.bytes = Buffer.from(buffer);
  }
}

/** Names of classes as numbers; 0 for none. */
export class ClassCodes {
  readonly #names: (string | null)[] = [null];
  readonly #codes = new Map<string | null, number>([[null, 0]]);

  codeOf(name: string | null): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    this.#codes.set(name, this.#names.length);
    this.#names.push(name);
    return this.#names.length - 1;
  }

  nameOf(code: number): string | null {
    return this.#names[code] ?? null;
  }
}

/**
 * Writes a state at a place of a page.
 * @returns bytes taken, a multiple of eight; 0 where it does not fit in any more
 */
export function writeRecord(
  page: RecordPage,
  at: number,
  key: Uint8Array,
  state: ObjectState,
  codes: ClassCodes,
): number {
  const { etag, versionId, sequencer, access, hold } = state;
  const daysAt = at + FIXED_BYTES;
  const textsAt = daysAt + Math.ceil((access.days.length * DAY_WORDS) / 2) * 8;
  // No character of UTF-16 takes more than three bytes.
  const most = key.length + 3 * ((etag?.length ?? 0) + (versionId?.length ?? 0) + (sequencer?.length ?? 0));
  if (textsAt + most + 8 > PAGE_BYTES) return 0;
  const { words, bytes } = page;
  const word = at >>> 2;
  bytes.set(key, textsAt);
  let end = textsAt + key.length;
  for (const [index, text] of [etag, versionId, sequencer].entries()) {
    const length = text === null ? 0 : bytes.write(text, end);
    words[word + 4 + index] = length;
    end += length;
  }
  const taken = Math.ceil((end - at) / 8) * 8;
  bytes.fill(0, end, at + taken);
  words[word] = taken;
  words[word + 1] =
    (state.ageUncertain ? FLAG.ageUncertain : 0) |
    (hold ? FLAG.hold : 0) |
    (hold?.legalHold ? FLAG.legalHold : 0) |
    (etag === null ? FLAG.noEtag : 0) |
    (versionId === null ? FLAG.noVersion : 0) |
    (sequencer === null ? FLAG.noSequencer : 0);
  words[word + 2] = codes.codeOf(state.storageClass);
  words[word + 3] = key.length;
  words[word + 7] = access.days.length;
  writeNumbers(page.numbers, (at + HEADER_WORDS * 4) >>> 3, state);
  writeDays(page, daysAt >>> 2, access.days);
  return taken;
}

function writeNumbers(numbers: Float64Array, at: number, { hold, access, ...state }: ObjectState): void {
  numbers[at] = state.sizeBytes ?? NaN;
  numbers[at + 1] = state.classSinceMs ?? NaN;
  numbers[at + 2] = state.createdMs ?? NaN;
  numbers[at + 3] = state.deletedMs ?? NaN;
  numbers[at + 4] = state.promotedMs ?? NaN;
  numbers[at + 5] = state.reviewMs ?? NaN;
  numbers[at + 6] = hold?.retainUntilMs ?? NaN;
  numbers[at + 7] = hold?.seenAtMs ?? NaN;
  numbers[at + 8] = access.lifetimeReads;
  numbers[at + 9] = access.lastAccessMs ?? NaN;
  numbers[at + 10] = access.decayedReads;
  numbers[at + 11] = access.decayedReadDays;
  numbers[at + 12] = access.decayedAtMs;
}

function writeDays({ words, signed }: RecordPage, at: number, days: readonly DayReads[]): void {
  let word = at;
  for (const { day, reads } of days) {
    signed[word] = day;
    words[word + 1] = reads % TWO_32;
    words[word + 2] = Math.floor(reads / TWO_32);
    word += DAY_WORDS;
  }
  if (days.length % 2 === 1) words[word] = 0;
}

/** Whether the record at a place is of this key. */
export function isOfKey(page: RecordPage, at: number, key: Uint8Array): boolean {
  const { words, bytes } = page;
  const word = at >>> 2;
  if (words[word + 3] !== key.length) return false;
  const start = textsOf(page, at);
  return bytes.compare(key, 0, key.length, start, start + key.length) === 0;
}

/** The state at a place. @param key of the object, which is known already */
export function readRecord(page: RecordPage, at: number, bucket: string, key: string, codes: ClassCodes): ObjectState {
  const { words, numbers, bytes } = page;
  const word = at >>> 2;
  const flags = words[word + 1] ?? 0;
  const n = (at + HEADER_WORDS * 4) >>> 3;
  const etagAt = textsOf(page, at) + (words[word + 3] ?? 0);
  const versionAt = etagAt + (words[word + 4] ?? 0);
  const sequencerAt = versionAt + (words[word + 5] ?? 0);
  const end = sequencerAt + (words[word + 6] ?? 0);
  return {
    bucket,
    key,
    sizeBytes: orNull(numbers[n]),
    etag: flags & FLAG.noEtag ? null : bytes.toString("utf8", etagAt, versionAt),
    versionId: flags & FLAG.noVersion ? null : bytes.toString("utf8", versionAt, sequencerAt),
    storageClass: codes.nameOf(words[word + 2] ?? 0),
    classSinceMs: orNull(numbers[n + 1]),
    createdMs: orNull(numbers[n + 2]),
    ageUncertain: (flags & FLAG.ageUncertain) !== 0,
    sequencer: flags & FLAG.noSequencer ? null : bytes.toString("utf8", sequencerAt, end),
    deletedMs: orNull(numbers[n + 3]),
    hold: flags & FLAG.hold ? holdOf(numbers, n, flags) : null,
    promotedMs: orNull(numbers[n + 4]),
    reviewMs: orNull(numbers[n + 5]),
    access: {
      lifetimeReads: numbers[n + 8] ?? 0,
      lastAccessMs: orNull(numbers[n + 9]),
      decayedReads: numbers[n + 10] ?? 0,
      decayedReadDays: numbers[n + 11] ?? 0,
      decayedAtMs: numbers[n + 12] ?? 0,
      days: readDays(page, (at + FIXED_BYTES) >>> 2, words[word + 7] ?? 0),
    },
  };
}

function holdOf(numbers: Float64Array, n: number, flags: number): HoldState {
  const legalHold = (flags & FLAG.legalHold) !== 0;
  return { legalHold, retainUntilMs: orNull(numbers[n + 6]), seenAtMs: numbers[n + 7] ?? 0 };
}

function textsOf({ words }: RecordPage, at: number): number {
  return at + FIXED_BYTES + Math.ceil(((words[(at >>> 2) + 7] ?? 0) * DAY_WORDS) / 2) * 8;
}

function readDays({ words, signed }: RecordPage, at: number, count: number): DayReads[] {
  const days: DayReads[] = [];
  for (let word = at; days.length < count; word += DAY_WORDS) {
    days.push({ day: signed[word] ?? 0, reads: (words[word + 1] ?? 0) + (words[word + 2] ?? 0) * TWO_32 });
  }
  return days;
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
