/** The audit trail: one chain, whoever writes it. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CHAIN_START, chainText } from "../../src/core/audit-chain.ts";
import type { AuditRecord, StateStore } from "../../src/ports/state-store.ts";
import { NOW_MS, auditEntry, collect, runRecord } from "../support/state-fixtures.ts";
import { type StateBackend, withState } from "./state-store-backend.ts";

/** The trail, after each of its hashes was made anew. */
async function checkedTrail(store: StateStore): Promise<AuditRecord[]> {
  const records = await collect(store.auditTrail());
  let previousHash = CHAIN_START;
  for (const [index, record] of records.entries()) {
    const text = chainText(previousHash, index + 1, record);
    const hash = createHash("sha256").update(text).digest("hex");
    expect(record).toMatchObject({ seq: index + 1, previousHash, hash });
    previousHash = hash;
  }
  return records;
}

export function auditTests(create: () => Promise<StateBackend>): void {
  test("each entry continues the chain, and is what was written", () =>
    withState(create, async (store, backend) => {
      const written: AuditRecord[] = [];
      for (const action of ["one", "two"]) written.push(await store.audit(auditEntry(action)));
      expect(written.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(written[1]).toMatchObject({ ...auditEntry("two"), previousHash: written[0]?.hash });
      await store.close();
      await using again = await backend.open();
      await again.startRun(runRecord("r"), auditEntry("three"));
      expect((await checkedTrail(again)).slice(0, 2)).toEqual(written);
      expect(await collect(again.auditTrail())).toHaveLength(3);
    }));

  test("entries are found newest first, by action, actor and time", () =>
    withState(create, async (store) => {
      for (const [at, action] of ["a", "b", "a", "c"].entries()) await store.audit(auditEntry(action, NOW_MS + at));
      await store.audit({ ...auditEntry("a", NOW_MS + 4), actor: "bob" });
      const seqs = async (query: object) => (await store.auditEntries({ limit: 9, ...query })).map(({ seq }) => seq);
      expect(await seqs({})).toEqual([5, 4, 3, 2, 1]);
      expect(await seqs({ limit: 2 })).toEqual([5, 4]);
      expect(await seqs({ action: "a" })).toEqual([5, 3, 1]);
      expect(await seqs({ action: "a", limit: 1 })).toEqual([5]);
      expect(await seqs({ actor: "bob" })).toEqual([5]);
      expect(await seqs({ fromMs: NOW_MS + 3 })).toEqual([5, 4]);
      expect(await seqs({ action: "a", actor: "ann@example.com", fromMs: NOW_MS + 1 })).toEqual([3]);
      expect(await seqs({ action: "nothing" })).toEqual([]);
      const [newest] = await store.auditEntries({ limit: 1 });
      expect(newest).toEqual((await checkedTrail(store)).at(-1));
    }));

  test(
    "processes that write at once write one chain without gaps, in pages",
    () =>
      withState(create, async (store, backend) => {
        await using other = await backend.open();
        const writes = Array.from({ length: 1100 }, (_, at) => (at % 2 ? store : other).audit(auditEntry(`at ${at}`)));
        const seqs = (await Promise.all(writes)).map(({ seq }) => seq);
        expect(new Set(seqs).size).toBe(1100);
        expect(await checkedTrail(store)).toHaveLength(1100);
      }),
    60_000,
  );

  test("what is refused leaves no gap", () =>
    withState(create, async (store) => {
      await store.audit(auditEntry("one"));
      await expect(store.audit({ ...auditEntry("never"), detail: { at: 1n } })).rejects.toThrow("BigInt");
      await store.audit(auditEntry("two"));
      expect((await checkedTrail(store)).map(({ action }) => action)).toEqual(["one", "two"]);
    }));

  test("whatever an entry says, its hash is of what is read back", async () => {
    const result = await fc.check(
      fc.asyncProperty(fc.array(anyEntry, { minLength: 1, maxLength: 10 }), async (entries) => {
        await withState(create, async (store) => {
          const written: AuditRecord[] = [];
          for (const each of entries) written.push(await store.audit(each));
          expect(await checkedTrail(store)).toEqual(written);
        });
      }),
      { numRuns: 50 },
    );
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  }, 60_000);
}

/** Text of any code units, halves of characters included. */
const anyText = fc.string({ unit: "binary", maxLength: 8 }).chain((text) => fc.constantFrom(text, `${text}\ud800`));

const anyEntry = fc.record({
  atMs: fc.integer({ min: 0, max: 8.64e15 }),
  actor: anyText,
  action: anyText,
  detail: fc.dictionary(fc.oneof(anyText, fc.constantFrom("__proto__", "2", "10", "toJSON")), fc.jsonValue()),
});
