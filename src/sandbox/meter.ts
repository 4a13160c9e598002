/**
 * The bill as time goes by: what lasts (bytes stored, objects monitored, tags) is kept as one level per line and
 * entered in the ledger when the level or the time changes, never object by object.
 */
import { type Bill, Ledger, type LedgerItem } from "../core/pricing/ledger.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";

/** Something that lasts: `amount` bytes or objects on one line of the bill. */
export interface Charge {
  readonly item: LedgerItem;
  readonly storageClass: string;
  /** Inner tier or restore speed. */
  readonly variant?: string;
  readonly amount: number;
}

interface Level {
  readonly line: Omit<Charge, "amount">;
  amount: bigint;
  sinceMs: number;
}

export class Meter {
  readonly #ledger: Ledger;
  readonly #levels = new Map<string, Level>();
  #nowMs: number;

  constructor(book: PriceBook, startMs: number) {
    this.#ledger = new Ledger(book);
    this.#nowMs = Math.floor(startMs);
  }

  /** The instant up to which the account stands. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Moves on; an earlier instant changes nothing, because what is billed stays billed. */
  moveTo(ms: number): void {
    this.#nowMs = Math.max(this.#nowMs, Math.floor(ms));
  }

  start(charges: readonly Charge[]): void {
    for (const charge of charges) this.#change(charge, BigInt(charge.amount));
  }

  stop(charges: readonly Charge[]): void {
    for (const charge of charges) this.#change(charge, -BigInt(charge.amount));
  }

  /** Enters what happens at once: requests, bytes read, a remainder in byte-milliseconds. */
  enter(item: LedgerItem, storageClass: string, quantity: number | bigint, variant?: string): void {
    const entry = { item, storageClass, quantity: BigInt(quantity) };
    this.#ledger.add(this.#nowMs, variant === undefined ? entry : { ...entry, variant });
  }

  bill(): Bill {
    for (const level of this.#levels.values()) this.#settle(level);
    return this.#ledger.bill();
  }

  #change(charge: Charge, by: bigint): void {
    if (by === 0n) return;
    const id = `${charge.item}|${charge.storageClass}|${charge.variant ?? ""}`;
    let level = this.#levels.get(id);
    if (!level) {
      const { amount: _, ...line } = charge;
      level = { line, amount: 0n, sinceMs: this.#nowMs };
      this.#levels.set(id, level);
    }
    this.#settle(level);
    level.amount += by;
  }

  #settle(level: Level): void {
    if (this.#nowMs > level.sinceMs && level.amount > 0n) {
      this.#ledger.addSpan(level.sinceMs, this.#nowMs, { ...level.line, perMs: level.amount });
    }
    level.sinceMs = this.#nowMs;
  }
}
