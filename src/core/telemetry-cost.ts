/**
 * What it costs a month to know how a bucket is read, by source. Prices of AWS in US East: what a source charges itself is
 * named here with where it was read; what it stores is priced by the book. Unknown stays `null`.
 */
import { type PriceBook, baseClass } from "./pricing/price-book.ts";
import { DAYS_PER_MONTH, GB_BYTES, MICROS_PER_DOLLAR } from "./units.ts";

/** Sources of what happens to objects. */
export const TELEMETRY = [
  "access-log",
  "cloudtrail",
  "inventory-daily",
  "inventory-weekly",
  "sqs",
  "eventbridge",
] as const;
export type Telemetry = (typeof TELEMETRY)[number];

/** USD for a million of what each source charges for. */
const DOLLARS_PER_MILLION = {
  /** Data events: $0.10 per 100,000 (aws.amazon.com/cloudtrail/pricing). */
  dataEvents: 1,
  /** S3 Inventory: $0.0025 per million objects listed (aws.amazon.com/s3/pricing, Management & insights). */
  listedObjects: 0.0025,
  /** Standard queue after the first million a month: $0.40 per million requests (aws.amazon.com/sqs/pricing). */
  queueRequests: 0.4,
  /** Events of AWS services that are opted into: $1.00 per million (aws.amazon.com/eventbridge/pricing). */
  busEvents: 1,
} as const;

/** A message is sent, received and deleted; receiving and deleting takes ten at a time (SQS quotas). */
const QUEUE_REQUESTS_PER_EVENT = 1 + 0.1 + 0.1;
const MONTHLY_LISTINGS = { "inventory-daily": DAYS_PER_MONTH, "inventory-weekly": DAYS_PER_MONTH / 7 } as const;
const MILLION = 1e6;

/** What was read of a source: how much of it there is, over how many days. */
export interface TelemetryVolume {
  readonly files: number;
  readonly sizeBytes: number;
  readonly records: number;
  readonly days: { readonly first: number; readonly last: number } | null;
}

export interface TelemetryFacts {
  /** `null` where none were read. */
  readonly accessLogs: TelemetryVolume | null;
  readonly cloudtrail: TelemetryVolume | null;
  /** Objects of the bucket; `null` where unknown. */
  readonly objects: number | null;
  /** Changes of objects a month that notifications would tell of; `null` where unknown. */
  readonly changesPerMonth: number | null;
}

/** One source; money in micro-dollars a month. */
export interface TelemetryCost {
  readonly source: Telemetry;
  /** `null` where the volume or a price is unknown. */
  readonly microsPerMonth: number | null;
  /** How the volume is known: what was read here, what another source tells, or the number of objects. */
  readonly basis: "read" | "access-logs" | "objects" | "unknown";
}

/**
 * S3 delivers access logs free of charge; the log objects are written and kept for money ("Logging requests with server
 * access logging", S3 User Guide), and Astra reads each once. They are reckoned as kept for a month.
 */
export function telemetryCosts(facts: TelemetryFacts, book: PriceBook): readonly TelemetryCost[] {
  const { accessLogs, cloudtrail, objects, changesPerMonth } = facts;
  const logs = perMonth(accessLogs);
  const trail = perMonth(cloudtrail);
  const dataEvents = trail ?? logs;
  return [
    known("access-log", "read", logs && storedMicros(logs, book)),
    known(
      "cloudtrail",
      trail ? "read" : "access-logs",
      dataEvents &&
        plus(millions(dataEvents.records, DOLLARS_PER_MILLION.dataEvents), trail ? storedMicros(trail, book) : 0),
    ),
    ...(["inventory-daily", "inventory-weekly"] as const).map((source) =>
      known(
        source,
        "objects",
        objects === null ? null : millions(objects, DOLLARS_PER_MILLION.listedObjects) * MONTHLY_LISTINGS[source],
      ),
    ),
    known(
      "sqs",
      "read",
      changesPerMonth === null
        ? null
        : millions(changesPerMonth * QUEUE_REQUESTS_PER_EVENT, DOLLARS_PER_MILLION.queueRequests),
    ),
    known(
      "eventbridge",
      "read",
      changesPerMonth === null ? null : millions(changesPerMonth, DOLLARS_PER_MILLION.busEvents),
    ),
  ];
}

function known(source: Telemetry, basis: TelemetryCost["basis"], microsPerMonth: number | null): TelemetryCost {
  return { source, microsPerMonth, basis: microsPerMonth === null ? "unknown" : basis };
}

function millions(count: number, dollars: number): number {
  return (count / MILLION) * dollars * MICROS_PER_DOLLAR;
}

function plus(a: number, b: number | null): number | null {
  return b === null ? null : a + b;
}

interface MonthlyVolume {
  readonly files: number;
  readonly sizeBytes: number;
  readonly records: number;
}

/** The volume of the days read, as of a month of them. */
function perMonth(volume: TelemetryVolume | null): MonthlyVolume | null {
  if (!volume?.days) return null;
  const months = (volume.days.last - volume.days.first + 1) / DAYS_PER_MONTH;
  return {
    files: volume.files / months,
    sizeBytes: volume.sizeBytes / months,
    records: volume.records / months,
  };
}

/** A write and a read of each file, and the storage of a month's files, in the class that new objects get. */
function storedMicros({ files, sizeBytes }: MonthlyVolume, book: PriceBook): number | null {
  const { put, get, storage } = baseClass(book);
  const [firstBand] = storage;
  if (!put || !get || !firstBand) return null;
  const requests = (files / 1000) * (put.amount + get.amount);
  return (requests + (sizeBytes / GB_BYTES) * firstBand.price.amount) * MICROS_PER_DOLLAR;
}
