/**
 * An owner rewrote an object in its class with the same content: the ETag stayed, its minimum duration ran anew, and the fee
 * of leaving the class early was reserved by the older date of the state. The store charged more than the caps knew of.
 */
import { test } from "vitest";
import { replaySeed } from "../simulation/replay-seed.ts";

test("seed 189: the store charges nothing that was not reserved", () => replaySeed(189));
