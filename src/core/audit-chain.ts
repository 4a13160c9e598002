/**
 * The audit trail as a chain: each entry's hash covers its content and the hash before it, so that a changed, missing or
 * inserted entry shows at its place. Who holds a hash also proves everything up to it.
 */

/** Stands before the first entry. */
export const CHAIN_START = "0".repeat(64);

/** What an entry is, apart from its place. */
export interface ChainedContent {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The text that is hashed: one canonical form, whatever order the fields of `detail` came in. */
export function chainText(previousHash: string, seq: number, content: ChainedContent): string {
  const { atMs, actor, action, detail } = content;
  return JSON.stringify([previousHash, seq, atMs, actor, action, canonical(detail)]);
}

/** Objects with their fields sorted, at every depth, as JSON would write them. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, canonical(field)]),
  );
}
