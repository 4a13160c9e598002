/** Names in the mappings of a YAML document, looked at in time that grows with the file and no faster. */
import { type Document, type Node, type Pair, isCollection, isMap, isNode, isPair, isScalar } from "yaml";

/** What is wrong with a name, and where it begins. */
export interface KeyFault {
  readonly kind: "twice" | "no_text";
  readonly offset: number;
}

/**
 * Names that stand twice in one mapping, and names that are no plain text: a mapping as a name of a mapping takes the
 * library time that doubles with each level, and its own search for names that stand twice grows with their square.
 */
export function keyFaults(document: Document): readonly KeyFault[] {
  const found: KeyFault[] = [];
  const open: (Node | null)[] = [document.contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isCollection(node)) continue;
    const seen = isMap(node) ? new Set<string>() : null;
    for (const item of node.items) {
      const fault = seen && isPair(item) ? faultOf(item, seen) : null;
      if (fault) found.push(fault);
      for (const inner of isPair(item) ? [item.key, item.value] : [item]) if (isNode(inner)) open.push(inner);
    }
  }
  return found.toSorted((a, b) => a.offset - b.offset);
}

function faultOf({ key }: Pair, seen: Set<string>): KeyFault | null {
  const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
  // Bytes (`!!binary`) are a scalar, too, and no name.
  if (!isScalar(key) || (typeof key.value === "object" && key.value !== null)) return { kind: "no_text", offset };
  const name = String(key.value);
  if (seen.has(name)) return { kind: "twice", offset };
  seen.add(name);
  return null;
}
