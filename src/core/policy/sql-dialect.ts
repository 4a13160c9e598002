/** What differs between the engines that a query is written for. Their texts are UTF-8, and `length` counts code points. */

export const SQL_DIALECTS = ["duckdb", "spark", "athena"] as const;
export type SqlDialectName = (typeof SQL_DIALECTS)[number];

/** How an engine says things; arguments are SQL unless they say otherwise. */
export interface SqlDialect {
  readonly name: SqlDialectName;
  /** @param text plain text */
  readonly literal: (text: string) => string;
  readonly startsWith: (text: string, start: string) => string;
  readonly endsWith: (text: string, end: string) => string;
  readonly contains: (text: string, part: string) => string;
  /** @param pattern plain text of a regular expression that has to match all of it */
  readonly fullMatch: (text: string, pattern: string) => string;
  readonly and: (a: string, b: string) => string;
  readonly or: (a: string, b: string) => string;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A backslash begins an escape in Spark's literals. */
const escaped = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
const withOperators = {
  and: (a: string, b: string): string => `(${a} & ${b})`,
  or: (a: string, b: string): string => `(${a} | ${b})`,
};

const DIALECTS: Readonly<Record<SqlDialectName, SqlDialect>> = {
  duckdb: {
    name: "duckdb",
    literal: quoted,
    startsWith: (text, start) => `starts_with(${text}, ${start})`,
    endsWith: (text, end) => `ends_with(${text}, ${end})`,
    contains: (text, part) => `contains(${text}, ${part})`,
    fullMatch: (text, pattern) => `regexp_full_match(${text}, ${quoted(pattern)})`,
    ...withOperators,
  },
  spark: {
    name: "spark",
    literal: escaped,
    startsWith: (text, start) => `startswith(${text}, ${start})`,
    endsWith: (text, end) => `endswith(${text}, ${end})`,
    contains: (text, part) => `contains(${text}, ${part})`,
    fullMatch: (text, pattern) => `regexp_like(${text}, ${escaped(String.raw`\A(?:${pattern})\z`)})`,
    ...withOperators,
  },
  athena: {
    name: "athena",
    literal: quoted,
    startsWith: (text, start) => `starts_with(${text}, ${start})`,
    // Trino has no function of that name.
    endsWith: (text, end) =>
      `(length(${text}) >= length(${end}) AND substr(${text}, length(${text}) - length(${end}) + 1) = ${end})`,
    contains: (text, part) => `(strpos(${text}, ${part}) > 0)`,
    fullMatch: (text, pattern) => `regexp_like(${text}, ${quoted(String.raw`\A(?:${pattern})\z`)})`,
    and: (a, b) => `bitwise_and(${a}, ${b})`,
    or: (a, b) => `bitwise_or(${a}, ${b})`,
  },
};

/** The dialect of that name. */
export function sqlDialect(name: SqlDialectName): SqlDialect {
  return DIALECTS[name];
}
