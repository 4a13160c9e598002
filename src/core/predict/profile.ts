/**
 * Profiles of prefixes: how often their objects are read while young, and once settled. Prefixes of one profile share their
 * counts, so that a new object of a known prefix is known from its first day. Where a prefix is not known, a name that the
 * matrix knows gives the profile.
 */
import { lastSegment } from "../object-ref.ts";

/** Age below which an object is young, in days. */
export const YOUNG_DAYS = 7;
/** Age from which an object is settled, in days. */
export const SETTLED_DAYS = 30;
/** Fewest objects and object-days that give a prefix a profile of its own. */
const LEAST_OBJECTS = 10;
const LEAST_DAYS = 300;
/** Edges of the shares of days with reads, and what stands for each bin. */
const YOUNG = { edges: [0.05, 0.3], middles: [0.015, 0.12, 0.5] } as const;
const SETTLED = { edges: [0.002, 0.02], middles: [0.0007, 0.006, 0.06] } as const;
const SETTLED_BINS = SETTLED.middles.length;

/** Profiles told apart; 0 is "nothing known of the prefix". */
export const PROFILES: number = 1 + YOUNG.middles.length * SETTLED_BINS;
/** The profile of which nothing is known. */
export const UNKNOWN_PROFILE = 0;

/** What a prefix's objects did. */
export interface PrefixTally {
  objects: number;
  youngDays: number;
  youngReadDays: number;
  settledDays: number;
  settledReadDays: number;
}

/** Nothing counted yet. */
export function emptyTally(): PrefixTally {
  return { objects: 0, youngDays: 0, youngReadDays: 0, settledDays: 0, settledReadDays: 0 };
}

/** The profile of a prefix; unknown while too little was seen of it. */
export function profileOf(tally: PrefixTally): number {
  const { objects, youngDays, youngReadDays, settledDays, settledReadDays } = tally;
  if (objects < LEAST_OBJECTS || youngDays + settledDays < LEAST_DAYS) return UNKNOWN_PROFILE;
  const young = binOf(YOUNG.edges, (youngReadDays + 0.5) / (youngDays + 10));
  const settled = binOf(SETTLED.edges, (settledReadDays + 0.5) / (settledDays + 100));
  return 1 + young * SETTLED_BINS + settled;
}

function binOf(edges: readonly number[], value: number): number {
  return edges.filter((edge) => value >= edge).length;
}

/**
 * Share of days with reads before a bucket has taught anything, by age. For unknown prefixes it is what the matrix's tree
 * says of such ages (10, 5 to 9, 1 to 4 accesses in 90 days).
 */
const UNKNOWN_BY_AGE = [10 / 90, 10 / 90, 7 / 90, 1 / 90];

/** Prior chance of a day with reads. @param age index of `belief.ts` */
export function priorOfProfile(profile: number, age: number): number {
  if (profile === UNKNOWN_PROFILE) return UNKNOWN_BY_AGE[age] ?? 0;
  const young = YOUNG.middles[Math.floor((profile - 1) / SETTLED_BINS)] ?? 0;
  const settled = SETTLED.middles[(profile - 1) % SETTLED_BINS] ?? 0;
  return age === 0 ? young : age === 1 ? Math.sqrt(young * settled) : settled;
}

/** The matrix's names: backups are hardly ever read, monthly reports now and then. Bins of young and settled objects. */
const NAMES = [
  { prefix: "backup_", young: 0, settled: 1 },
  { prefix: "monthly_", young: 1, settled: 2 },
] as const;

/** The profile that a key's name stands for, where its prefix is unknown. */
export function profileOfName(key: string): number {
  const name = lastSegment(key);
  const known = NAMES.find(({ prefix }) => name.startsWith(prefix));
  return known ? 1 + known.young * SETTLED_BINS + known.settled : UNKNOWN_PROFILE;
}
