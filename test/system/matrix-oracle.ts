/**
 * What the matrix and the money guards must say, written a second time from their definition: closed sums of the us-east-1
 * prices, nothing of the product's own code.
 */

export interface MetadataCase {
  readonly metadata: { access_count: number; created_timestamp: string; last_accessed_timestamp: string };
  readonly ageDays: number;
  readonly reads: number;
  /** Days since the last access. */
  readonly idleDays: number;
}

export interface Expected {
  readonly storageClass: string;
  readonly refusal: "payback" | "saving_under_fee" | null;
}

const DAY_MS = 86_400_000;
const AGES = [5, 29, 31, 60, 89, 91, 120, 364, 366, 400];
const READS = [0, 1, 4, 5, 9, 10, 40];
/** Inside the window of 90 days, and outside. */
const IDLE = [2, 20, 89, 120];

/** Ages, counts and idle times over the keys in turn, so that every combination occurs in both sizes. */
export function metadataCases(keys: readonly string[], nowMs: number): Map<string, MetadataCase> {
  return new Map(
    keys.map((key, index) => {
      const ageDays = pick(AGES, index);
      const reads = pick(READS, Math.floor(index / AGES.length));
      const idleDays = Math.min(ageDays, pick(IDLE, Math.floor(index / (AGES.length * READS.length))));
      const metadata = {
        access_count: reads,
        created_timestamp: timestamp(nowMs - ageDays * DAY_MS - DAY_MS / 10),
        last_accessed_timestamp: timestamp(nowMs - idleDays * DAY_MS),
      };
      return [key, { metadata, ageDays, reads, idleDays }];
    }),
  );
}

function pick(values: readonly number[], index: number): number {
  return values[index % values.length] ?? 0;
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

const GB = 2 ** 30;
const MONTH = 30.4375;

interface ClassPrices {
  readonly rate: number;
  readonly put: number;
  readonly get: number;
  readonly retrieval: number;
  readonly minimumBytes: number;
  readonly restoreRequest: number;
}

const STANDARD: ClassPrices = {
  rate: 0.023,
  put: 0.005,
  get: 0.0004,
  retrieval: 0,
  minimumBytes: 0,
  restoreRequest: 0,
};
const CLASSES: Readonly<Record<string, ClassPrices>> = {
  STANDARD_IA: { rate: 0.0125, put: 0.01, get: 0.001, retrieval: 0.01, minimumBytes: 131_072, restoreRequest: 0 },
  GLACIER: { rate: 0.0036, put: 0.03, get: 0.0004, retrieval: 0.01, minimumBytes: 0, restoreRequest: 0.05 },
  DEEP_ARCHIVE: { rate: 0.00099, put: 0.05, get: 0.0004, retrieval: 0.02, minimumBytes: 0, restoreRequest: 0.1 },
};

/** The class an object of STANDARD must have after a run. None of the names here has a pattern. */
export function expectedClass(_key: string, sizeBytes: number, known: MetadataCase | undefined): Expected {
  if (!known) return { storageClass: "STANDARD", refusal: null };
  const windowReads = known.idleDays < 90 ? known.reads : 0;
  const target = classOf(windowReads, known.ageDays);
  const prices = CLASSES[target];
  if (!prices) return { storageClass: "STANDARD", refusal: null };
  const now = monthly(STANDARD, sizeBytes, known);
  const saving = now - monthly(prices, sizeBytes, known);
  if (saving <= 0) return { storageClass: "STANDARD", refusal: "saving_under_fee" };
  const fee = (prices.put + STANDARD.get + prices.get) / 1000;
  const paybackDays = (fee / saving) * MONTH;
  return paybackDays > 180 ? { storageClass: "STANDARD", refusal: "payback" } : { storageClass: target, refusal: null };
}

function classOf(reads: number, ageDays: number): string {
  if (reads >= 10) return "STANDARD";
  const byReads = reads >= 5 ? 1 : reads >= 1 ? 2 : 3;
  const byAge = ageDays < 30 ? 0 : ageDays < 90 ? 1 : ageDays < 365 ? 2 : 3;
  return ["STANDARD", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"][Math.min(byReads, byAge)] ?? "";
}

/** Dollars a month: rent with padding and overheads, and the reads at the object's own decayed rate. */
function monthly(prices: ClassPrices, sizeBytes: number, known: MetadataCase): number {
  const isArchive = prices.restoreRequest > 0;
  const own = Math.max(sizeBytes, prices.minimumBytes) + (isArchive ? 32_768 : 0);
  const rent = (own * prices.rate + (isArchive ? 8_192 * STANDARD.rate : 0)) / GB;
  const { reads, readDays } = ratePerMonth(known);
  const gb = sizeBytes / GB;
  if (!isArchive) return rent + reads * (prices.get / 1000 + gb * prices.retrieval);
  const perReadDay = prices.restoreRequest / 1000 + gb * prices.retrieval + (gb * STANDARD.rate) / MONTH;
  return rent + (reads * prices.get) / 1000 + readDays * perReadDay;
}

/** All reads of an imported object fall on one day; a count decays with a half-life of 30 days. */
function ratePerMonth(known: MetadataCase): { reads: number; readDays: number } {
  if (known.reads === 0) return { reads: 0, readDays: 0 };
  const observed = 1 - 2 ** (-(known.ageDays + 0.1) / 30);
  const perCount = (2 ** (-known.idleDays / 30) * MONTH) / ((30 / Math.LN2) * observed);
  return { reads: known.reads * perCount, readDays: perCount };
}
