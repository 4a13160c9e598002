/** Recomputes the chain of audit entries and says where it first breaks, and how. */
import { createHash } from "node:crypto";
import { CHAIN_START, chainText } from "../../core/audit-chain.ts";
import type { AuditRecord } from "../../ports/state-store.ts";

/** The newest entry that was seen: whoever keeps it can tell later whether everything up to it is as it was. */
export interface ChainHead {
  /** 0 before the first entry. */
  readonly seq: number;
  readonly hash: string;
}

/**
 * `changed`: its content is not what was written. `missing`: it is gone. `inserted`: it was put in later. `reordered`:
 * another entry stands in its place. `cut-off`: the end is gone. `rewritten`: the chain is whole, but not the one of old.
 */
export type ChainFaultKind = "changed" | "missing" | "inserted" | "reordered" | "cut-off" | "rewritten";

export interface ChainFault {
  readonly kind: ChainFaultKind;
  /** The first entry concerned; `null` where no place can be told. */
  readonly seq: number | null;
  /** What is wrong, in a sentence. */
  readonly text: string;
}

/** How far around a break the entry that belongs there is looked for. */
const REACH = 1000;

/** Hash of an entry's content at a place. */
export function entryHash(previousHash: string, seq: number, content: AuditRecord): string {
  return createHash("sha256")
    .update(chainText(previousHash, seq, content))
    .digest("hex");
}

/** Takes the entries in the order in which they are stored; after the first that does not fit, only a few more are of use. */
export class ChainCheck {
  #head: ChainHead = { seq: 0, hash: CHAIN_START };
  #before: ChainHead = { seq: 0, hash: CHAIN_START };
  #last: AuditRecord | null = null;
  /** From the first that does not fit. */
  readonly #broken: AuditRecord[] = [];

  get head(): ChainHead {
    return this.#head;
  }

  /** @returns whether more entries are wanted. */
  add(record: AuditRecord): boolean {
    if (this.#broken.length === 0 && this.#fits(record)) {
      this.#before = this.#head;
      this.#head = { seq: record.seq, hash: record.hash };
      this.#last = record;
      return true;
    }
    this.#broken.push(record);
    return this.#broken.length < REACH;
  }

  /** The first break, once all entries were added. */
  fault(): ChainFault | null {
    const [found] = this.#broken;
    if (!found) return null;
    return this.#misplaced(found) ?? this.#displaced(found) ?? this.#unlike(found);
  }

  #fits(record: AuditRecord): boolean {
    const { seq, hash } = this.#head;
    if (record.seq !== seq + 1 || record.previousHash !== hash) return false;
    return record.hash === entryHash(hash, record.seq, record);
  }

  /** The entry that follows the last good one, or the last good one's own rival, stands further on. */
  #misplaced(found: AuditRecord): ChainFault | null {
    const expected = this.#head.seq + 1;
    const last = this.#last;
    if (last && this.#broken.some((record) => wasWrittenAt(record, last.seq, this.#before.hash))) {
      return fault("inserted", last.seq, `entry ${last.seq} was put in later: the entry that stood there follows it`);
    }
    const place = this.#broken.findIndex((record) => wasWrittenAt(record, expected, this.#head.hash));
    const rightful = place > 0 ? this.#broken[place] : undefined;
    if (!rightful) return null;
    if (writtenSeq(found, expected) === null) {
      return fault(
        "inserted",
        expected,
        `entry ${expected} was put in later: the one that stood there is at ${rightful.seq}`,
      );
    }
    return fault("reordered", expected, `entry ${expected} is out of order: it stands at ${rightful.seq}`);
  }

  /** The entry itself is sound, but one of a later place. */
  #displaced(found: AuditRecord): ChainFault | null {
    const expected = this.#head.seq + 1;
    const written = writtenSeq(found, expected) ?? found.seq;
    if (written <= expected) return null;
    const missing = written - expected === 1 ? `entry ${expected} is` : `entries ${expected} to ${written - 1} are`;
    return fault("missing", expected, `${missing} missing`);
  }

  #unlike(found: AuditRecord): ChainFault {
    const expected = this.#head.seq + 1;
    if (found.seq < expected) return fault("inserted", found.seq, `entry ${found.seq} stands there twice`);
    const isSound = found.hash === entryHash(found.previousHash, found.seq, found);
    // Its own hash holds, so it was the entry before that was changed, together with its hash.
    if (isSound && this.#head.seq > 0) {
      const { seq } = this.#head;
      return fault("changed", seq, `entry ${seq} was changed: entry ${found.seq} still carries the hash it had`);
    }
    return fault("changed", found.seq, `entry ${found.seq} was changed: its content does not give its hash`);
  }
}

function fault(kind: ChainFaultKind, seq: number, text: string): ChainFault {
  return { kind, seq, text };
}

function wasWrittenAt(record: AuditRecord, seq: number, previousHash: string): boolean {
  return record.previousHash === previousHash && record.hash === entryHash(previousHash, seq, record);
}

/** The place for which the entry's hash was made, where it is within reach. */
function writtenSeq(record: AuditRecord, around: number): number | null {
  for (let distance = 0; distance <= REACH; distance += 1) {
    for (const seq of [around + distance, around - distance]) {
      if (seq > 0 && record.hash === entryHash(record.previousHash, seq, record)) return seq;
    }
  }
  return null;
}
