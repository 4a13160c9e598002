/** What a book's form alone cannot say: whether it holds together. */
import { priceLines } from "./price-lines.ts";
import type { PriceBook, StorageBand } from "./price-book.ts";

/** One fault, at the path of the field it is about. */
export interface BookFault {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Every contradiction inside a book of valid form. */
export function bookFaults(book: PriceBook): BookFault[] {
  const faults: BookFault[] = [];
  const knows = (name: string) => Object.hasOwn(book.classes, name);
  if (!knows(book.baseClass)) faults.push({ path: ["baseClass"], text: `there is no class ${book.baseClass}` });
  for (const [name, prices] of Object.entries(book.classes)) {
    const path = ["classes", name];
    faults.push(...bandFaults([...path, "storage"], prices.storage));
    for (const field of ["transitionsTo", "copyRefusedTo"] as const) {
      for (const [index, to] of (prices[field] ?? []).entries())
        if (!knows(to)) faults.push({ path: [...path, field, index], text: `there is no class ${to}` });
    }
    let before = -1;
    for (const [index, tier] of (prices.innerTiers ?? []).entries()) {
      const at = [...path, "innerTiers", index];
      faults.push(...bandFaults([...at, "storage"], tier.storage));
      if (index === 0 && tier.idleDays !== 0)
        faults.push({ path: [...at, "idleDays"], text: "must be 0 in the first" });
      if (tier.idleDays <= before) faults.push({ path: [...at, "idleDays"], text: "must rise from tier to tier" });
      before = tier.idleDays;
    }
    for (const [index, tier] of (prices.archiveTiers ?? []).entries())
      faults.push(...bandFaults([...path, "archiveTiers", index, "storage"], tier.storage));
  }
  return [...faults, ...sourceFaults(book)];
}

function bandFaults(path: readonly (string | number)[], bands: readonly StorageBand[]): BookFault[] {
  const faults: BookFault[] = [];
  let before = 0;
  for (const [index, { upToGb }] of bands.entries()) {
    const at = [...path, index, "upToGb"];
    const isLast = index === bands.length - 1;
    if (isLast && upToGb !== null) faults.push({ path: at, text: "must be null in the last band, which has no edge" });
    if (!isLast && (upToGb === null || upToGb <= before))
      faults.push({ path: at, text: "must rise from band to band" });
    before = upToGb ?? before;
  }
  return faults;
}

function sourceFaults(book: PriceBook): BookFault[] {
  const missing = new Map<string, string>();
  for (const { path, price } of priceLines(book))
    if (price && !Object.hasOwn(book.sources, price.source) && !missing.has(price.source))
      missing.set(price.source, path);
  return [...missing].map(([source, path]) => ({
    path: ["sources"],
    text: `lacks the source ${JSON.stringify(source)} that ${path} names`,
  }));
}
