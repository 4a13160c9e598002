/** The price books that come with Astra, and those that a user names. */
import { createHash } from "node:crypto";
import { AstraError } from "../core/errors.ts";
import { type PriceBook, priceBookSchema } from "../core/pricing/price-book.ts";
import { bookFaults } from "../core/pricing/price-faults.ts";
import { withoutUncertain } from "../core/pricing/price-lines.ts";
import { overriddenBook, priceOverrideSchema, unknownPaths } from "../core/pricing/price-override.ts";
import awsUsEast1 from "../data/aws-us-east-1.json" with { type: "json" };
import azureEastusLrs from "../data/azure-eastus-lrs.json" with { type: "json" };
import gcsUsEast1 from "../data/gcs-us-east1.json" with { type: "json" };
import { type PlacedJson, parsePlacedJson } from "./json-place.ts";
import { readNamedFile } from "./load.ts";
import type { Config } from "./schema.ts";
import { nearestWord } from "./suggest.ts";

const BUILT_IN: Readonly<Record<string, unknown>> = {
  "aws-us-east-1": awsUsEast1,
  "azure-eastus-lrs": azureEastusLrs,
  "gcs-us-east1": gcsUsEast1,
};

/** Names of the built-in books, the default first. */
export const PRICE_BOOK_NAMES: readonly string[] = Object.keys(BUILT_IN);
const DEFAULT_BOOK = "aws-us-east-1";

/** Validates a book. @throws AstraError ASTRA_PRICES_INVALID with the place in the file. */
export function parsePriceBook(json: unknown, where: string): PriceBook {
  return bookOf({ value: json, where: () => where });
}

/** AWS S3, us-east-1. */
export function builtInPriceBook(): PriceBook {
  return namedBook(DEFAULT_BOOK);
}

/** Every built-in book by its name. */
export function priceBooks(): ReadonlyMap<string, PriceBook> {
  return new Map(PRICE_BOOK_NAMES.map((name) => [name, namedBook(name)]));
}

/**
 * A book by the name of a built-in one, else from a file: a whole book, or an override of a built-in one.
 * @throws AstraError ASTRA_CONFIG_UNREADABLE, ASTRA_PRICES_INVALID
 */
export function readPriceBook(nameOrFile: string): PriceBook {
  if (Object.hasOwn(BUILT_IN, nameOrFile)) return namedBook(nameOrFile);
  const text = readBookFile(nameOrFile);
  const json = parsePlacedJson(nameOrFile, text, "ASTRA_PRICES_INVALID");
  const isOverride = typeof json.value === "object" && json.value !== null && "base" in json.value;
  return isOverride ? overrideOf(nameOrFile, text, json) : bookOf(json);
}

/** The book that decisions are made by: the configured one, its uncertain prices unknown unless they are allowed. */
export function pricesInForce(config: Pick<Config, "prices" | "prices_allow_uncertain">): PriceBook {
  const book = config.prices === undefined ? builtInPriceBook() : readPriceBook(config.prices);
  return config.prices_allow_uncertain ? book : withoutUncertain(book);
}

function namedBook(name: string): PriceBook {
  return parsePriceBook(BUILT_IN[name], `${name}.json`);
}

function readBookFile(path: string): string {
  try {
    return readNamedFile(path, "`prices`");
  } catch (error) {
    if (!(error instanceof AstraError) || error.cause instanceof TypeError) throw error;
    const nearest = nearestWord(path, PRICE_BOOK_NAMES);
    const fix = `Name a file that can be read, or one of ${PRICE_BOOK_NAMES.join(", ")}.`;
    const meant = nearest === null ? "" : `; did you mean ${nearest}?`;
    throw new AstraError(error.code, `${error.message}${meant}`, { where: path, fix, cause: error });
  }
}

function bookOf(json: PlacedJson): PriceBook {
  const parsed = priceBookSchema.safeParse(json.value);
  if (!parsed.success) throw refused(json, parsed.error.issues);
  const faults = bookFaults(parsed.data);
  if (faults.length > 0) throw invalid(json, faults);
  return parsed.data;
}

function overrideOf(file: string, text: string, json: PlacedJson): PriceBook {
  const parsed = priceOverrideSchema.safeParse(json.value);
  if (!parsed.success) throw refused(json, parsed.error.issues);
  const override = parsed.data;
  if (!Object.hasOwn(BUILT_IN, override.base)) {
    const known = `the built-in books are ${PRICE_BOOK_NAMES.join(", ")}`;
    throw invalid(json, [{ path: ["base"], text: `${JSON.stringify(override.base)} is no book; ${known}` }]);
  }
  const base = namedBook(override.base);
  const unknown = unknownPaths(base, override);
  if (unknown.length > 0) {
    const hint = `\`astra prices show ${override.base} --all\` lists the paths`;
    throw invalid(
      json,
      unknown.map((path) => ({ path, text: `names no price of ${override.base}; ${hint}` })),
    );
  }
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return overriddenBook(base, override, override.version ?? `${base.version}+${digest}`, `stated in ${file}`);
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

type Issue = NonNullable<ReturnType<typeof priceBookSchema.safeParse>["error"]>["issues"][number];

function refused(json: PlacedJson, issues: readonly Issue[]): AstraError {
  const faults = issues.flatMap((issue): Fault[] => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, text: wording(issue) }];
    return issue.keys.map((key) => ({ path: [...issue.path, key], text: "is no field of a price book" }));
  });
  return invalid(json, faults);
}

function wording(issue: Issue): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "is no valid name";
  if (issue.code === "invalid_type" && /received undefined/.test(issue.message)) return "is missing";
  if (issue.code === "invalid_type" && issue.expected === "object") return "must be an object with fields";
  if (issue.code === "invalid_type" && issue.expected === "number")
    return "must be a finite number, or null if unknown";
  if (issue.code === "too_small" && issue.origin === "number") return `must be at least ${issue.minimum}`;
  return issue.message;
}

const SHOWN_FAULTS = 20;

/** One error that names every fault; its `where` is the first one's. */
function invalid(json: PlacedJson, faults: readonly Fault[]): AstraError {
  const lines = faults.slice(0, SHOWN_FAULTS).map(({ path, text }, index) => {
    const where = index === 0 ? "" : `${json.where(path)}: `;
    return `${where}${path.length === 0 ? "the file" : path.map(String).join(".")}: ${text}`;
  });
  const more = faults.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return new AstraError("ASTRA_PRICES_INVALID", lines.join("\n"), { where: json.where(faults[0]?.path ?? []) });
}
