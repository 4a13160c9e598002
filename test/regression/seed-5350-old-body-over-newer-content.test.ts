/**
 * A consumer stood still between two tries of an upload; its partition passed to another one, which wrote newer content and
 * moved on. When it woke up, its next try put the old body over the newer one, and nobody ever repaired that.
 */
import { test } from "vitest";
import { replaySeed } from "../simulation/replay-seed.ts";

test("seed 5350: newer content stays, whoever wakes up late", () => replaySeed(5350));
