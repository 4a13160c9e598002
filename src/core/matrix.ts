/**
 * The fixed decision tree. In order: enough accesses keep an object hot; then a name pattern gives its tier at any age,
 * unless the accesses say otherwise; else the hotter of what accesses and age say. Intervals are half-open:
 * day 30 is warm, day 90 cold, day 365 archive.
 */
import { LazyProposal } from "./proposal.ts";
import type { AllowedClasses, ObjectView, Proposal, Strategy } from "./strategy.ts";
import { LADDER, type LadderTier } from "./tier.ts";

/** Accesses in the window from which a tier is deserved. */
const HOT_FROM_READS = 10;
const WARM_FROM_READS = 5;
const COLD_FROM_READS = 1;

/** Days since creation from which a tier is due. */
const WARM_FROM_DAYS = 30;
const COLD_FROM_DAYS = 90;
const ARCHIVE_FROM_DAYS = 365;

/** Case-sensitive prefixes of the key's last segment, and the most accesses at which they still decide. */
const NAME_PATTERNS = [
  { prefix: "monthly_", tier: "warm", mostReads: 9 },
  { prefix: "backup_", tier: "cold", mostReads: 4 },
] as const;

/** The tree's own numbers, for whoever says the tree in another language. */
export const MATRIX_TREE = {
  fromReads: { hot: HOT_FROM_READS, warm: WARM_FROM_READS, cold: COLD_FROM_READS },
  fromDays: { warm: WARM_FROM_DAYS, cold: COLD_FROM_DAYS, archive: ARCHIVE_FROM_DAYS },
  namePatterns: NAME_PATTERNS,
} as const;

/** The provider's class of each tier. */
export type TierClasses = Readonly<Record<LadderTier, string>>;

/** `lifetime` counts every access ever seen. */
export type MatrixWindow = number | "lifetime";

/** Days of accesses the matrix counts where nothing else is configured. */
export const DEFAULT_WINDOW_DAYS = 90;

/** The matrix's own configuration. */
export interface MatrixOptions {
  readonly classes: TierClasses;
  readonly windowDays: MatrixWindow;
}

interface TierChoice {
  readonly tier: LadderTier;
  readonly rule: string;
  readonly why: string;
}

/** The tree itself, on the numbers it looks at. */
export function matrixTier(key: string, reads: number, ageDays: number | null): TierChoice {
  const leaf = leafOf(key, reads, ageDays);
  return { ...leaf, why: wordsOf(leaf, reads, ageDays) };
}

/** An end of the tree: what is chosen there, and by what. */
interface Leaf {
  readonly tier: LadderTier;
  readonly rule: string;
  /** The name pattern that decided, where one did. */
  readonly pattern: string | null;
}

const BUSY: Leaf = { tier: "hot", rule: "matrix:accesses", pattern: null };
const AGE_UNCERTAIN: Leaf = { tier: "hot", rule: "matrix:age-uncertain", pattern: null };
const NAMED = NAME_PATTERNS.map(({ prefix, tier, mostReads }) => ({
  first: prefix.charCodeAt(0),
  prefix,
  mostReads,
  leaf: { tier, rule: `matrix:name:${prefix}*`, pattern: prefix } satisfies Leaf,
}));
/** By place on the ladder. */
const BY_AGE = LADDER.map((tier): Leaf => ({ tier, rule: "matrix:age", pattern: null }));
const BY_READS = LADDER.map((tier): Leaf => ({ tier, rule: "matrix:accesses", pattern: null }));

function leafOf(key: string, reads: number, ageDays: number | null): Leaf {
  if (reads >= HOT_FROM_READS) return BUSY;
  const at = lastSegmentAt(key);
  const first = key.charCodeAt(at);
  for (let index = 0; index < NAMED.length; index += 1) {
    const named = NAMED[index];
    // Most names begin otherwise, and looking at one character is faster than asking for a prefix.
    if (named?.first === first && reads <= named.mostReads && key.startsWith(named.prefix, at)) return named.leaf;
  }
  if (ageDays === null) return AGE_UNCERTAIN;
  const byAge = rankByAge(ageDays);
  const byReads = rankByReads(reads);
  return (byReads < byAge ? BY_READS[byReads] : BY_AGE[byAge]) ?? AGE_UNCERTAIN;
}

const SLASH = 0x2f;

/** Where the part after the last `/` begins; the same as by `lastIndexOf`, which takes longer for keys as they are. */
function lastSegmentAt(key: string): number {
  let at = key.length;
  while (at > 0 && key.charCodeAt(at - 1) !== SLASH) at -= 1;
  return at;
}

function wordsOf({ pattern }: Leaf, reads: number, ageDays: number | null): string {
  if (reads >= HOT_FROM_READS) return `${reads} accesses, at least ${HOT_FROM_READS}`;
  if (pattern !== null) return `named ${pattern}*, ${count(reads)}`;
  if (ageDays === null) return "age not known well enough to act on";
  return `age ${Math.floor(ageDays)} d (${LADDER[rankByAge(ageDays)]}), ${count(reads)} (${LADDER[rankByReads(reads)]})`;
}

function count(reads: number): string {
  return reads === 1 ? "1 access" : `${reads} accesses`;
}

/** Places on the ladder: hot, warm, cold, archive. */
function rankByReads(reads: number): number {
  if (reads >= WARM_FROM_READS) return 1;
  return reads >= COLD_FROM_READS ? 2 : 3;
}

function rankByAge(ageDays: number): number {
  if (ageDays < WARM_FROM_DAYS) return 0;
  if (ageDays < COLD_FROM_DAYS) return 1;
  return ageDays < ARCHIVE_FROM_DAYS ? 2 : 3;
}

/**
 * The matrix as a strategy, with the provider's class of each tier. Where policies exclude the class of a tier, the next
 * hotter tier's is taken that they allow, then the next colder one's.
 */
export function matrixStrategy(options: MatrixOptions): Strategy {
  return {
    name: "matrix",
    followsOwnMap: true,
    propose(view: ObjectView, allowed: AllowedClasses): Proposal {
      const { ageDays } = view;
      const reads = options.windowDays === "lifetime" ? view.lifetimeReads : view.windowReads;
      const leaf = leafOf(view.key, reads, ageDays);
      const storageClass = options.classes[leaf.tier];
      return allowed.has(storageClass)
        ? new LazyProposal(leaf.tier, storageClass, leaf.rule, () => wordsOf(leaf, reads, ageDays))
        : instead(leaf, () => wordsOf(leaf, reads, ageDays), options.classes, view, allowed);
    },
  };
}

function instead(
  { tier: wished, rule }: Leaf,
  words: () => string,
  classes: TierClasses,
  view: ObjectView,
  allowed: AllowedClasses,
): Proposal {
  const why = (): string => `${words()}; policies exclude ${classes[wished]}`;
  const rank = LADDER.indexOf(wished);
  const order = [...LADDER.slice(0, rank).toReversed(), ...LADDER.slice(rank + 1)];
  const tier = order.find((step) => allowed.has(classes[step]));
  if (tier !== undefined) return new LazyProposal(tier, classes[tier], rule, why);
  const [first = view.storageClass] = allowed;
  return new LazyProposal(wished, allowed.has(view.storageClass) ? view.storageClass : first, rule, why);
}
