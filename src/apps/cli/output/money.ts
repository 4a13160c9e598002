/** Money for people: micro-dollars with as many digits as they need to be told apart. */
import { MICROS_PER_DOLLAR } from "../../../core/units.ts";

const WITH_CENTS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** A micro-dollar's thousandth: what lies below is shown as nothing. */
const MOST_DECIMALS = 9;

/** `$1,234.50`, `$1.24`, `$0.023`, `$0.000031`: two decimals from a dollar up, two significant digits below. */
export function formatMoney(micros: number): string {
  const dollars = Math.abs(micros) / MICROS_PER_DOLLAR;
  const sign = micros < 0 ? "-" : "";
  if (dollars >= 0.995) return `${sign}$${WITH_CENTS.format(dollars)}`;
  const decimals = dollars === 0 ? 2 : Math.min(MOST_DECIMALS, 1 - Math.floor(Math.log10(dollars)));
  const [whole = "0", fraction = ""] = dollars.toFixed(Math.max(2, decimals)).split(".");
  const shown = fraction.replace(/0+$/, "").padEnd(2, "0");
  const isZero = Number(`${whole}.${shown}`) === 0;
  return `${isZero ? "" : sign}$${whole}.${shown}`;
}
