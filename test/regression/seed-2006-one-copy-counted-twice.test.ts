/**
 * Two runs were planned over one object. The first one's move was finished by another process; the second one's line found
 * the object in its class, its process died before it said so, and whoever took the line up called the copy its own: one
 * copy, two moves done, the saving counted twice.
 */
import { test } from "vitest";
import { replaySeed } from "../simulation/replay-seed.ts";

test("seed 2006: each move done is one copy in the store", () => replaySeed(2006));
