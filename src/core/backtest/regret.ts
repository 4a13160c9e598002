/** Where a policy lost against the optimum: by size, by group, and the objects that lost most. Dollars. */
import { type Trace, groupOf } from "../trace/trace.ts";
import { GB_BYTES, KIB, MIB } from "../units.ts";

/** A set of objects: what they cost, and what they had to. */
export interface RegretShare {
  readonly label: string;
  readonly objects: number;
  readonly cost: number;
  readonly optimum: number;
  /** cost − optimum. */
  readonly regret: number;
}

/** One object that lost much. */
export interface RegretObject {
  readonly id: number | string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly cost: number;
  readonly optimum: number;
  readonly regret: number;
}

export interface Regret {
  readonly bySize: readonly RegretShare[];
  /** Groups by regret, largest first; those beyond the first twenty as one, labelled `(others)`. */
  readonly byGroup: readonly RegretShare[];
  readonly worst: readonly RegretObject[];
}

/** Lower edges of the size classes in bytes; 128 KiB is where S3's small-object rules end. */
const SIZE_EDGES = [
  { label: "below 128 KiB", fromBytes: 0 },
  { label: "128 KiB – 1 MiB", fromBytes: 128 * KIB },
  { label: "1 – 16 MiB", fromBytes: MIB },
  { label: "16 – 128 MiB", fromBytes: 16 * MIB },
  { label: "128 MiB – 1 GiB", fromBytes: 128 * MIB },
  { label: "1 GiB and more", fromBytes: GB_BYTES },
] as const;

const SHOWN_GROUPS = 20;
const SHOWN_OBJECTS = 10;
/** Label of the groups that are not listed by themselves. */
export const OTHER_GROUPS = "(others)";

/** Splits the regret of `costs` over `optimum`, one entry per object each. */
export function regretOf(trace: Trace, costs: Float64Array, optimum: Float64Array): Regret {
  const sizes = new Shares();
  const groups = new Shares();
  for (let object = 0; object < trace.objects; object += 1) {
    const cost = costs[object] ?? 0;
    const best = optimum[object] ?? 0;
    if (cost === 0 && best === 0) continue;
    sizes.add(sizeLabel(trace.sizeBytes[object] ?? 0), cost, best);
    groups.add(groupOf(trace.name[object] ?? ""), cost, best);
  }
  const order = SIZE_EDGES.map(({ label }): string => label);
  return {
    bySize: sizes.all().toSorted((a, b) => order.indexOf(a.label) - order.indexOf(b.label)),
    byGroup: withOthers(groups.all().toSorted((a, b) => b.regret - a.regret)),
    worst: worstObjects(trace, costs, optimum),
  };
}

function sizeLabel(sizeBytes: number): string {
  return (SIZE_EDGES.findLast(({ fromBytes }) => sizeBytes >= fromBytes) ?? SIZE_EDGES[0]).label;
}

class Shares {
  readonly #byLabel = new Map<string, { objects: number; cost: number; optimum: number }>();

  add(label: string, cost: number, optimum: number): void {
    const share = this.#byLabel.get(label) ?? { objects: 0, cost: 0, optimum: 0 };
    share.objects += 1;
    share.cost += cost;
    share.optimum += optimum;
    this.#byLabel.set(label, share);
  }

  all(): RegretShare[] {
    return [...this.#byLabel].map(([label, share]) => ({
      label,
      objects: share.objects,
      cost: share.cost,
      optimum: share.optimum,
      regret: share.cost - share.optimum,
    }));
  }
}

function withOthers(shares: readonly RegretShare[]): readonly RegretShare[] {
  if (shares.length <= SHOWN_GROUPS + 1) return shares;
  const rest = { label: OTHER_GROUPS, objects: 0, cost: 0, optimum: 0, regret: 0 };
  for (const { objects, cost, optimum, regret } of shares.slice(SHOWN_GROUPS)) {
    rest.objects += objects;
    rest.cost += cost;
    rest.optimum += optimum;
    rest.regret += regret;
  }
  return [...shares.slice(0, SHOWN_GROUPS), rest];
}

/** Keeps a short sorted list instead of sorting all. */
function worstObjects(trace: Trace, costs: Float64Array, optimum: Float64Array): readonly RegretObject[] {
  const worst: number[] = [];
  const lost = (object: number): number => (costs[object] ?? 0) - (optimum[object] ?? 0);
  for (let object = 0; object < trace.objects; object += 1) {
    const least = worst.at(-1);
    if (worst.length >= SHOWN_OBJECTS && least !== undefined && lost(object) <= lost(least)) continue;
    if (!(lost(object) > 0)) continue;
    const at = worst.findIndex((other) => lost(other) < lost(object));
    worst.splice(at < 0 ? worst.length : at, 0, object);
    if (worst.length > SHOWN_OBJECTS) worst.pop();
  }
  return worst.map((object) => ({
    id: trace.id[object] ?? object,
    name: trace.name[object] ?? "",
    sizeBytes: trace.sizeBytes[object] ?? 0,
    cost: costs[object] ?? 0,
    optimum: optimum[object] ?? 0,
    regret: lost(object),
  }));
}
