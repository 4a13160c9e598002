/**
 * One batch held the creation of an object and its overwriting. The consumer wrote both and died before the state knew; when
 * the batch came again, the creation was refused, because newer content had the key, and a good event went to the dead
 * letters.
 */
import { test } from "vitest";
import { replaySeed } from "../simulation/replay-seed.ts";

test("seed 4132: only what nobody can read is put aside", () => replaySeed(4132));
