/** Pieces of SQL that every engine reads alike. */

/** A double, to the last bit: a number with an exponent is one in every dialect, where one without is a decimal. */
export function double(value: number | null): string {
  return value === null ? "CAST(NULL AS DOUBLE)" : value.toExponential();
}

/** A whole number. */
export function whole(value: number): string {
  return String(value);
}

/** A value by the first condition that holds. */
export function cases(branches: readonly (readonly [condition: string, value: string])[], otherwise: string): string {
  if (branches.length === 0) return otherwise;
  const whens = branches.map(([condition, value]) => `WHEN ${condition} THEN ${value}`);
  return `CASE ${whens.join(" ")} ELSE ${otherwise} END`;
}

/** A step of a query: the columns that it adds to those of the step before. */
export interface SqlStep {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** `WITH` of steps, each over the one before; a step sees only columns of earlier ones. */
export function withSteps(first: string, steps: readonly SqlStep[]): string {
  let before = "joined";
  const parts = [`joined AS (\n${first}\n)`];
  for (const { name, columns } of steps) {
    const added = Object.entries(columns).map(([column, sql]) => `  ${sql} AS ${column}`);
    parts.push(`${name} AS (\nSELECT ${before}.*,\n${added.join(",\n")}\nFROM ${before}\n)`);
    before = name;
  }
  return `WITH ${parts.join(",\n")}`;
}
