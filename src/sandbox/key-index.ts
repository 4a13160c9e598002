/**
 * Keys of one bucket in the order of their UTF-8 bytes. New keys wait in a set and are merged in when someone lists,
 * so a million puts cost no ordering work; the order itself is kept in blocks, so that single changes stay cheap.
 */

const BLOCK_KEYS = 1024;
/** Above this share of the whole, waiting keys are merged in one pass instead of one by one. */
const REBUILD_SHARE = 1 / 16;

/** Compares by UTF-8 bytes: as UTF-16 units do, except that surrogates come after U+E000–U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const ABOVE_PLAIN = /[\ud800-\uffff]/;

export class KeyIndex {
  #blocks: string[][] = [];
  #size = 0;
  readonly #waiting = new Set<string>();
  /** Plain comparison of strings is many times faster and right as long as no key reaches the surrogates. */
  #compare: (a: string, b: string) => number = compareUnits;

  get size(): number {
    return this.#size + this.#waiting.size;
  }

  /** Adds a key that is not in the index. */
  add(key: string): void {
    if (this.#compare === compareUnits && ABOVE_PLAIN.test(key)) {
      this.#settle();
      this.#compare = compareUtf8;
    }
    this.#waiting.add(key);
  }

  delete(key: string): void {
    if (this.#waiting.delete(key)) return;
    const block = this.#blocks[this.#blockOf(key)];
    const at = block ? this.#firstAtLeast(block, key) : 0;
    if (!block || block[at] !== key) return;
    block.splice(at, 1);
    this.#size--;
    if (block.length === 0) this.#blocks.splice(this.#blocks.indexOf(block), 1);
  }

  /** A place in the order, at the first key ≥ `from`. Valid until the index changes. */
  seek(from: string): KeyCursor {
    this.#settle();
    const blockNumber = this.#blockOf(from);
    const block = this.#blocks[blockNumber];
    return new KeyCursor(this.#blocks, blockNumber, block ? this.#firstAtLeast(block, from) : 0);
  }

  #settle(): void {
    if (this.#waiting.size === 0) return;
    const added = [...this.#waiting];
    this.#waiting.clear();
    this.#size += added.length;
    if (added.length > 1) sortKeys(added, this.#compare);
    if (added.length > this.#size * REBUILD_SHARE) this.#blocks = inBlocks(merged(this.#blocks, added, this.#compare));
    else for (const key of added) this.#insert(key);
  }

  #insert(key: string): void {
    const number = this.#blockOf(key);
    const block = this.#blocks[number];
    if (!block) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(this.#firstAtLeast(block, key), 0, key);
    if (block.length > 2 * BLOCK_KEYS) this.#blocks.splice(number + 1, 0, block.splice(BLOCK_KEYS));
  }

  /** The last block whose first key is ≤ `key`, or the first block. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#compare(this.#blocks[middle]?.[0] ?? "", key) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #firstAtLeast(block: readonly string[], key: string): number {
    let low = 0;
    let high = block.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(block[middle] ?? "", key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class KeyCursor {
  readonly #blocks: readonly (readonly string[])[];
  #block: number;
  #at: number;

  constructor(blocks: readonly (readonly string[])[], block: number, at: number) {
    this.#blocks = blocks;
    this.#block = block;
    this.#at = at;
  }

  /** The key here, after which the cursor stands on the next; `undefined` past the end. */
  next(): string | undefined {
    let block = this.#blocks[this.#block];
    while (block && this.#at >= block.length) {
      this.#at = 0;
      block = this.#blocks[++this.#block];
    }
    return block?.[this.#at++];
  }
}

function sortKeys(keys: string[], compare: (a: string, b: string) => number): void {
  // Without a comparator, sort orders by UTF-16 units, natively.
  if (compare === compareUnits) keys.sort();
  else keys.sort(compare);
}

function merged(
  blocks: readonly string[][],
  added: readonly string[],
  compare: (a: string, b: string) => number,
): string[] {
  const out: string[] = [];
  let next = 0;
  for (const block of blocks) {
    for (const key of block) {
      for (let other = added[next]; other !== undefined && compare(other, key) < 0; other = added[++next])
        out.push(other);
      out.push(key);
    }
  }
  for (; next < added.length; next++) out.push(added[next] ?? "");
  return out;
}

function inBlocks(keys: readonly string[]): string[][] {
  const blocks: string[][] = [];
  for (let at = 0; at < keys.length; at += BLOCK_KEYS) blocks.push(keys.slice(at, at + BLOCK_KEYS));
  return blocks;
}
