import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHAIN_START } from "../../core/audit-chain.ts";
import type { AuditRecord } from "../../ports/state-store.ts";
import { ChainCheck, type ChainFault, entryHash } from "./chain-check.ts";

type Content = Pick<AuditRecord, "atMs" | "actor" | "action" | "detail">;

const LENGTH = 10;

function linked(previous: Pick<AuditRecord, "seq" | "hash">, written: Content): AuditRecord {
  const record = { ...written, seq: previous.seq + 1, previousHash: previous.hash, hash: "" };
  return { ...record, hash: entryHash(record.previousHash, record.seq, record) };
}

function chainOf(contents: readonly Content[]): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (const each of contents) records.push(linked(records.at(-1) ?? { seq: 0, hash: CHAIN_START }, each));
  return records;
}

function content(index: number): Content {
  return {
    atMs: 1000 + index,
    actor: "ann",
    action: "plan.make",
    detail: { plan: `p${index}`, deep: { b: 1, a: [2] } },
  };
}

const whole = (length = LENGTH): AuditRecord[] => chainOf(Array.from({ length }, (_, index) => content(index)));

function faultOf(records: readonly AuditRecord[]): ChainFault | null {
  const check = new ChainCheck();
  for (const record of records) if (!check.add(record)) break;
  return check.fault();
}

/** Rows as a table gives them: by place, which a forger may have given anew. */
function renumbered(records: readonly AuditRecord[]): AuditRecord[] {
  return records.map((record, index) => ({ ...record, seq: index + 1 }));
}

const FORGED: Content = { atMs: 5, actor: "eve", action: "plan.approve", detail: { plan: "hers" } };

describe("a chain of entries", () => {
  test("that is whole has no fault, whatever order the fields of a detail come in", () => {
    const records = whole();
    expect(faultOf([])).toBeNull();
    expect(faultOf(records)).toBeNull();
    expect(
      faultOf(records.map((each) => ({ ...each, detail: { deep: { a: [2], b: 1 }, plan: each.detail["plan"] } }))),
    ).toBeNull();
  });

  test("tells the head to keep", () => {
    const check = new ChainCheck();
    expect(check.head).toEqual({ seq: 0, hash: CHAIN_START });
    const records = whole();
    for (const record of records) check.add(record);
    expect(check.head).toEqual({ seq: LENGTH, hash: records.at(-1)?.hash });
  });

  const places = Array.from({ length: LENGTH }, (_, index) => index + 1);
  test.each(places)("entry %i changed in any field", (seq) => {
    const fields: Partial<AuditRecord>[] = [
      { atMs: 0 },
      { actor: "eve" },
      { action: "x" },
      { detail: {} },
      { hash: "0".repeat(64) },
      { previousHash: "f".repeat(64) },
    ];
    for (const field of fields) {
      const records = whole().map((each) => (each.seq === seq ? { ...each, ...field } : each));
      expect(faultOf(records)).toMatchObject({ kind: "changed", seq });
    }
  });

  test.each(places.slice(0, -1))("entry %i changed together with its hash", (seq) => {
    const records = whole();
    const before = records[seq - 2] ?? { seq: 0, hash: CHAIN_START };
    records[seq - 1] = linked(before, FORGED);
    expect(faultOf(records)).toMatchObject({ kind: "changed", seq });
  });

  test.each(places.slice(0, -1))("entry %i taken out, with or without closing the gap", (seq) => {
    const left = whole().filter((each) => each.seq !== seq);
    expect(faultOf(left)).toMatchObject({ kind: "missing", seq, text: `entry ${seq} is missing` });
    expect(faultOf(renumbered(left))).toMatchObject({ kind: "missing", seq });
  });

  test("several taken out", () => {
    const left = whole().filter(({ seq }) => seq < 4 || seq > 6);
    expect(faultOf(left)).toMatchObject({ kind: "missing", seq: 4, text: "entries 4 to 6 are missing" });
  });

  test.each(places)("an entry put in at %i, however well it is forged", (seq) => {
    const records = whole();
    const before = records[seq - 2] ?? { seq: 0, hash: CHAIN_START };
    const fits = linked(before, FORGED);
    for (const forged of [fits, { ...fits, hash: "0".repeat(64) }, { ...fits, previousHash: "0".repeat(64) }]) {
      const longer = renumbered([...records.slice(0, seq - 1), forged, ...records.slice(seq - 1)]);
      expect(faultOf(longer)).toMatchObject({ kind: "inserted", seq });
    }
  });

  test.each(places.slice(0, -1))("entries %i and the next one exchanged", (seq) => {
    const records = whole();
    const exchanged = renumbered(records.toSpliced(seq - 1, 2, ...records.slice(seq - 1, seq + 1).toReversed()));
    expect(faultOf(exchanged)).toMatchObject({ kind: "reordered", seq });
  });

  test("any one tampering is found, and not before the place it touched", () => {
    const tampering = fc.record({
      length: fc.integer({ min: 2, max: 30 }),
      at: fc.nat(),
      to: fc.nat(),
      kind: fc.constantFrom("change", "remove", "insert", "move"),
    });
    fc.assert(
      fc.property(tampering, ({ length, at, to, kind }) => {
        const records = whole(length);
        // What the last entry says of itself, only a head that was kept can gainsay.
        const from = at % (length - 1);
        const target = to % (length - 1);
        fc.pre(kind !== "move" || from !== target);
        const [taken] = records.splice(from, 1);
        expect(taken).toBeDefined();
        if (!taken) return;
        if (kind === "change") records.splice(from, 0, { ...taken, actor: "eve" });
        if (kind === "insert") records.splice(from, 0, { ...taken, ...FORGED }, taken);
        if (kind === "move") records.splice(target, 0, taken);
        const found = faultOf(renumbered(records));
        expect(found?.seq).toBe(Math.min(from, kind === "move" ? target : from) + 1);
      }),
    );
  });
});
